"""Weights in NumPy's `.npz`: a zip archive with one `.npy` for each array."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any
from weakref import finalize

import numpy as np

from cnncalc.errors import UsageError
from cnncalc.numeric.weights.lazy import Array, Form, LazyArrays
from cnncalc.numeric.weights.listing import shown
from cnncalc.numeric.weights.npy import Header, read_header, read_values

_MOST_DIRECTORY = 16 * 2**20  # bytes; enough for 100 000 arrays
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)


class _Bounded(io.BufferedReader):
    """A file that is never read by more than a bounded piece: zipfile reads its directory whole."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _MOST_DIRECTORY:
            raise zipfile.BadZipFile("its directory is too large")
        return super().read(size)


def load_npz(file: io.FileIO, where: str, limit: int) -> LazyArrays:
    """The arrays of an archive; the file is closed when nobody has them any more.

    Args:
        file: The archive.
        where: What it is called in messages.
        limit: Bytes that all arrays together may have.

    Raises:
        UsageError: It is broken, holds something else than arrays of floats, or is too large.
            Later, from the mapping: an array is broken.
    """
    with _explained(where):
        archive = zipfile.ZipFile(_Bounded(file))
        entries = _entries(archive, where)
        headers: dict[str, Header] = {}
        for name, entry in entries.items():
            headers[name] = _header(archive, entry, f"{where}: {shown(name)}")
    total = sum(header.form.size_bytes for header in headers.values())
    if total > limit:
        raise UsageError(f"{where} unpacks to {total} bytes; {limit} at most are read")

    def make(name: str) -> Array:
        what = f"{where}: {shown(name)}"
        with _explained(what), archive.open(entries[name]) as member:
            return read_values(member, read_header(member, what, "f"), what)

    arrays = LazyArrays({name: header.form for name, header in headers.items()}, make)
    finalize(arrays, file.close)
    return arrays


def save_npz(file: IO[bytes], arrays: Mapping[str, Any], forms: Mapping[str, Form]) -> None:
    """Write arrays one after the other, uncompressed, little-endian and with no time in it."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, form in forms.items():
            entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            array = np.asarray(arrays[name], form.dtype.newbyteorder("<"), order="C")
            with archive.open(entry, "w", force_zip64=True) as member:
                header = np.lib.format.header_data_from_array_1_0(array)
                np.lib.format.write_array_header_1_0(member, header)
                member.write(array.reshape(-1).view(np.uint8).data)


def _entries(archive: zipfile.ZipFile, where: str) -> dict[str, zipfile.ZipInfo]:
    """The members by the names of their arrays."""
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.infolist():
        name, suffix = entry.filename[:-4], entry.filename[-4:]
        member = shown(entry.filename)
        if suffix != ".npy":
            raise UsageError(f"{where} holds {member}, which is no .npy array; use numpy.savez")
        if name in found:
            raise UsageError(f"{where} holds {member} twice; save it anew")
        if entry.flag_bits & 1 or entry.compress_type not in (
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
        ):
            raise UsageError(f"{where}: {member} is encrypted or packed in a way NumPy never does")
        found[name] = entry
    return found


def _header(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, what: str) -> Header:
    with archive.open(entry) as member:
        header = read_header(member, what, "f")
    needed = header.size_bytes + header.form.size_bytes
    if entry.file_size != needed:
        raise UsageError(f"{what} has {entry.file_size} bytes, but its shape needs {needed}")
    return header


@contextmanager
def _explained(what: str) -> Iterator[None]:
    """Turn what a broken archive makes the standard library raise into one clear line."""
    try:
        yield
    except _BROKEN as error:
        reason = " ".join(str(error).split())[:100] or type(error).__name__
        raise UsageError(f"{what} cannot be read ({reason}); get the file again") from None

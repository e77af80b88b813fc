"""Reads IDX files, the format that MNIST and Fashion-MNIST come in.

Two zero bytes, the type (8 for bytes), the number of axes; the size of each axis in four bytes,
the most significant one first; then the values, the last axis fastest. Both sets are published in
four files, packed with gzip or not.

Reference: Y. LeCun, C. Cortes, C. Burges, The MNIST database of handwritten digits.
"""

from __future__ import annotations

import gzip
import io
import zlib
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnncalc.errors import UsageError
from cnncalc.numeric.weights.reading import open_regular
from cnncalc.source.printable import printable

Bytes = NDArray[np.uint8]

MOST_BYTES = 2**28  # over five times what MNIST's largest file has


def read_labelled(folder: Path, stem: str) -> tuple[Bytes, Bytes]:
    """The images, (count, height, width), and their labels.

    Args:
        folder: Where the files are.
        stem: What their names begin with: `train` or `t10k`.

    Raises:
        UsageError: A file is missing or broken, or there is not one label for each image.
    """
    images = read_idx(find(folder, f"{stem}-images-idx3-ubyte"), n_axes=3)
    labels = read_idx(find(folder, f"{stem}-labels-idx1-ubyte"), n_axes=1)
    if len(images) != len(labels):
        counts = f"{len(images):,} images and {len(labels):,} labels"
        raise UsageError(f"{printable(str(folder))}: {stem} has {counts}; get both files again")
    return images, labels


def find(folder: Path, name: str) -> Path:
    """The file of that name, or the same with .gz.

    Raises:
        UsageError: There is neither.
    """
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            return path
    raise UsageError(f"{printable(str(folder))} has no {name} and no {name}.gz; put it there")


def read_idx(path: Path, n_axes: int) -> Bytes:
    """The array in a file of bytes, unpacked if need be.

    Args:
        path: The file.
        n_axes: How many axes it must have.

    Raises:
        UsageError: It cannot be read, has another form, or is shorter or longer than it says.
    """
    where = printable(str(path))
    with open_regular(path) as raw:
        try:
            if path.suffix != ".gz":
                return _values(raw, n_axes, where)
            with gzip.open(raw) as unpacked:
                return _values(unpacked, n_axes, where)
        except (OSError, EOFError, zlib.error) as error:
            reason = " ".join(str(error).split())
            raise UsageError(f"{where} cannot be read ({reason}); get it again") from None


def _values(file: io.FileIO | gzip.GzipFile, n_axes: int, where: str) -> Bytes:
    magic = bytes((0, 0, 8, n_axes))
    header = _read(file, 4 + 4 * n_axes)
    if header[:4] != magic:
        found = header[:4].hex(" ") or "nothing"
        raise UsageError(
            f"{where} begins with {found}, but IDX bytes along {n_axes} axes with "
            f"{magic.hex(' ')}; is it another file?"
        )
    if len(header) < 4 + 4 * n_axes:
        raise UsageError(f"{where} ends within its header; get it again")
    shape = [int.from_bytes(header[i : i + 4], "big") for i in range(4, len(header), 4)]
    count, sizes = prod(shape), "×".join(map(str, shape))
    if not 0 < count <= MOST_BYTES:
        raise UsageError(f"{where} has {sizes} bytes; from 1 to {MOST_BYTES:,} are read")
    values = _read(file, count + 1)
    if len(values) != count:
        wrong = "more" if len(values) > count else f"{len(values):,}"
        raise UsageError(f"{where} has {wrong} bytes of values, but {sizes} need {count:,}")
    return np.frombuffer(values, np.uint8).reshape(shape)


def _read(file: io.FileIO | gzip.GzipFile, most: int) -> bytes:
    """As many bytes as asked for, or all that are left; a raw file may give them in pieces."""
    pieces = bytearray()
    while piece := file.read(min(most - len(pieces), 2**20)):
        pieces += piece
    return bytes(pieces)

"""The header of a `.npy` array, read without evaluating anything.

NumPy's own reader hands the header to Python's parser and can unpickle what follows; a file from a
stranger gets neither here. Only what weights and images can be is understood: plain numbers.

Reference:
    NumPy Enhancement Proposal 1, A simple file format for NumPy arrays; numpy.lib.format.
"""

from __future__ import annotations

import re
from typing import IO, NamedTuple

import numpy as np

from cnncalc.errors import UsageError
from cnncalc.numeric.weights.lazy import Array, Dtype, Form
from cnncalc.source.printable import quoted

MAGIC = b"\x93NUMPY"
_MOST_HEADER = 10_000  # bytes; NumPy refuses longer ones as well
_MOST_AXES = 16
_MOST_SIZE = 2**48
_PIECE = 2**20

_ENTRY = re.compile(
    r"""\s*(["'])(descr|fortran_order|shape)\1\s*:\s*"""
    r"""(?:(["'])(?P<text>[^"']*)\3|(?P<bool>True|False)|\((?P<tuple>[-\d,\sL]*)\))\s*(?:,|$)"""
)
_NUMBER = re.compile(r"\s*(-?\d{1,18})L?\s*")


class Header(NamedTuple):
    """What a header says.

    Attributes:
        stored: Type of the values as they are in the file, in either byte order.
        form: Shape, and type in this machine's byte order.
        fortran: Whether the first axis varies fastest.
        size_bytes: Length of the header itself.
    """

    stored: Dtype
    form: Form
    fortran: bool
    size_bytes: int


def read_header(file: IO[bytes], where: str, kinds: str) -> Header:
    """Read the header that a file stands at.

    Args:
        file: The file.
        where: What the array is called in messages.
        kinds: Kinds of numbers that are wanted, as NumPy abbreviates them: `f` floats, `iu`
            integers.

    Raises:
        UsageError: It is no header, or one of an array that cannot be used.
    """
    start = file.read(8)
    if len(start) < 8 or not start.startswith(MAGIC):
        raise UsageError(f"{where} is no .npy array; write it with numpy.save or numpy.savez")
    width = {1: 2, 2: 4, 3: 4}.get(start[6])
    if width is None:
        raise UsageError(f"{where} has .npy version {start[6]}, which is not known; save it anew")
    length = int.from_bytes(file.read(width), "little")
    if length > _MOST_HEADER:
        raise UsageError(f"{where} has a header of {length} bytes; {_MOST_HEADER} are allowed")
    data = file.read(length)
    if len(data) < length:
        raise UsageError(f"{where} is cut off in its header; get the file again")
    entries = _entries(data.decode("latin-1"), where)
    stored = _dtype(entries["descr"], where, kinds)
    form = Form(_shape(entries["shape"], where), stored.newbyteorder("="))
    return Header(stored, form, entries["fortran_order"] == "True", 8 + width + length)


def read_values(file: IO[bytes], header: Header, where: str) -> Array:
    """Read the values behind a header, C-contiguous and in this machine's byte order.

    Raises:
        UsageError: The file ends too early.
    """
    shape = header.form.shape
    array = np.empty(shape[::-1] if header.fortran else shape, header.stored)
    fill(array, file, where)
    return np.asarray(array.T if header.fortran else array, header.form.dtype, order="C")


def fill(array: Array, file: IO[bytes], where: str) -> None:
    """Read the bytes of a C-contiguous array from a file.

    Raises:
        UsageError: The file ends too early.
    """
    target = array.reshape(-1).view(np.uint8).data
    done = 0
    while done < len(target):
        try:
            data = file.read(min(_PIECE, len(target) - done))
        except OSError as error:
            reason = error.strerror or error
            raise UsageError(f"{where} cannot be read ({reason}); get the file again") from None
        if not data:
            raise UsageError(
                f"{where} is cut off: {done} of {len(target)} bytes are there; get the file again"
            )
        target[done : done + len(data)] = data
        done += len(data)


def _entries(text: str, where: str) -> dict[str, str]:
    """The three entries of a header: what stands in the quotes or parentheses of each."""
    body = text.strip()
    found: dict[str, str] = {}
    if body.startswith("{") and body.endswith("}"):
        body = body[1:-1].rstrip()
        position = 0
        while entry := _ENTRY.match(body, position):
            kind = {"descr": "text", "fortran_order": "bool", "shape": "tuple"}[entry[2]]
            if entry[2] in found or entry[kind] is None:
                break
            found[entry[2]] = entry[kind]
            position = entry.end()
        if len(found) == 3 and position == len(body):
            return found
    if "[" in body:
        raise UsageError(f"{where} is an array of records; an array of plain numbers is needed")
    raise UsageError(f"{where} has a header that is not understood: {quoted(body, 60)}")


def _dtype(text: str, where: str, kinds: str) -> Dtype:
    if re.fullmatch(r"[<>|=]?[fiu][1248]", text) and text[-2:] != "f1":
        dtype = np.dtype(text)
        if dtype.kind in kinds:
            return dtype
    what = "Python objects, which are never loaded" if text.endswith("O") else quoted(text, 20)
    wanted = "floats of 16, 32 or 64 bits" if kinds == "f" else "floats or integers"
    raise UsageError(f"{where} holds {what}; {wanted} are needed")


def _shape(text: str, where: str) -> tuple[int, ...]:
    parts = text.split(",")
    if not parts[-1].strip():
        parts.pop()
    numbers = [_NUMBER.fullmatch(part) for part in parts]
    sizes = tuple(int(number[1]) for number in numbers if number)
    product = 1
    for size in sizes:
        product *= max(size, 1)
    if len(sizes) < len(parts) or len(sizes) > _MOST_AXES or min(sizes, default=0) < 0:
        raise UsageError(f"{where} has the shape ({quoted(text, 60)[1:-1]}), which is none")
    if product > _MOST_SIZE:
        raise UsageError(f"{where} has {product:.3g} values by its header; {_MOST_SIZE} at most")
    return sizes

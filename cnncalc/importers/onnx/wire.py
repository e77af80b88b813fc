"""The wire format of protocol buffers, read where it lies.

A message is a row of fields, each a number, a type and a value. Only positions are kept of what is
long, so a file of 2 GiB costs nothing before somebody asks for its arrays, and every field is
counted, so a file of empty messages costs no memory either.

Reference:
    Protocol Buffers, Encoding, https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from collections.abc import Iterator
from mmap import mmap
from struct import unpack_from
from typing import NamedTuple, TypeAlias

Bytes: TypeAlias = bytes | mmap
Span: TypeAlias = tuple[int, int]

MAX_FIELDS = 5_000_000
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_WIDTH = {_FIXED32: 4}


class Malformed(Exception):
    """The bytes are no ONNX model, or exceed a limit; the message says in which way."""


class Field(NamedTuple):
    """One field: a varint has its value in `start`, everything else its place."""

    number: int
    kind: int
    start: int
    stop: int

    @property
    def span(self) -> Span:
        """Where the value lies.

        Raises:
            Malformed: It is not a string of bytes or a message.
        """
        if self.kind != _LENGTH:
            raise Malformed(f"field {self.number} of a message should hold a string or a message")
        return self.start, self.stop

    @property
    def integer(self) -> int:
        """The value of a varint, as a signed number of 64 bits.

        Raises:
            Malformed: It is none.
        """
        if self.kind != _VARINT:
            raise Malformed(f"field {self.number} of a message should hold an integer")
        return signed(self.start)


def signed(value: int) -> int:
    """The signed number that 64 bits stand for."""
    return value - (1 << 64) if value >= 1 << 63 else value


class Reader:
    """Reads fields from bytes, and counts them.

    Args:
        data: The file.
    """

    def __init__(self, data: Bytes) -> None:
        self.data = data
        self._left = MAX_FIELDS

    def fields(self, span: Span) -> Iterator[Field]:
        """The fields of the message at this place.

        Raises:
            Malformed: There is none, or the file has more fields than are read.
        """
        data = self.data
        at, stop = span
        while at < stop:
            self._left -= 1
            if self._left < 0:
                self.count(0)
            key = data[at]
            at += 1
            if key > 127:
                key, at = self.varint(at - 1, stop)
            kind = key & 7
            if kind > _LENGTH:
                size = _WIDTH.get(kind, -1)
            elif kind == _FIXED64:
                size = 8
            elif at < stop and data[at] < 128:  # most numbers are short
                size = data[at]
                at += 1
            else:
                size, at = self.varint(at, stop)
            if kind == _VARINT:
                yield Field(key >> 3, kind, size, at)
                continue
            if size < 0:
                raise Malformed(f"a field has the type {kind}, which there is none of")
            if at + size > stop:
                raise Malformed("a field is longer than what it stands in: the file is cut off")
            yield Field(key >> 3, kind, at, at + size)
            at += size

    def count(self, n: int) -> None:
        """Count so many fields or values.

        Raises:
            Malformed: There are more than are read.
        """
        self._left -= n
        if self._left < 0:
            raise Malformed(f"it has more than the {MAX_FIELDS:,} fields that are read")

    def varint(self, at: int, stop: int) -> tuple[int, int]:
        """The unsigned number that begins here, and where it ends.

        Raises:
            Malformed: It does not end.
        """
        data = self.data
        value = shift = 0
        while at < stop and shift < 70:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value & 0xFFFFFFFFFFFFFFFF, at
            shift += 7
        raise Malformed("a number does not end: the file is cut off")

    def text(self, field: Field) -> str:
        """A string."""
        start, stop = field.span
        return self.data[start:stop].decode("utf-8", "backslashreplace")

    def integers(self, field: Field) -> list[int]:
        """The values of a repeated integer, packed or not."""
        if field.kind == _VARINT:
            return [signed(field.start)]
        values = []
        at, stop = field.span
        while at < stop:
            self.count(1)
            value, at = self.varint(at, stop)
            values.append(signed(value))
        return values

    def floats(self, field: Field) -> list[float]:
        """The values of a repeated float, packed or not."""
        n = (field.stop - field.start) // 4
        if field.kind not in (_LENGTH, _FIXED32) or n * 4 != field.stop - field.start:
            raise Malformed(f"field {field.number} of a message should hold floats")
        self.count(n)
        return list(unpack_from(f"<{n}f", self.data, field.start))

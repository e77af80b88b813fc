"""The values of an ONNX file's arrays, read when they are asked for."""

from __future__ import annotations

from math import prod
from pathlib import Path
from struct import unpack_from
from typing import TYPE_CHECKING, Any, NamedTuple

from cnncalc.errors import UsageError
from cnncalc.importers.onnx.proto import Tensor
from cnncalc.importers.onnx.wire import Malformed, signed
from cnncalc.source.printable import quoted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST_INTEGERS = 1_000_000


class _Type(NamedTuple):
    """An element type: NumPy's name of how it is stored, its width, and the field of its lists."""

    stored: str
    width: int
    field: int


_TYPES = {
    1: _Type("float32", 4, 4),
    2: _Type("uint8", 1, 5),
    3: _Type("int8", 1, 5),
    4: _Type("uint16", 2, 5),
    5: _Type("int16", 2, 5),
    6: _Type("int32", 4, 5),
    7: _Type("int64", 8, 7),
    9: _Type("bool", 1, 5),
    10: _Type("float16", 2, 5),
    11: _Type("float64", 8, 10),
    12: _Type("uint32", 4, 11),
    13: _Type("uint64", 8, 11),
    16: _Type("uint16", 2, 5),  # bfloat16: the upper half of a float32
}
_BFLOAT16 = 16
_FLOATS = {1, 10, 11, _BFLOAT16}
_CODES = {6: "i", 7: "q"}
_BY_WIDTH = {4: "float32", 10: "float64"}  # lists that are not made of varints


def dtype_name(data_type: int) -> str:
    """The type that the values have once they are read; `other` for one that is not read."""
    if data_type == _BFLOAT16:
        return "float32"
    return _TYPES[data_type].stored if data_type in _TYPES else "other"


def is_float(data_type: int) -> bool:
    """Whether a type is one of real numbers."""
    return data_type in _FLOATS


def check(tensor: Tensor) -> None:
    """See that the file holds as many bytes as the shape says, without reading them.

    Raises:
        Malformed: It does not.
    """
    kind = _TYPES.get(tensor.data_type)
    if tensor.raw is None or tensor.external is not None or kind is None:
        return
    there, wanted = tensor.raw[1] - tensor.raw[0], prod(tensor.dims) * kind.width
    if there != wanted:
        shape = "×".join(map(str, tensor.dims)) or "a single number"
        raise Malformed(
            f"the array {quoted(tensor.name)} ({shape}) should have {wanted:,} bytes, "
            f"but there are {there:,}"
        )


def has_values(tensor: Tensor) -> bool:
    """Whether the file, or another that it names, holds the values."""
    is_stored = tensor.raw is not None or tensor.lists or tensor.loose or tensor.external
    return bool(is_stored) or 0 in tensor.dims


def integers(tensor: Tensor) -> list[int] | None:
    """The values of a short array of integers, without NumPy; None where that does not go."""
    if tensor.data_type not in _CODES or prod(tensor.dims) > _MOST_INTEGERS:
        return None
    if tensor.external is not None:
        return None
    if tensor.raw is not None:
        count = prod(tensor.dims)
        return list(
            unpack_from(f"<{count}{_CODES[tensor.data_type]}", tensor.reader.data, tensor.raw[0])
        )
    return _varints(tensor)


def _varints(tensor: Tensor) -> list[int]:
    reader, values = tensor.reader, []
    for _, start, stop in tensor.lists:
        at = start
        while at < stop:
            value, at = reader.varint(at, stop)
            values.append(signed(value))
            reader.count(1)
    values += [signed(start) for _, start, _ in tensor.loose]
    return values


def array(tensor: Tensor, folder: Path | None) -> NDArray[Any]:
    """The values, as real numbers or integers of NumPy.

    Args:
        tensor: The array of the file.
        folder: Where the file is, for values in another file beside it.

    Raises:
        UsageError: They are of a type that is not read, are not there, or do not have the size that
            the shape says.
    """
    import numpy as np

    kind = _TYPES.get(tensor.data_type)
    what = f"the array {quoted(tensor.name)}"
    if kind is None:
        raise UsageError(f"{what} is of ONNX's element type {tensor.data_type}, which is not read")
    if tensor.external is not None:
        from cnncalc.importers.onnx.external import external_bytes

        values = np.frombuffer(external_bytes(tensor, folder, kind.width), _stored(kind))
    elif tensor.raw is not None:
        start, stop = tensor.raw
        if (stop - start) % kind.width:
            raise UsageError(f"{what} is cut off")
        values = np.frombuffer(tensor.reader.data[start:stop], _stored(kind))
    else:
        values = _listed(tensor, kind)
    if values.size != prod(tensor.dims):
        raise UsageError(f"{what} has {values.size:,} values, but its shape {tensor.dims}")
    if tensor.data_type == _BFLOAT16:
        values = (values.astype(np.uint32) << 16).view(np.float32)
    return values.reshape(tensor.dims)


def _stored(kind: _Type) -> np.dtype[Any]:
    import numpy as np

    return np.dtype(kind.stored).newbyteorder("<")


def _listed(tensor: Tensor, kind: _Type) -> NDArray[Any]:
    """Values that stand in a list of their kind."""
    import numpy as np

    data = tensor.reader.data
    if kind.field in _BY_WIDTH:
        dtype = np.dtype(_BY_WIDTH[kind.field]).newbyteorder("<")
        pieces = sorted((*tensor.lists, *tensor.loose), key=lambda piece: piece[1])
        joined = b"".join(data[start:stop] for _, start, stop in pieces)
        if len(joined) % dtype.itemsize:
            raise UsageError(f"the array {quoted(tensor.name)} is cut off")
        return np.frombuffer(joined, dtype)
    try:
        values = np.array(_varints(tensor), np.int64)
    except Malformed as error:
        raise UsageError(f"the array {quoted(tensor.name)}: {error}") from None
    if kind.stored == "float16":
        return values.astype(np.uint16).view(np.float16)
    return values.astype(_stored(kind))

"""Weights in `.safetensors`: a JSON header with names, types, shapes and places, then the values.

Reference:
    huggingface/safetensors, README, section Format.
"""

from __future__ import annotations

import io
import json
import os
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from math import prod
from threading import Lock
from typing import IO, Any, NamedTuple
from weakref import finalize

import numpy as np

from cnncalc.errors import UsageError
from cnncalc.numeric.weights.lazy import Array, Form, LazyArrays
from cnncalc.numeric.weights.listing import listed, shown
from cnncalc.numeric.weights.npy import fill
from cnncalc.source.printable import quoted

MOST_HEADER = 32 * 2**20  # bytes; the format allows 100 MB, which takes gigabytes to parse
_METADATA = "__metadata__"
_STORED = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}
_NAMES = {"float64": "F64", "float32": "F32", "float16": "F16"}


class _Place(NamedTuple):
    """Where an array is: its type as the header says it, its shape and its bytes in the data."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int

    @property
    def form(self) -> Form:
        name = "<f4" if self.dtype == "BF16" else _STORED[self.dtype]
        return Form(self.shape, np.dtype(name).newbyteorder("="))


def load_safetensors(file: io.FileIO, where: str, limit: int) -> LazyArrays:
    """The arrays of a file, which is closed when nobody has them any more.

    A bfloat16 becomes a float32 of the same value.

    Args:
        file: The file, at its beginning.
        where: What it is called in messages.
        limit: Bytes that all arrays together may have.

    Raises:
        UsageError: The header is no such header, places overlap, leave holes or lie outside, or an
            array holds no floats.
    """
    reader = io.BufferedReader(file)
    size = os.fstat(file.fileno()).st_size
    length = int.from_bytes(reader.read(8), "little")
    if length > min(size - 8, MOST_HEADER):
        at_most = f"{size - 8} are in the file, and {MOST_HEADER} at most are read"
        raise UsageError(f"{where} says that its header has {length} bytes; {at_most}")
    places = _places(_header(reader.read(length), where), where)
    _check_places(places, size - 8 - length, where)
    total = sum(place.form.size_bytes for place in places.values())
    if total > limit:
        raise UsageError(f"{where} holds {total} bytes; {limit} at most are read")
    lock = Lock()

    def make(name: str) -> Array:
        place = places[name]
        stored = np.empty(place.shape, _STORED[place.dtype])
        with lock:
            reader.seek(8 + length + place.begin)
            fill(stored, reader, f"{where}: {shown(name)}")
        if place.dtype == "BF16":  # the upper half of a float32
            return (stored.astype(np.uint32) << 16).view(np.float32)
        return stored.astype(place.form.dtype, copy=False)

    arrays = LazyArrays({name: place.form for name, place in places.items()}, make)
    finalize(arrays, reader.close)
    return arrays


def save_safetensors(file: IO[bytes], arrays: Mapping[str, Any], forms: Mapping[str, Form]) -> None:
    """Write arrays one after the other; wider types come first, so that all are aligned.

    Raises:
        UsageError: An array has the name that the format keeps for itself.
    """
    if _METADATA in forms:
        raise UsageError(f"no array in a .safetensors can be called {_METADATA}; save an .npz")
    ordered = sorted(forms.items(), key=lambda item: -item[1].dtype.itemsize)
    header: dict[str, Any] = {}
    begin = 0
    for name, form in ordered:
        end = begin + form.size_bytes
        dtype = _NAMES[form.dtype.name]
        header[name] = {"dtype": dtype, "shape": list(form.shape), "data_offsets": [begin, end]}
        begin = end
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    file.write(len(text).to_bytes(8, "little"))
    file.write(text)
    for name, form in ordered:
        array = np.ascontiguousarray(arrays[name], form.dtype.newbyteorder("<"))
        file.write(array.reshape(-1).view(np.uint8).data)


def _header(data: bytes, where: str) -> dict[str, Any]:
    try:
        header = json.loads(data.decode(), object_pairs_hook=_unique, parse_constant=_refuse)
    except RecursionError:
        raise UsageError(f"{where} has a header nested too deep to be one") from None
    except ValueError as error:
        reason = " ".join(str(error).split())[:100]
        raise UsageError(f"{where} has a header that is no JSON ({reason})") from None
    if not isinstance(header, dict):
        raise UsageError(f"{where} has a header that is no JSON object")
    header.pop(_METADATA, None)
    return header


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"it has {shown(twice)} twice")
    return found


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


def _places(header: Mapping[str, Any], where: str) -> dict[str, _Place]:
    found: dict[str, _Place] = {}
    others: list[str] = []
    for name, entry in header.items():
        match entry:
            case {"dtype": str(dtype), "shape": list(shape), "data_offsets": [begin, end]} if (
                len(entry) == 3
                and len(shape) <= 16
                and all(type(size) is int and 0 <= size < 2**48 for size in (*shape, begin, end))
            ):
                if dtype in _STORED:
                    found[name] = _Place(dtype, tuple(shape), begin, end)
                else:
                    others.append(f"{shown(name)} ({quoted(dtype, 12)[1:-1]})")
            case _:
                message = "needs a dtype, a shape and two data_offsets, whole numbers from 0"
                raise UsageError(f"{where}: {shown(name)} {message}")
    if others:
        types = "F64, F32, F16 or BF16"
        raise UsageError(f"{where} holds arrays that are not of type {types}: {listed(others)}")
    return found


def _check_places(places: Mapping[str, _Place], size: int, where: str) -> None:
    """Every byte of the data belongs to one array, and each has as many as its shape needs."""
    for name, place in places.items():
        needed = prod(place.shape) * np.dtype(_STORED[place.dtype]).itemsize
        if place.end - place.begin != needed:
            has = place.end - place.begin
            raise UsageError(
                f"{where}: {shown(name)} has {has} bytes, but its shape needs {needed}"
            )
    ordered = sorted(places.items(), key=lambda item: (item[1].begin, item[1].end))
    if ordered and ordered[0][1].begin:
        raise UsageError(f"{where}: the data begins with bytes that belong to no array")
    for (first, before), (second, after) in pairwise(ordered):
        if before.end != after.begin:
            what = "overlap" if after.begin < before.end else "have a hole between them"
            raise UsageError(f"{where}: {shown(first)} and {shown(second)} {what}")
    end = ordered[-1][1].end if ordered else 0
    if end != size:
        raise UsageError(f"{where} needs {end} bytes of data and has {size}; get the file again")

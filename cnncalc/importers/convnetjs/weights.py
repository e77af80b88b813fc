"""The weights of a net: `Vol`s, whose value at x, y, d stands at `((sx·y) + x)·depth + d`."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple

from cnncalc.importers.arrays import LazyArrays
from cnncalc.importers.convnetjs.entry import Entry
from cnncalc.importers.json_text import shown
from cnncalc.ir.shapes import Sizes


class _Array(NamedTuple):
    """A weight that has not been read yet: the volumes stand along its last axis."""

    entry: Entry
    volumes: Sequence[dict[str, Any]]
    shape: Sizes


class Weights:
    """Collects the weights of a net."""

    def __init__(self) -> None:
        self._arrays: dict[str, _Array] = {}

    def add(self, entry: Entry, name: str, kernel: Sizes, arriving: int | None, units: int) -> None:
        """Note the weights of a layer, if the file has any.

        Args:
            entry: The layer.
            name: Its name in the spec.
            kernel: Height and width of its kernel; nothing for a fully connected layer.
            arriving: Channels or values that arrive; None where the file does not say.
            units: How many filters it has.

        Raises:
            SpecError: The numbers of filters or values are not those that the layer says.
        """
        if "filters" not in entry.values or not isinstance(entry.values["filters"], list):
            return
        filters = entry.values["filters"]
        if len(filters) != units:
            entry.refuse(f"it has {len(filters):,} filters, but out_depth is {units:,}")
        depth = arriving or _depth(entry, filters[0])
        for volume in filters:
            _checked(entry, volume, (*(kernel or (1, 1)), depth), "a filter")
        biases = _checked(entry, entry.values.get("biases"), (1, 1, units), "biases")
        self._arrays[f"{name}.kernel"] = _Array(entry, filters, (*kernel, depth, units))
        self._arrays[f"{name}.bias"] = _Array(entry, [biases], (units,))

    def arrays(self) -> LazyArrays[_Array]:
        """The arrays by `<layer>.<weight>` in double precision."""
        return LazyArrays(self._arrays, lambda _, place: _read(*place))


def _read(entry: Entry, volumes: Sequence[dict[str, Any]], shape: Sizes) -> Any:
    import numpy as np

    array = np.empty((len(volumes), prod(shape) // len(volumes)))
    for row, volume in zip(array, volumes, strict=True):
        row[:] = _values(entry, volume["w"], row.size)
    if not np.isfinite(array).all():
        entry.refuse("a weight is infinite")
    return array.T.reshape(shape) if len(volumes) > 1 else array.reshape(shape)


def _depth(entry: Entry, volume: object) -> int:
    if not isinstance(volume, dict):
        entry.refuse("a filter must be an object with sx, sy, depth and w")
    return entry._replace(values=volume).size("depth")


def _checked(entry: Entry, volume: object, shape: Sizes, what: str) -> dict[str, Any]:
    """A volume of this size, which holds so many values."""
    if not isinstance(volume, dict):
        entry.refuse(f"{what} must be an object with sx, sy, depth and w")
    sizes = tuple(volume.get(key) for key in ("sy", "sx", "depth"))
    if sizes != shape:
        given, wanted = "×".join(map(shown, sizes)), "×".join(map(str, shape))
        entry.refuse(f"{what} is {given} (sy×sx×depth), but the layer needs {wanted}")
    values = volume.get("w")
    if not isinstance(values, (dict, list)):
        entry.refuse(f"{what} has no values: w must be a list, or an object with a key per value")
    if len(values) != prod(shape):
        entry.refuse(f"{what} has {len(values):,} values, but needs {prod(shape):,}")
    return volume


def _values(entry: Entry, values: dict[str, Any] | list[Any], count: int) -> list[float]:
    """The values in order; JavaScript writes a typed array as an object with indices as keys."""
    try:
        found = values if isinstance(values, list) else [values[str(i)] for i in range(count)]
    except KeyError as error:
        entry.refuse(f"the value {error.args[0]} of w is missing")
    for value in found:
        if type(value) not in (int, float):  # null is what JavaScript writes for NaN
            entry.refuse(f"a weight is {shown(value)}, which is no number")
    try:
        return list(map(float, found))
    except OverflowError:
        entry.refuse("a weight is infinite")

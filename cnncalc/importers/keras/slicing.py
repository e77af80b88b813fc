"""Parts of tensors: slices and even splits."""

from __future__ import annotations

from typing import Any

from cnncalc.importers.keras.build import Tensor
from cnncalc.importers.keras.calls import Cut
from cnncalc.importers.keras.making import Making


def sliced(making: Making) -> Tensor:
    """A slice of one or more axes, one `slice` each; a step or an index has no op."""
    x, shape = making.x, making.x.model_shape
    cuts = _cuts(making)
    if shape is None or None in shape or cuts is None:
        return making.opaque(params=0, macs=0)
    cuts = cuts[1:] if cuts and cuts[0] == (None, None, None) else []
    if not cuts or len(cuts) > len(shape):
        return making.opaque(params=0, macs=0)
    ends = [_ends(cut, size or 0) for cut, size in zip(cuts, shape, strict=False)]
    found = [(k, end) for k, end in enumerate(ends) if end != (0, shape[k])]
    if any(end is None for _, end in found):
        return making.opaque(params=0, macs=0)
    if not found:
        return making.add("identity")
    for count, (place, end) in enumerate(found, 1):
        axis = (place - 1) % len(shape) if x.is_first else place
        assert end is not None
        arguments = {"axis": axis, "start": end[0], "stop": end[1]}
        role = "" if count == len(found) else f"slice_{count}"
        x = making.add("slice", arguments, [x], role=role)
    return x


def _cuts(making: Making) -> list[Any] | None:
    """What is kept of every axis, the batch included; None for what is no plain slicing."""
    key = making.argument("slice_spec", 1, None)
    key = key if isinstance(key, list) and not isinstance(key, Cut) else [key]
    items = [_cut(item) for item in key]
    if ... in items:
        rank = making.x.rank
        place = items.index(...)
        if rank is None or items.count(...) > 1 or len(items) > rank + 2:
            return None
        missing = rank + 1 - (len(items) - 1)
        items[place : place + 1] = [Cut(None, None, None)] * missing
    return items if all(isinstance(item, Cut) for item in items) else None


def _cut(item: Any) -> Any:
    match item:
        case {"class_name": "__ellipsis__"} | "__ellipsis__":
            return ...
        case {"start": start, "stop": stop, "step": step}:
            return Cut(start, stop, step)
        case _:
            return item


def _ends(cut: Cut, size: int) -> tuple[int, int] | None:
    if cut.step not in (None, 1) or not all(
        end is None or type(end) is int for end in (cut.start, cut.stop)
    ):
        return None
    start, stop, _ = slice(cut.start, cut.stop).indices(size)
    return (start, stop) if start < stop else None


def split(making: Making) -> list[Tensor]:
    """An even split, one `split` per part that is read."""
    x = making.x
    parts = making.argument("indices_or_sections", 1, None)
    parts = making.argument("num_or_size_splits", 1, None) if parts is None else parts
    axis = making.axis(x, making.argument("axis", 2, 0))
    if type(parts) is not int or axis is None or not 0 < parts <= 10_000:
        return [making.opaque(index=index, params=0, macs=0) for index in range(making.n_results)]
    axes = {} if x.shape is not None and axis == len(x.shape) - 1 else {"axis": axis}
    made = []
    for take in range(making.n_results):
        arguments = {"parts": parts, **({"take": take} if take else {}), **axes}
        made.append(making.add("split", arguments, [x], role=f"part_{take}" if take else ""))
    return made

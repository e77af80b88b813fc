"""Shapes: sizes per axis, channels last, without the batch.

A size that cannot be known, because a layer before is broken or opaque, is None; a shape of which
not even the rank is known is None as a whole.
"""

from __future__ import annotations

from math import prod
from typing import TypeAlias

Size: TypeAlias = int | None
Shape: TypeAlias = tuple[Size, ...]
Sizes: TypeAlias = tuple[int, ...]
Pair: TypeAlias = tuple[int, int]

LARGEST = 10**15  # no size may exceed it: exact integers of a million digits take their time

_AXIS_NAMES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def axis_name(rank: int, axis: int) -> str:
    """Name of a spatial axis among `rank` spatial axes: height and width of a picture, say."""
    names = _AXIS_NAMES.get(rank)
    return names[axis] if names else f"axis {axis}"


def format_shape(shape: Shape | None) -> str:
    """A shape as people write it: `56×56×64`, with `?` for what is not known."""
    if shape is None:
        return "?"
    return "×".join("?" if size is None else str(size) for size in shape)


def n_elements(shape: Shape | None) -> Size:
    """Number of values in a feature map of this shape, or None when a size is not known."""
    if shape is None or None in shape:
        return None
    return prod(shape)  # type: ignore[arg-type]  # no None left, see above

"""How one map comes from the map before: a window and the cell that it gives, or all to all."""

from __future__ import annotations

from math import hypot
from typing import NamedTuple

from cnncalc.drawing.boxes.chain import FeatureMap
from cnncalc.drawing.boxes.shapes import Vector, extent
from cnncalc.drawing.boxes.solids import Sheets, Slab, Solid, Span
from cnncalc.drawing.boxes.windows import seen_by_a_cell, stamped_by_a_cell
from cnncalc.drawing.scene import Area, Box, Line, Mark, Point, rectangle
from cnncalc.ir import primitives as p

_LEAST = 3.0  # points that a window's side has at least, or nobody would see it
_FINE = 0.45


class End(NamedTuple):
    """A map and where it is drawn."""

    map: FeatureMap
    solid: Solid


def link(before: End, after: End, *, low: bool) -> list[Mark]:
    """What is drawn between two maps, over both of them.

    Args:
        before: The map that is read.
        after: The map that is made of it.
        low: Whether the window lies low on the map. It does so every other time, as it would else
            hide the cell that the layer before gives.
    """
    if _sees_everything(before.map, after.map):
        return _wedge(before.solid, after.solid)
    facing = isinstance(before.solid, Sheets)
    seen = seen_by_a_cell(before.map, after.map, low=low, facing=facing)
    if seen is not None:
        corners = _visible(before.solid.window(seen.span))
        return _pyramid(corners, after.solid.cell(*seen.cell))
    stamped = stamped_by_a_cell(before.map, after.map, low=low, facing=facing)
    if stamped is not None:
        row, column = stamped.cell
        first, _, third, _ = before.solid.window(Span(row, column, row, column))
        corners = _visible(after.solid.patch(stamped.span))
        return _pyramid(corners, ((first[0] + third[0]) / 2, (first[1] + third[1]) / 2))
    return _arrow(before.solid, after.solid)


def _sees_everything(before: FeatureMap, after: FeatureMap) -> bool:
    """Whether every value of the map depends on all values of the map before, or of a channel."""
    if not isinstance(extent(after.shape), Vector) or extent(before.shape) is None:
        return False
    seeing = (p.Dense, p.AdaptivePooling)
    return any(isinstance(part, seeing) for part in after.node.lowered.primitives[:1])


def _visible(corners: tuple[Point, Point, Point, Point]) -> tuple[Point, ...]:
    """The corners, further apart along a side that would be too short to be seen."""
    first, second, _, fourth = corners
    across = (second[0] - first[0], second[1] - first[1])
    down = (fourth[0] - first[0], fourth[1] - first[1])
    x, y = first[0] + (across[0] + down[0]) / 2, first[1] + (across[1] + down[1]) / 2
    across, down = _at_least(across), _at_least(down)
    return tuple(
        (x + i * across[0] / 2 + k * down[0] / 2, y + i * across[1] / 2 + k * down[1] / 2)
        for i, k in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    )


def _at_least(side: Point) -> Point:
    times = max(1.0, _LEAST / max(hypot(*side), 1e-9))
    return side[0] * times, side[1] * times


def _pyramid(corners: tuple[Point, ...], top: Point) -> list[Mark]:
    x, y = top
    lines = [Line((corner, top), "faint", _FINE) for corner in corners]
    dot = rectangle(Box(x - 1, y - 1, x + 1, y + 1))
    return [Area(corners, "paper", "ink", 0.6, 0.6), *lines, Area(dot, "ink", None)]


def _wedge(before: Solid, after: Solid) -> list[Mark]:
    _, top, bottom, _ = before.window(Span(0.0, 0.0, 1.0, 1.0))
    upper, lower = left_side(after)
    return [Line((top, upper), "faint", _FINE), Line((bottom, lower), "faint", _FINE)]


def _arrow(before: Solid, after: Solid) -> list[Mark]:
    start, end = (before.box.right + 2, before.y), (after.box.left - 2, before.y)
    return [Line((start, end), "line", 0.7, arrow=True)]


def left_side(solid: Solid) -> tuple[Point, Point]:
    """The upper and the lower end of what is leftmost in front of a solid."""
    if isinstance(solid, Slab):
        return solid.front[0], solid.front[3]
    left, top, _, bottom = solid.box
    return (left, top), (left, bottom)

"""One row of maps, with what is between, above and below them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from cnncalc.drawing.boxes.captions import LARGE, SMALL
from cnncalc.drawing.boxes.chain import FeatureMap
from cnncalc.drawing.boxes.links import End, link
from cnncalc.drawing.boxes.rows import Station, block_of, label_of, runs
from cnncalc.drawing.palette import Role
from cnncalc.drawing.scene import Area, Box, Group, Line, Mark, Point, Words, bounds, flat
from cnncalc.drawing.words import line_height
from cnncalc.ir.shapes import format_shape
from cnncalc.source.printable import printable

_LARGE_LINE, _SMALL_LINE = line_height(LARGE), line_height(SMALL)
_ABOVE, _BELOW = 4.0, 8.0  # between a map and what is written above and below it
_TICK = 2.5
_MOST_NAMES = 12  # of folded layers that a drawn map answers to


def row_marks(stations: Sequence[Station], *, bands: bool) -> list[Mark]:
    """What is drawn of a row whose maps have their middle at 0.

    Args:
        stations: The maps of the row.
        bands: Whether what is folded into a map is drawn as a band of its colour.
    """
    drawn = _drawn(stations, bands)
    extents = [bounds(marks) for marks in drawn]
    base = max(extent.bottom for extent in extents) + _BELOW
    below = max(_caption_height(station) for station in stations)
    marks: list[Mark] = []
    for station, own in zip(stations, drawn, strict=True):
        marks.append(_grouped(station, [*own, *_caption(station, base)]))
    for run in runs(stations, label_of):
        marks += _label(run, drawn, extents)
    for run in runs(stations, block_of):
        marks += _block(run, base + below)
    return marks


def _drawn(stations: Sequence[Station], bands: bool) -> list[list[Mark]]:
    """Every map, with what leads to it from the one before."""
    drawn = [station.solid.marks(_bands(station) if bands else []) for station in stations]
    for number, (before, after) in enumerate(pairwise(stations), 1):
        if isinstance(before.map, FeatureMap) and isinstance(after.map, FeatureMap):
            ends = End(before.map, before.solid), End(after.map, after.solid)
            drawn[number] += link(*ends, low=number % 2 == 1)
    return drawn


def _bands(station: Station) -> list[Role]:
    folded = station.map.folded if isinstance(station.map, FeatureMap) else []
    return list(dict.fromkeys(part.role for part in folded))


def _grouped(station: Station, marks: list[Mark]) -> Group:
    """A map's marks, under its name and those of the layers that are folded into it."""
    one = station.map
    if not isinstance(one, FeatureMap):
        return Group(tuple(marks))
    group = Group(tuple(marks), one.node.name, _title(one))
    names = dict.fromkeys(part.layer for part in one.folded)
    others = [one.flattened, *names] if one.flattened is not None else [*names]
    for name in [name for name in others if name != one.node.name][:_MOST_NAMES]:
        group = Group((group,), name)
    return group


def _title(one: FeatureMap) -> str:
    words = dict.fromkeys([one.node.op, *(part.word for part in one.folded)])
    done = ", ".join(list(words)[:_MOST_NAMES])
    return printable(f"{one.node.name}: {done}, {format_shape(one.shape)}")


def _caption(station: Station, top: float) -> Iterator[Words]:
    x = station.solid.middle
    for text in station.caption.name:
        yield Words((x, top + 0.8 * _LARGE_LINE), text, LARGE, "middle")
        top += _LARGE_LINE
    for text in station.caption.what:
        yield Words((x, top + 0.8 * _SMALL_LINE), text, SMALL, "middle", role="faint")
        top += _SMALL_LINE


def _caption_height(station: Station) -> float:
    name, what = station.caption
    return _LARGE_LINE * len(name) + _SMALL_LINE * len(what)


def _label(
    run: list[Station], drawn: Sequence[list[Mark]], extents: Sequence[Box]
) -> Iterator[Mark]:
    """The shape of some maps in a row, above all that is in its way."""
    lines = run[0].label
    if not lines:
        return
    left, right = run[0].solid.box.left, run[-1].solid.box.right
    x = (run[0].solid.middle + run[-1].solid.middle) / 2
    widest = [Words((x, 0), text, LARGE, "middle").box for text in lines]
    over = Box(
        min(left, *(box.left for box in widest)), 0, max(right, *(box.right for box in widest)), 0
    )
    near = (
        marks
        for marks, extent in zip(drawn, extents, strict=True)
        if extent.left < over.right and over.left < extent.right
    )
    y = min(_highest(marks, over.left, over.right) for marks in near) - _ABOVE
    if len(run) > 1:
        bracket = ((left, y + _TICK), (left, y), (right, y), (right, y + _TICK))
        yield Line(bracket, "line", 0.5)
        y -= 2.0
    for text in reversed(lines):
        yield Words((x, y - 0.2 * _LARGE_LINE), text, LARGE, "middle")
        y -= _LARGE_LINE


def _block(run: list[Station], top: float) -> Iterator[Mark]:
    """The name of a block under its layers."""
    if run[0].block is None:
        return
    left = min(station.solid.box.left for station in run)
    right = max(station.solid.box.right for station in run)
    y = top + 5.0
    bracket = ((left, y - _TICK), (left, y), (right, y), (right, y - _TICK))
    yield Line(bracket, "line", 0.5)
    x = (run[0].solid.middle + run[-1].solid.middle) / 2
    at = (x, y + 1.0 + 0.8 * _LARGE_LINE)
    yield Words(at, run[0].block_label, LARGE, "middle", role="faint")


def _highest(marks: list[Mark], left: float, right: float) -> float:
    """How high up the marks go between two places; infinity if they are not there."""
    highest = float("inf")
    for mark in flat(marks):
        if isinstance(mark, Words):
            continue  # a sign within an outline
        points = (*mark.points, mark.points[0]) if isinstance(mark, Area) else mark.points
        for edge in pairwise(points):
            start, end = sorted(edge)
            if start[0] <= right and end[0] >= left:
                places = max(left, start[0]), min(right, end[0])
                highest = min(highest, *(_height(x, start, end) for x in places))
    return highest


def _height(x: float, start: Point, end: Point) -> float:
    """How high a line is at a place; of an upright one the upper end."""
    if start[0] == end[0]:
        return min(start[1], end[1])
    return start[1] + (end[1] - start[1]) * (x - start[0]) / (end[0] - start[0])

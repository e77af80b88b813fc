"""From rows and tracks to points on the page, in one column or several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from cnncalc.drawing.flow.channels import Channels, Stem, Wire
from cnncalc.drawing.flow.lanes import Lanes
from cnncalc.drawing.flow.packing import Extent
from cnncalc.drawing.flow.rows import TITLE, TRACK, Channel
from cnncalc.drawing.scene import Box, Point

_GUTTER = 13.0  # between a column and the lines beside it
_HEAD = TITLE + 9.0  # from the lines above a column to its first boxes


class Arrow(NamedTuple):
    """A line from a box to another, by their positions."""

    source: int
    target: int
    points: tuple[Point, ...]


@dataclass
class Sheet:
    """Where everything is on the page.

    Attributes:
        boxes: The boxes, in order.
        arrows: The lines.
        column_of: Column of every box.
        upward: The columns that go from below to above.
    """

    boxes: list[Box] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    column_of: list[int] = field(default_factory=list)
    upward: frozenset[int] = frozenset()


@dataclass
class _Column:
    rows: range
    x: float = 0.0  # of the middle of the trunk
    left: float = 0.0
    right: float = 0.0
    stems: list[Stem] = field(default_factory=list)  # lines that go on in the next column


class Plan(NamedTuple):
    """A flow before it has a place on the page.

    Attributes:
        lanes: Rows and lanes.
        extents: How far every box reaches to the sides, with what is written beside its line.
        widths: Width of every box.
        heights: Height of every box.
        channels: The lines.
        rows: Height of every row.
        between: Heights below every row.
    """

    lanes: Lanes
    extents: list[Extent]
    widths: list[float]
    heights: list[float]
    channels: Channels
    rows: list[float]
    between: list[Channel]


def placed(plan: Plan, cuts: Sequence[int], origin: Point) -> Sheet:
    """The flow on a page.

    Args:
        plan: The flow.
        cuts: The rows after which a new column begins, in order.
        origin: Left upper corner.
    """
    return _Placer(plan, cuts).run(origin)


class _Placer:
    def __init__(self, plan: Plan, cuts: Sequence[int]) -> None:
        self._plan = plan
        edges = [-1, *cuts, len(plan.rows) - 1]
        self._columns = [_Column(range(a + 1, b + 1)) for a, b in pairwise(edges)]
        self._column_of = [c for c, column in enumerate(self._columns) for _ in column.rows]
        self._tops: list[float] = []
        self._cuts = set(cuts)

    def run(self, origin: Point) -> Sheet:
        self._find_stems()
        self._widen()
        self._place_columns(origin)
        lanes = self._plan.lanes
        sheet = Sheet(column_of=[self._column_of[rank] for rank in lanes.ranks])
        for unit, rank in enumerate(lanes.ranks):
            x = self._x(rank, lanes.lanes[lanes.lane_of[unit]].x)
            half, top = self._plan.widths[unit] / 2, self._tops[rank]
            sheet.boxes.append(Box(x - half, top, x + half, top + self._plan.heights[unit]))
        for wire in self._plan.channels.wires:
            points = _straightened(self._points(wire, sheet.boxes))
            sheet.arrows.append(Arrow(wire.source, wire.target, points))
        return sheet

    def _find_stems(self) -> None:
        for column in self._columns[:-1]:
            cut = column.rows[-1]
            stems = {
                Stem(wire.source, wire.turn(cut)[0])
                for wire in self._plan.channels.wires
                if wire.first <= cut <= wire.last
            }
            column.stems = sorted(stems, key=lambda stem: -stem.x)

    def _widen(self) -> None:
        """How far every column reaches to the sides, its lines included."""
        lanes = self._plan.lanes
        for unit, rank in enumerate(lanes.ranks):
            x, extent = lanes.lanes[lanes.lane_of[unit]].x, self._plan.extents[unit]
            self._reach(rank, x - extent.left, x + extent.right)
        for wire in self._plan.channels.wires:
            for rank in {wire.first, *(c for c in self._cuts if wire.first <= c <= wire.last)}:
                for row in (rank, rank + 1):
                    self._reach(row, wire.via, wire.via)

    def _reach(self, rank: int, left: float, right: float) -> None:
        column = self._columns[self._column_of[rank]]
        column.left = min(column.left, left)
        column.right = max(column.right, right)

    def _place_columns(self, origin: Point) -> None:
        left, top = origin
        for before, column in zip([None, *self._columns], self._columns, strict=False):
            column.x = left - column.left
            y = top
            if before:
                y += TRACK * len(before.stems) + _HEAD
            for rank in column.rows:
                self._tops.append(y)
                y += self._plan.rows[rank] + self._plan.between[rank].height
            left = column.x + column.right + 2 * _GUTTER + TRACK * max(len(column.stems) - 1, 0)

    def _x(self, rank: int, x: float) -> float:
        return self._columns[self._column_of[rank]].x + x

    def _points(self, wire: Wire, boxes: list[Box]) -> list[Point]:
        box, target = boxes[wire.source], boxes[wire.target]
        points = [(self._x(wire.first, wire.out), box.bottom)]
        cuts = {cut for cut in self._cuts if wire.first < cut < wire.last}
        for channel in sorted({wire.first, wire.last} | cuts):
            above, below = wire.turn(channel)
            if channel in self._cuts:
                points += self._to_next_column(channel, Stem(wire.source, above), below)
            elif abs(above - below) > 0.01:
                track = self._plan.channels.tracks[channel][Stem(wire.source, above)]
                y = self._below(channel) + TRACK * (track + 0.5)
                points += [(self._x(channel, above), y), (self._x(channel, below), y)]
        if wire.from_side:
            y = (target.top + target.bottom) / 2
            points += [
                (self._x(wire.last + 1, wire.via), y),
                (self._x(wire.last + 1, wire.port), y),
            ]
        else:
            points.append((self._x(wire.last + 1, wire.port), target.top))
        return points

    def _below(self, channel: int) -> float:
        """Where the tracks of a channel begin."""
        between = self._plan.between[channel]
        return self._tops[channel] + self._plan.rows[channel] + between.label + between.end

    def _to_next_column(self, cut: int, stem: Stem, below: float) -> list[Point]:
        column = self._columns[self._column_of[cut]]
        place = column.stems.index(stem)
        bottom = self._below(cut) + TRACK * (place + 0.5)
        gutter = column.x + column.right + _GUTTER + TRACK * place
        top = self._tops[cut + 1] - _HEAD - TRACK * (len(column.stems) - place - 0.5)
        end = self._x(cut + 1, below)
        return [(self._x(cut, stem.x), bottom), (gutter, bottom), (gutter, top), (end, top)]


def _straightened(points: list[Point]) -> tuple[Point, ...]:
    """Without points in the middle of a straight line."""
    kept = points[:1]
    for point, after in pairwise([*points[1:], points[-1]]):
        before = kept[-1]
        same_x = abs(before[0] - point[0]) < 0.01 and abs(point[0] - after[0]) < 0.01
        same_y = abs(before[1] - point[1]) < 0.01 and abs(point[1] - after[1]) < 0.01
        if point is points[-1] or not (same_x or same_y):
            kept.append(point)
    return tuple(kept)

"""The U on the page: two flows through the same rows, one of them upside down."""

from __future__ import annotations

from itertools import accumulate, pairwise

from cnncalc.drawing.flow.lanes import lanes_of
from cnncalc.drawing.flow.packing import Sides
from cnncalc.drawing.flow.planning import plan_of
from cnncalc.drawing.flow.rows import (
    LABEL,
    Channel,
    extents_of,
    height_of,
    own_width,
)
from cnncalc.drawing.flow.sheet import Arrow, Plan, Sheet, placed
from cnncalc.drawing.flow.units import Units
from cnncalc.drawing.flow.ushape import Arm, UShape, Way
from cnncalc.drawing.scene import Box, Point

_GAP = 40.0  # beside what stands between the arms
_TRACK = 7.0  # between lines that turn between the arms
_PORT = 5.0  # between lines that meet one side of a box
_LEVEL = 3.0  # how far from its edges a line meets a box at least


def u_sheet(found: Units, shape: UShape) -> Sheet:
    """The flow on a page.

    Args:
        found: The boxes.
        shape: In which arm and row they are.
    """
    return _Page(found, shape).run()


class _Page:
    def __init__(self, found: Units, shape: UShape) -> None:
        self._found = found
        self._shape = shape
        left, right = (
            self._plan(shape.left, "left"),
            self._plan(shape.right, "right"),
        )
        self._left, self._right = self._level(left, right)
        rows = zip(self._left.rows, self._left.between, strict=True)
        self._tops = list(accumulate((row + c.height for row, c in rows), initial=0.0))
        self._row_of = dict(zip(shape.left.units, shape.left.ranks, strict=True))
        self._row_of |= {
            unit: shape.n_rows - 1 - rank
            for unit, rank in zip(shape.right.units, shape.right.ranks, strict=True)
        }
        self._boxes: dict[int, Box] = {}

    def _plan(self, arm: Arm, sides: Sides) -> Plan:
        units = self._found.units
        place = {unit: n for n, unit in enumerate(arm.units)}
        inner = [[place[s] for s in units[unit].inputs if s in place] for unit in arm.units]
        lanes = lanes_of(inner, arm.ranks, [place[unit] for unit in arm.trunk])
        boxes = [units[unit] for unit in arm.units]
        return plan_of(self._found, boxes, inner, lanes, sides, self._shape.n_rows)

    def _level(self, left: Plan, right: Plan) -> tuple[Plan, Plan]:
        """The same plans with equal heights; the right one's first row is the lowest."""
        rows = [max(a, b) for a, b in zip(left.rows, reversed(right.rows), strict=True)]
        ranks = dict(zip(self._shape.right.units, self._shape.right.ranks, strict=True))
        for way in self._shape.ways:
            row = len(rows) - 1 - ranks[way.target]
            rows[row] = max([rows[row], *(height_of(self._found.units[u]) for u in way.through)])
        # a frame that ends on the right has its title where it ends
        ups = [c._replace(end=c.end + LABEL * (c.end > 0)) for c in right.between]
        ups = [*reversed(ups[:-1]), ups[-1]]  # the channel below a row is above it on the way up
        heights = [max(a.height, b.height) for a, b in zip(left.between, ups, strict=True)]
        downs = list(map(_stretched, left.between, heights))
        ups = list(map(_stretched, ups, heights))
        ups = [*reversed(ups[:-1]), ups[-1]]
        return (
            left._replace(rows=rows, between=downs),
            right._replace(rows=rows[::-1], between=ups),
        )

    def run(self) -> Sheet:
        sheet = Sheet(upward=frozenset({1}))
        down = placed(self._left, [], (0.0, 0.0))
        sheet.arrows += self._moved(down, self._shape.left, 0.0, None)
        gutter = max(self._boxes[unit].right for unit in self._shape.left.units)
        up = placed(self._right, [], (0.0, 0.0))
        turning = gutter + _GAP + _TRACK * len(self._shape.ways)
        shift = turning + self._room() - min(box.left for box in up.boxes)
        flip = sum(self._left.rows)
        flip += sum(channel.height for channel in self._left.between[:-1])
        sheet.arrows += self._moved(up, self._shape.right, shift, flip)
        for nth, way in enumerate(self._shape.ways):
            self._put_between(way, turning)
            sheet.arrows += self._across(nth, way, gutter + _GAP / 2)
        count = len(self._found.units)
        sheet.boxes = [self._boxes[unit] for unit in range(count)]
        right = set(self._shape.right.units)
        sheet.column_of = [int(unit in right) for unit in range(count)]
        return sheet

    def _moved(self, sheet: Sheet, arm: Arm, shift: float, flip: float | None) -> list[Arrow]:
        """Take over the boxes of an arm, moved to the right and upside down; its lines as well."""
        for unit, (left, top, right, bottom) in zip(arm.units, sheet.boxes, strict=True):
            ends = (top, bottom) if flip is None else (flip - bottom, flip - top)
            self._boxes[unit] = Box(left + shift, ends[0], right + shift, ends[1])
        arrows = []
        for source, target, points in sheet.arrows:
            moved = tuple((x + shift, y if flip is None else flip - y) for x, y in points)
            arrows.append(Arrow(arm.units[source], arm.units[target], moved))
        return arrows

    def _room(self) -> float:
        """How wide the boxes between the arms are, at most, with gaps after them."""
        return max(sum(map(self._wide, way.through)) for way in self._shape.ways) + _GAP

    def _wide(self, unit: int) -> float:
        its = self._found.units[unit]
        (extent,) = extents_of([its], [own_width(its)])
        return extent.left + extent.right + _GAP

    def _put_between(self, way: Way, left: float) -> None:
        """Put the boxes of a way across into the row of its target, as level as may be."""
        target = self._boxes[way.target]
        row = self._row_of[way.target]
        top, bottom = self._tops[row], self._tops[row] + self._left.rows[row]
        for unit in way.through:
            half = height_of(self._found.units[unit]) / 2
            middle = min(max((target.top + target.bottom) / 2, top + half), bottom - half)
            width = own_width(self._found.units[unit])
            self._boxes[unit] = Box(left, middle - half, left + width, middle + half)
            left += self._wide(unit)

    def _across(self, nth: int, way: Way, left: float) -> list[Arrow]:
        """The lines of a way across: level, or by a track of its own."""
        leaving = [other.source for other in self._shape.ways]
        entering = [other.target for other in self._shape.ways]
        first, *others = (*way.through, way.target)
        box, other = self._boxes[way.source], self._boxes[first]
        y = _common(box, other)
        if y is not None and leaving.count(way.source) == entering.count(way.target) == 1:
            points: tuple[Point, ...] = ((box.right, y), (other.left, y))
        else:
            out = _port(box, leaving, nth, -1)
            into = (other.top + other.bottom) / 2 if way.through else _port(other, entering, nth, 1)
            x = left + _TRACK * nth
            points = ((box.right, out), (x, out), (x, into), (other.left, into))
        arrows = [Arrow(way.source, first, points)]
        for unit, after in pairwise([first, *others]):
            arrows.append(Arrow(unit, after, _short(self._boxes[unit], self._boxes[after])))
        return arrows


def _stretched(channel: Channel, height: float) -> Channel:
    return channel._replace(begin=channel.begin + height - sum(channel))


def _common(one: Box, other: Box) -> float | None:
    """The height at which a level line meets both, if there is one."""
    low, high = max(one.top, other.top), min(one.bottom, other.bottom)
    return (low + high) / 2 if high - low >= 2 * _LEVEL else None


def _short(box: Box, after: Box) -> tuple[Point, ...]:
    """From a box between the arms to what stands right beside it."""
    y = _common(box, after)
    if y is not None:
        return (box.right, y), (after.left, y)
    out, into = (box.top + box.bottom) / 2, (after.top + after.bottom) / 2
    x = after.left - _GAP / 3
    return (box.right, out), (x, out), (x, into), (after.left, into)


def _port(box: Box, ends: list[int], nth: int, side: int) -> float:
    """Where one of several lines meets a box: those that leave above its middle, others below."""
    count, before = ends.count(ends[nth]), ends[:nth].count(ends[nth])
    step = min(_PORT, (box.bottom - box.top) / 2 / (count + 1))
    return (box.top + box.bottom) / 2 + side * step * (before + 0.5)

"""Where a long flow is broken into columns, so that the page is about as wide as high."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from cnncalc.drawing.flow.folding import Path
from cnncalc.drawing.flow.sheet import Plan
from cnncalc.drawing.flow.units import Unit

_HIGH = 620.0  # what is no higher stays in one column
_MOST = 12  # columns
_PER_LINE, _PER_FRAME = 120.0, 40.0  # how much longer a page may be that does without one of these
_STEPS = 24  # of the search for the least height


def cuts_of(plan: Plan, units: Sequence[Unit]) -> list[int]:
    """The rows after which a column ends.

    Args:
        plan: The flow.
        units: Its boxes.
    """
    ends = list(accumulate(r + c.height for r, c in zip(plan.rows, plan.between, strict=True)))
    if not ends or ends[-1] <= _HIGH:
        return []
    costs = [
        _PER_LINE * (load - 1) + _PER_FRAME * inside
        for load, inside in zip(_loads(plan), _framed(plan, units), strict=True)
    ]
    reaches = _reaches(plan)
    best, cuts = _size(ends, costs, reaches, []), list[int]()
    for cost in sorted({*costs[:-1]}):
        good = [row for row in range(len(ends) - 1) if costs[row] <= cost]
        for count in range(2, _MOST + 1):
            choice = _cuts(ends, good, count)
            size = _size(ends, costs, reaches, choice)
            if size < best:
                best, cuts = size, choice
        if best < cost:
            break
    return cuts


def _framed(plan: Plan, units: Sequence[Unit]) -> list[bool]:
    """Whether the channel below a row lies inside of a frame, for every row."""
    framed = [False] * len(plan.rows)
    spans: dict[Path, tuple[int, int]] = {}
    for unit, rank in zip(units, plan.lanes.ranks, strict=True):
        if unit.frame:
            low, high = spans.get(unit.frame, (rank, rank))
            spans[unit.frame] = min(low, rank), max(high, rank)
    for low, high in spans.values():
        framed[low:high] = [True] * (high - low)
    return framed


def _loads(plan: Plan) -> list[int]:
    """How many lines go into every channel from above; those from one box leave it as one."""
    lasts: dict[tuple[int, float, int], int] = {}
    for wire in plan.channels.wires:
        leaving = (wire.source, wire.out, wire.first)
        running = (wire.source, wire.via, wire.first + 1)
        lasts[leaving] = max(lasts.get(leaving, 0), wire.first)
        lasts[running] = max(lasts.get(running, 0), wire.last)
    changes = [0] * (len(plan.rows) + 2)
    for (_, _, first), last in lasts.items():
        if first <= last:
            changes[first] += 1
            changes[last + 1] -= 1
    return list(accumulate(changes))[: len(plan.rows)]


def _cuts(ends: Sequence[float], good: Sequence[int], count: int) -> list[int]:
    """At most so many columns, of which the highest is as low as good places allow."""
    low, high = ends[-1] / count, ends[-1]
    cuts: list[int] = []
    for _ in range(_STEPS):
        middle = (low + high) / 2
        found = _fill(ends, good, middle)
        if found is not None and len(found) < count:
            cuts, high = found, middle
        else:
            low = middle
    return cuts


def _fill(ends: Sequence[float], good: Sequence[int], height: float) -> list[int] | None:
    """Cuts that leave no column higher than this; None if there are none."""
    cuts: list[int] = []
    start, best = 0.0, -1
    for row in [*good, len(ends) - 1]:
        if ends[row] - start > height:
            if best < 0:
                return None
            cuts.append(best)
            start = ends[best]
            if ends[row] - start > height:
                return None
        best = row
    return cuts


def _size(
    ends: Sequence[float],
    costs: Sequence[float],
    reaches: Sequence[tuple[float, float]],
    cuts: list[int],
) -> float:
    """The longer side of the page, about, and what is to be said against it."""
    width = height = 0.0
    for before, last in pairwise([-1, *cuts, len(ends) - 1]):
        height = max(height, ends[last] - (ends[before] if before >= 0 else 0.0))
        rows = reaches[before + 1 : last + 1]
        width += max(right for _, right in rows) - min(left for left, _ in rows) + 26.0
    return max(width, height) + sum(costs[cut] for cut in cuts)


def _reaches(plan: Plan) -> list[tuple[float, float]]:
    """How far every row reaches to the sides."""
    reaches = [(0.0, 0.0)] * len(plan.rows)
    for unit, rank in enumerate(plan.lanes.ranks):
        x, extent = plan.lanes.lanes[plan.lanes.lane_of[unit]].x, plan.extents[unit]
        left, right = reaches[rank]
        reaches[rank] = min(left, x - extent.left), max(right, x + extent.right)
    return reaches

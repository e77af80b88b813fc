"""Networks that go down in resolution and up again, with ways across: what is where in the U.

The trunk is cut at its lowest resolution. The left arm goes down and the right arm up, both through
the same rows: one group of rows per resolution, so that the ways across lie level. What is on a way
across, a crop or a convolution, stands between the arms.

Reference:
    Ronneberger, Fischer, Brox, U-Net: convolutional networks for biomedical image segmentation,
    2015 (arXiv 1505.04597), figure 1.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import log2, prod
from typing import NamedTuple

from cnncalc.drawing.flow.lanes import ranks_of, trunk_of
from cnncalc.drawing.flow.units import Unit


class Arm(NamedTuple):
    """One side of the U: its boxes, their rows in the order of the flow, and its trunk."""

    units: list[int]
    ranks: list[int]
    trunk: list[int]


class Way(NamedTuple):
    """A way across, from a box of the left arm to one of the right."""

    source: int
    through: tuple[int, ...]
    target: int


class UShape(NamedTuple):
    """Where the boxes of a U are.

    Attributes:
        left: The arm that goes down; its first row is the uppermost.
        right: The arm that goes up; its first row is the lowest.
        ways: What goes across, the trunk itself included.
        n_rows: How many rows there are.
    """

    left: Arm
    right: Arm
    ways: list[Way]
    n_rows: int


class _Level(NamedTuple):
    """A box of the trunk: how deep it is, and whether it comes from another depth."""

    unit: int
    depth: int
    moves: bool


def u_of(units: Sequence[Unit]) -> UShape | None:
    """The U that boxes make; None for a network that has not the shape of one."""
    inputs = [unit.inputs for unit in units]
    levels = _levels(units, trunk_of(inputs))
    if levels is None:
        return None
    bottom = _bottom(levels, inputs)
    left, right = ([level.unit for level in part] for part in (levels[:bottom], levels[bottom:]))
    if not right:
        return None
    ways = _ways(inputs, left, right)
    rows, n_rows = _rows(levels[:bottom], levels[bottom:])
    sides = _sides(inputs, left, right, ways)
    if sides is None or len(ways) < 2:  # the trunk itself goes across once
        return None
    down = _arm(inputs, [u for u, side in enumerate(sides) if side == "left"], left, rows)
    flipped = {unit: n_rows - 1 - row for unit, row in rows.items()}
    up = _arm(inputs, [u for u, side in enumerate(sides) if side == "right"], right, flipped)
    return UShape(down, up, ways, n_rows)


def _levels(units: Sequence[Unit], trunk: list[int]) -> list[_Level] | None:
    """The depth of every box of the trunk, which must go down and then up again."""
    levels: list[_Level] = []
    depth, ups, before = 0, 0, 0.0
    for unit in trunk:
        sizes = [size for size in units[unit].resolution or () if size]
        if not sizes or len(sizes) < len(units[unit].resolution or ()):
            return None
        size = log2(prod(sizes)) / len(sizes)
        step = round(before - size) if levels else 0
        if step > 0 and ups:
            return None
        ups += step < 0
        depth, before = depth + step, size
        levels.append(_Level(unit, depth, step != 0))
    return levels if ups and max(level.depth for level in levels) > 0 else None


def _bottom(levels: list[_Level], inputs: list[list[int]]) -> int:
    """How many boxes of the trunk the left arm has: about half of those at the bottom are its own.

    No way around at the bottom is cut.
    """
    deepest = max(level.depth for level in levels)
    at_bottom = [n for n, level in enumerate(levels) if level.depth == deepest]
    first, end = at_bottom[0], at_bottom[-1] + 1
    middle = end - sum(not levels[n].moves for n in at_bottom) // 2
    ranks = ranks_of(inputs)
    top = ranks[levels[first].unit]
    passing = [0] * (2 + max(ranks))
    for unit, sources in enumerate(inputs):
        for source in sources:
            if ranks[source] >= top:
                passing[ranks[source] + 1] += 1
                passing[ranks[unit] + 1] -= 1
    passing = list(accumulate(passing))
    clear = (n for n in range(first + 1, end) if passing[ranks[levels[n].unit]] == 1)
    return min([end, *clear], key=lambda n: (abs(n - middle), n))


def _ways(inputs: list[list[int]], left: list[int], right: list[int]) -> list[Way]:
    """The paths from the left part of the trunk to the right one on which nothing else meets."""
    readers: dict[int, list[int]] = defaultdict(list)
    for unit, sources in enumerate(inputs):
        for source in sources:
            readers[source].append(unit)
    on_left, on_right = set(left), set(right)
    ways = []
    for source in left:
        for reader in readers[source]:
            through, unit = [], reader
            while unit not in on_left and unit not in on_right:
                if len(inputs[unit]) != 1 or len(readers[unit]) != 1:
                    break
                through.append(unit)
                (unit,) = readers[unit]
            if unit in on_right:
                ways.append(Way(source, tuple(through), unit))
    return ways


def _sides(
    inputs: list[list[int]], left: list[int], right: list[int], ways: list[Way]
) -> list[str] | None:
    """Which boxes are `left`, `right` or `between`; None where a line goes from arm to arm else."""
    sides = dict.fromkeys(left, "left") | dict.fromkeys(right, "right")
    allowed = set()
    for way in ways:
        sides |= dict.fromkeys(way.through, "between")
        allowed |= set(pairwise((way.source, *way.through, way.target)))
    for unit, sources in enumerate(inputs):
        if unit not in sides:
            if not sources:
                return None
            sides[unit] = sides[sources[0]]
        for source in sources:
            if (source, unit) not in allowed and sides[source] != sides[unit]:
                return None
    crowded = {way.target for way in ways if way.through}
    if any(sum(way.target == target for way in ways) > 1 for target in crowded):
        return None
    return [sides[unit] for unit in range(len(inputs))]


def _rows(left: list[_Level], right: list[_Level]) -> tuple[dict[int, int], int]:
    """The row of every box of the trunk, the uppermost row 0, and the number of rows."""
    groups: dict[tuple[int, bool], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for arm, levels in enumerate((left, right)):
        for level in levels:
            # a box that goes from one depth to another stands between the two
            key = (level.depth - (level.moves and not arm), level.moves)
            groups[key][arm].append(level.unit)
    rows: dict[int, int] = {}
    top = 0
    for key in sorted(groups):
        down, up = groups[key]
        top += max(len(down), len(up))
        for boxes in (reversed(down), up):
            rows |= {unit: top - 1 - place for place, unit in enumerate(boxes)}
    return rows, top


def _arm(inputs: list[list[int]], units: list[int], trunk: list[int], rows: dict[int, int]) -> Arm:
    ranks: dict[int, int] = {}
    for unit in units:
        above = (ranks[source] for source in inputs[unit] if source in ranks)
        ranks[unit] = rows[unit] if unit in rows else 1 + max(above)
    return Arm(units, [ranks[unit] for unit in units], trunk)

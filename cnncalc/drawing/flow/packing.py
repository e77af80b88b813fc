"""Where lanes stand from left to right: packed around one another, as brackets nest."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from cnncalc.drawing.flow.lanes import Lanes

Sides: TypeAlias = Literal["left", "right", "both"]

_GAP = 14.0  # between boxes
_NARROW = 4.0  # half of what a line takes up
_FAR = 3.0  # a lane goes to its own side unless it is this much farther away there


class Extent(NamedTuple):
    """How far a box reaches to either side of its middle."""

    left: float
    right: float


def pack(lanes: Lanes, extents: list[Extent], sides: Sides = "both") -> None:
    """Set the middle of every lane, the trunk's at 0, so that in no row two are too close.

    Lanes are packed around their parents, the shortest ones nearest, as brackets nest.

    Args:
        lanes: The lanes.
        extents: How far every box reaches to the sides.
        sides: On which sides of the trunk the others may stand: `left`, `right` or `both`.
    """
    children: list[list[int]] = [[] for _ in lanes.lanes]
    for index, lane in enumerate(lanes.lanes):
        if lane.parent is not None:
            children[lane.parent].append(index)
    outlines: list[dict[int, Extent]] = [{} for _ in lanes.lanes]
    offsets = [0.0] * len(lanes.lanes)
    for index in reversed(range(len(lanes.lanes))):
        outline = outlines[index] = _outline(lanes, index, extents)
        for child in sorted(children[index], key=lambda c: _nearness(lanes, outlines, c)):
            offsets[child] = _offset(outline, outlines[child], lanes.lanes[child].left, sides)
            _join(outline, outlines[child], offsets[child])
    for index, lane in enumerate(lanes.lanes):
        before = 0.0 if lane.parent is None else lanes.lanes[lane.parent].x
        lane.x = before + offsets[index]


def _nearness(lanes: Lanes, outlines: list[dict[int, Extent]], index: int) -> tuple[int, int]:
    """Short lanes stand nearest, equal ones in the order in which they are written."""
    return len(outlines[index]), -index if lanes.lanes[index].left else index


def _outline(lanes: Lanes, index: int, extents: list[Extent]) -> dict[int, Extent]:
    lane = lanes.lanes[index]
    outline = dict.fromkeys(range(lane.start, lane.stop + 1), Extent(_NARROW, _NARROW))
    for unit in lane.units:
        outline[lanes.ranks[unit]] = extents[unit]
    return outline


def _offset(
    outline: dict[int, Extent], child: dict[int, Extent], left: bool, sides: Sides
) -> float:
    both = [(outline[rank], extent) for rank, extent in child.items() if rank in outline]
    if not both:
        return 0.0
    to_right = max(mine.right + its.left for mine, its in both) + _GAP
    to_left = max(mine.left + its.right for mine, its in both) + _GAP
    if sides == "both":
        left = to_left <= to_right * _FAR if left else to_left * _FAR < to_right
    else:
        left = sides == "left"
    return -to_left if left else to_right


def _join(outline: dict[int, Extent], child: dict[int, Extent], offset: float) -> None:
    for rank, its in child.items():
        mine = outline.get(rank)
        left, right = its.left - offset, its.right + offset
        if mine is None:
            outline[rank] = Extent(left, right)
        else:
            outline[rank] = Extent(max(mine.left, left), max(mine.right, right))

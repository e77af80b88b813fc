"""Frames around the boxes of an opened block, where they hold nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from cnncalc.drawing.flow.folding import Path
from cnncalc.drawing.flow.rows import LABEL, PAD, SMALL, has_label, label_width
from cnncalc.drawing.flow.sheet import Arrow, Sheet
from cnncalc.drawing.flow.units import Units
from cnncalc.drawing.scene import Box, Words
from cnncalc.drawing.words import shortened, width_of

_INSET, _CLEAR = 4.0, 3.0  # of a title from the frame, and from lines
_ABOVE = 15.0  # from the upper edge to the boxes, with the title between


class Framed(NamedTuple):
    """A frame, or what is in one column of it.

    Attributes:
        path: The block.
        box: Where it is.
        words: Its title, where there is room for one.
    """

    path: Path
    box: Box
    words: tuple[Words, ...]


def frames_of(found: Units, sheet: Sheet) -> list[Framed]:
    """The frames that can be drawn around blocks, in order."""
    members: dict[Path, dict[int, list[int]]] = {}
    for index, unit in enumerate(found.units):
        if unit.frame:
            columns = members.setdefault(unit.frame, {})
            columns.setdefault(sheet.column_of[index], []).append(index)
    arrows: dict[Path, list[Arrow]] = {}
    for arrow in sheet.arrows:
        frame = found.units[arrow.target].frame
        if frame:
            arrows.setdefault(frame, []).append(arrow)
    framed: list[Framed] = []
    for path, columns in members.items():
        foreign = [b for i, b in enumerate(sheet.boxes) if found.units[i].frame != path]
        foreign += [other.box for other in framed]
        boxes = [_around(part, arrows.get(path, []), found, sheet) for part in columns.values()]
        if sheet.upward and len(boxes) > 1:  # at the bottom of a U one frame may hold both ends
            whole = _hull(boxes)
            boxes = boxes if any(map(whole.overlaps, foreign)) else [whole]
        framed += [
            Framed(path, box, tuple(_title(found.titles[path], box, sheet)))
            for box in boxes
            if not any(map(box.overlaps, foreign))
        ]
    return framed


def _hull(boxes: list[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return Box(min(lefts), min(tops), max(rights), max(bottoms))


def _around(inside: list[int], arrows: list[Arrow], found: Units, sheet: Sheet) -> Box:
    """What holds boxes, the shapes below them, and the lines from within or right above."""
    boxes = [sheet.boxes[index] for index in inside]
    left, right = min(box.left for box in boxes), max(box.right for box in boxes)
    top = min(box.top for box in boxes)
    bottom = max(box.bottom for box in boxes)
    up = sheet.column_of[inside[0]] in sheet.upward
    for index, box in zip(inside, boxes, strict=True):
        if has_label(found.units[index]):
            if up:
                top = min(top, box.top - LABEL + 1.0)
            else:
                bottom = max(bottom, box.bottom + LABEL - 1.0)
            right = max(right, (box.left + box.right) / 2 + label_width(found.units[index]) + 6)
    first = {index for index, box in zip(inside, boxes, strict=True) if box.top == top}
    near = {*inside, *(source for index in first for source in found.units[index].inputs)}
    for arrow in arrows:
        if arrow.source in near and arrow.target in inside:
            for (x, y), (to_x, to_y) in pairwise(arrow.points):
                if x == to_x and y < bottom and top < to_y:  # lines between columns go up
                    left, right = min(left, x), max(right, x)
    return Box(left - PAD, top - _ABOVE, right + PAD, bottom + PAD - 1.0)


def _title(text: str, box: Box, sheet: Sheet) -> Iterator[Words]:
    """The title in the first gap between lines that it fits in, shortened if there is none."""
    bottom = box.top + _ABOVE
    crossing = {
        x
        for arrow in sheet.arrows
        for (x, y), (to_x, to_y) in pairwise(arrow.points)
        if abs(x - to_x) < 0.01 and box.left < x < box.right
        if min(y, to_y) < bottom and box.top < max(y, to_y)
    }
    edges = [box.left + _INSET - _CLEAR, *sorted(crossing), box.right - _INSET + _CLEAR]
    gaps = [(a + _CLEAR, b - _CLEAR) for a, b in pairwise(edges)]
    width = width_of(text, SMALL, bold=True)
    left, right = next(
        ((a, b) for a, b in gaps if b - a >= width), max(gaps, key=lambda gap: gap[1] - gap[0])
    )
    if right - left >= min(width, 4 * SMALL):
        short = shortened(text, SMALL, right - left, bold=True)
        yield Words((left, box.top + 8.5), short, SMALL, role="faint", bold=True)

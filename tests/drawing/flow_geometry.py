"""What must hold of every flow, by the computed boxes of what is on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise
from typing import TypeVar

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.drawing.flow.flow import flow_scene, sheet_of
from cnncalc.drawing.flow.sheet import Sheet
from cnncalc.drawing.flow.units import units_of
from cnncalc.drawing.scene import Area, Box, Group, Line, Mark, Point, Scene, Words

T = TypeVar("T")

_HAIR = 0.05  # what rounding may take


def check_flow(facts: NetworkFacts, depth: int | None = None) -> Scene:
    """The flow of a network, after a look at everything on it."""
    found = units_of(facts, depth)
    sheet = sheet_of(found)
    scene = flow_scene(facts, depth)
    check_boxes(sheet)
    check_arrows(sheet)
    assert {(arrow.source, arrow.target) for arrow in sheet.arrows} == {
        (source, unit) for unit, its in enumerate(found.units) for source in its.inputs
    }
    check_words(scene)
    check_page(scene)
    check_frames(scene, [len(unit.strips) for unit in found.units])
    return scene


def check_frames(scene: Scene, n_strips: list[int]) -> None:
    """A frame has whole boxes in it, and no other frame."""
    areas = [next(marks_of(g.marks, Area)) for g in marks_of(scene.marks, Group)]
    n_frames = len(areas) - sum(n_strips)
    frames = [around(area.points) for area in areas[:n_frames]]
    strips = [shrunk(around(area.points)) for area in areas[n_frames:]]
    for frame in frames:
        assert any(frame.holds(strip) for strip in strips)
        for strip in strips:
            assert frame.holds(strip) or not frame.overlaps(strip), (frame, strip)
    assert not list(overlapping(frames))


def check_boxes(sheet: Sheet) -> None:
    for one, other in overlapping(sheet.boxes):
        raise AssertionError(f"two boxes overlap: {one}, {other}")


def check_arrows(sheet: Sheet) -> None:
    """Lines keep out of boxes, begin and end at their own, and do not lie on one another."""
    lying: dict[tuple[str, int], list[tuple[float, float, int, int]]] = defaultdict(list)
    for source, target, points in sheet.arrows:
        assert on_edge(points[0], sheet.boxes[source]), (source, target, points)
        assert on_edge(points[-1], sheet.boxes[target]), (source, target, points)
        for start, end in pairwise(points):
            assert start[0] == end[0] or start[1] == end[1] or near(start, end), points
            segment = around((start, end))
            for box in sheet.boxes:
                assert not shrunk(box).overlaps(segment), (source, target, points, box)
            for axis, at, low, high in straight(start, end):
                lying[axis, round(at)].append((low, high, source, target))
    for (axis, at), segments in lying.items():
        for one, other in combinations(segments, 2):
            shared = min(one[1], other[1]) - max(one[0], other[0])
            if one[2] != other[2] and one[3] != other[3]:
                assert shared < 1, (axis, at, one, other)


def check_words(scene: Scene) -> None:
    words = [(word, shrunk(word.box)) for word in scene.words()]
    for one, other in overlapping([box for _, box in words]):
        texts = [word.text for word, box in words if box in (one, other)]
        raise AssertionError(f"words overlap: {texts}")
    lines = [segment for line in marks_of(scene.marks, Line) for segment in pairwise(line.points)]
    segments = [around(segment) for segment in lines]
    for word, box in words:
        assert word.size >= 6
        for segment in segments:
            assert not box.overlaps(segment), (word, segment)
    for group in marks_of(scene.marks, Group):
        area = next(mark for mark in group.marks if isinstance(mark, Area))
        for mark in group.marks:
            if isinstance(mark, Words):
                assert around(area.points).holds(mark.box), (mark, area)


def check_page(scene: Scene) -> None:
    page = Box(0, 0, scene.width, scene.height)
    for area in marks_of(scene.marks, Area):
        assert page.holds(around(area.points)), area
    for line in marks_of(scene.marks, Line):
        assert page.holds(around(line.points)), line
    for word in scene.words():
        assert page.holds(word.box), word


def marks_of(marks: Iterable[Mark], kind: type[T]) -> Iterator[T]:
    for mark in marks:
        if isinstance(mark, kind):
            yield mark
        if isinstance(mark, Group):
            yield from marks_of(mark.marks, kind)


def overlapping(boxes: list[Box]) -> Iterator[tuple[Box, Box]]:
    active: list[Box] = []
    for box in sorted(boxes, key=lambda box: box.top):
        active = [other for other in active if other.bottom > box.top]
        for other in active:
            if box.overlaps(other):
                yield other, box
        active.append(box)


def around(points: Iterable[Point]) -> Box:
    xs, ys = zip(*points, strict=True)
    return Box(min(xs), min(ys), max(xs), max(ys))


def shrunk(box: Box) -> Box:
    return Box(box.left + _HAIR, box.top + _HAIR, box.right - _HAIR, box.bottom - _HAIR)


def on_edge(point: Point, box: Box) -> bool:
    x, y = point
    level = box.top <= y <= box.bottom and min(abs(x - box.left), abs(x - box.right)) < _HAIR
    upright = box.left <= x <= box.right and min(abs(y - box.top), abs(y - box.bottom)) < _HAIR
    return level or upright


def near(start: Point, end: Point) -> bool:
    return min(abs(start[0] - end[0]), abs(start[1] - end[1])) < _HAIR


def straight(start: Point, end: Point) -> Iterator[tuple[str, float, float, float]]:
    """The axis of a segment, where it lies, and from where to where it goes."""
    for axis in (0, 1):
        if abs(start[axis] - end[axis]) < _HAIR:
            low, high = sorted((start[1 - axis], end[1 - axis]))
            yield "xy"[axis], start[axis], low, high

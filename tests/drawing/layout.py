"""What is wrong with a picture, computed from where everything is."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import combinations, pairwise

from cnncalc.drawing.scene import Area, Box, Line, Point, Scene, Words, flat

Edge = tuple[Point, Point]
_TOUCH = 0.05  # points by which words may touch what is beside them


def faults(scene: Scene) -> list[str]:
    """Words on other words, outside the page, or with a line through them; marks off the page."""
    return [
        *off_page(scene),
        *words_on_words(scene),
        *lines_through_words(scene),
        *words_on_areas(scene),
    ]


def off_page(scene: Scene) -> Iterator[str]:
    page = Box(0, 0, scene.width, scene.height)
    for mark in flat(scene.marks):
        if isinstance(mark, Words):
            if not page.holds(mark.box):
                yield f"{mark.text!r} leaves the page"
        elif not all(0 <= x <= scene.width and 0 <= y <= scene.height for x, y in mark.points):
            yield f"{mark} leaves the page"


def words_on_words(scene: Scene) -> Iterator[str]:
    for one, other in combinations(scene.words(), 2):
        if shrunk(one.box).overlaps(shrunk(other.box)):
            yield f"{one.text!r} and {other.text!r} overlap"


def lines_through_words(scene: Scene) -> Iterator[str]:
    words = _Words(scene)
    for start, end in edges(scene):
        for text, box in words.between(start[1], end[1]):
            if crosses(start, end, box):
                yield f"a line from {start} to {end} goes through {text!r}"


def words_on_areas(scene: Scene) -> Iterator[str]:
    """Words of more than a sign that stand within an area."""
    words = _Words(scene)
    for mark in flat(scene.marks):
        if not isinstance(mark, Area):
            continue
        heights = [y for _, y in mark.points]
        for text, (left, top, right, bottom) in words.between(min(heights), max(heights)):
            middle = ((left + right) / 2, (top + bottom) / 2)
            if len(text) > 1 and contains(mark.points, middle):
                yield f"{text!r} is written over a shape"


class _Words:
    """The words of a scene with their boxes, to be found by where they are."""

    def __init__(self, scene: Scene) -> None:
        boxes = [(words.text, shrunk(words.box)) for words in scene.words()]
        self._boxes = sorted(boxes, key=lambda found: found[1].top)
        self._tops = [box.top for _, box in self._boxes]
        self._highest = max((box.bottom - box.top for _, box in self._boxes), default=0.0)

    def between(self, one: float, other: float) -> list[tuple[str, Box]]:
        first = bisect_left(self._tops, min(one, other) - self._highest)
        return self._boxes[first : bisect_right(self._tops, max(one, other))]


def contains(points: tuple[Point, ...], point: Point) -> bool:
    """Whether a point lies in a polygon: a ray from it crosses an odd number of sides."""
    x, y = point
    inside = False
    for (x0, y0), (x1, y1) in pairwise((*points, points[0])):
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
            inside = not inside
    return inside


def edges(scene: Scene) -> Iterator[Edge]:
    for mark in flat(scene.marks):
        if isinstance(mark, Area):
            yield from pairwise((*mark.points, mark.points[0]))
        elif isinstance(mark, Line):
            yield from pairwise(mark.points)


def shrunk(box: Box) -> Box:
    return Box(box.left + _TOUCH, box.top + _TOUCH, box.right - _TOUCH, box.bottom - _TOUCH)


def crosses(start: Point, end: Point, box: Box) -> bool:
    """Whether a piece of a line lies in a box (Liang and Barsky's clipping)."""
    low, high = 0.0, 1.0
    for a, b, least, most in (
        (start[0], end[0], box.left, box.right),
        (start[1], end[1], box.top, box.bottom),
    ):
        if a == b:
            if not least < a < most:
                return False
            continue
        near, far = sorted(((least - a) / (b - a), (most - a) / (b - a)))
        low, high = max(low, near), min(high, far)
    return low < high

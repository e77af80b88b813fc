"""Paths with rounded corners, and the heads of arrows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import hypot
from typing import NamedTuple

from cnncalc.drawing.scene import Point

_HEAD, _HEAD_WIDTH = 5.0, 3.6  # length and width of an arrow's head, in points


class Straight(NamedTuple):
    """A straight piece of a path, to a point."""

    to: Point


class Bend(NamedTuple):
    """A quadratic curve, to a point."""

    by: Point
    to: Point


def outline(
    points: tuple[Point, ...], radius: float, *, closed: bool = False
) -> tuple[Point, list[Straight | Bend]]:
    """Where a path starts and the pieces that follow, with its corners rounded.

    A corner takes at most half of the shorter of the lines that meet in it.
    """
    if not radius or len(points) < 3:
        return points[0], [Straight(point) for point in points[1:]]
    pieces: list[Straight | Bend] = []
    for before, corner, after in _corners(points, closed):
        pieces.append(Straight(_towards(corner, before, radius)))
        pieces.append(Bend(corner, _towards(corner, after, radius)))
    if closed:
        start = pieces[-1].to
        return start, pieces
    return points[0], [*pieces, Straight(points[-1])]


def head_of(points: tuple[Point, ...], width: float) -> tuple[Point, Point, Point]:
    """The triangle at the end of a line."""
    (x0, y0), (x1, y1) = points[-2:]
    length = hypot(x1 - x0, y1 - y0) or 1.0
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    long, wide = _HEAD + width, (_HEAD_WIDTH + width) / 2
    x, y = x1 - dx * long, y1 - dy * long
    return (x1, y1), (x - dy * wide, y + dx * wide), (x + dy * wide, y - dx * wide)


def _corners(points: tuple[Point, ...], closed: bool) -> Iterator[tuple[Point, Point, Point]]:
    line = (points[-1], *points, points[0]) if closed else points
    for (before, corner), (_, after) in pairwise(pairwise(line)):
        yield before, corner, after


def _towards(start: Point, end: Point, distance: float) -> Point:
    length = hypot(end[0] - start[0], end[1] - start[1])
    share = min(distance / length, 0.5) if length else 0.0
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])

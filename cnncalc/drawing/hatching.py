"""Thin slanting lines over a rectangle: how padding is told from input without colour."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, floor

from cnncalc.drawing.scene import Area, Box, Line, Mark, rectangle


def hatched(box: Box, spacing: float) -> Iterator[Mark]:
    """A rectangle of padding, filled and hatched; the lines of neighbours meet.

    Args:
        box: The rectangle; nothing is drawn of an empty one.
        spacing: Points from one line to the next, along an edge.
    """
    left, top, right, bottom = box
    if right - left < 0.01 or bottom - top < 0.01:
        return
    yield Area(rectangle(box), "padding", stroke=None)
    # the lines are x + y = k·spacing
    for step in range(ceil((left + top) / spacing), floor((right + bottom) / spacing) + 1):
        total = step * spacing
        start, end = max(left, total - bottom), min(right, total - top)
        if end - start > 0.01:
            yield Line(((start, total - start), (end, total - end)), "line", 0.3)


def frame(outer: Box, inner: Box) -> tuple[Box, Box, Box, Box]:
    """What of a rectangle lies outside another: above, below, and left and right between these."""
    top, bottom = max(outer.top, inner.top), min(outer.bottom, inner.bottom)
    return (
        Box(outer.left, outer.top, outer.right, top),
        Box(outer.left, bottom, outer.right, outer.bottom),
        Box(outer.left, top, max(outer.left, inner.left), bottom),
        Box(min(outer.right, inner.right), top, outer.right, bottom),
    )

"""Labels beside circles, none on top of another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from math import cos, pi, sin
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnncalc.drawing.scene import Box

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]

_DISTANCES = (2.0, 7.0, 14.0, 24.0, 38.0, 56.0)
_ANGLES = 16
_SWEEPS = 4
_MOST_WORK = 200  # labels times attempts: half a second
_BETWEEN, _AMONG = 4.0, 0.5  # the air between labels side by side, and one above the other
# costs, where a square point of a circle that is covered costs 1
_APART = 0.3  # a point of distance
_UPRIGHT = 1.5  # a label above or below, which is read less easily than one beside
_DOUBTFUL = 30.0  # a label that is nearer to another circle than to its own
_OVER = 10.0  # a sixth of the line to a label that lies over another circle
_CROSSED = 60.0  # a line to a label that runs over another label or another line
_LEFT_OUT = 200.0  # no label
_TOO_DEAR = 70.0  # a label of this cost is left out: nobody could tell whose it is
_SAMPLES = 6  # points of such a line that are looked at


class Circle(NamedTuple):
    """A circle, in points."""

    x: float
    y: float
    radius: float


class Size(NamedTuple):
    """What a label takes up, in points."""

    width: float
    height: float


def place(circles: Sequence[Circle], sizes: Sequence[Size], bounds: Box) -> list[Box | None]:
    """Where the label of every circle goes; None for one that there is no room for.

    No label overlaps another or leaves the bounds, and circles are covered as little as may be.
    Each label in turn takes the best of about a hundred places, and then each once more, a few
    times, while the others stay. Of several orders the one that ends best is kept.

    Args:
        circles: The circles, each with a label.
        sizes: How large the labels are.
        bounds: Where labels may be.
    """
    rounds = np.array([tuple(circle) for circle in circles])
    choices = [
        _Choice.of(circle, size, bounds).priced(rounds, own)
        for own, (circle, size) in enumerate(zip(circles, sizes, strict=True))
    ]
    attempts = max(1, _MOST_WORK // len(circles))
    found = [_attempt(choices, order) for order in islice(_orders(circles, choices), attempts)]
    _, boxes = min(found, key=lambda attempt: attempt[0])
    return [None if np.isnan(box[0]) else Box(*map(float, box)) for box in boxes]


def _orders(circles: Sequence[Circle], choices: Sequence[_Choice]) -> Iterator[list[int]]:
    """In which order labels take their places: those with the fewest good ones first, or others."""
    every = range(len(circles))
    n_good = [int((choice.costs < _DOUBTFUL).sum()) for choice in choices]
    yield sorted(every, key=lambda k: (n_good[k], k))
    for sign in (1, -1):
        yield sorted(every, key=lambda k: (sign * circles[k].x, k))
        yield sorted(every, key=lambda k: (sign * circles[k].y, k))
        yield sorted(every, key=lambda k: (sign * (circles[k].x + circles[k].y), k))
        yield sorted(every, key=lambda k: (sign * (circles[k].x - circles[k].y), k))


def _attempt(choices: Sequence[_Choice], order: Sequence[int]) -> tuple[float, Floats]:
    """What the labels cost in all, and their boxes, not a number for those left out."""
    boxes = np.full((len(choices), 4), np.nan)
    lines = np.full((len(choices), _SAMPLES, 2), np.nan)
    before, total = np.inf, 0.0
    for _ in range(_SWEEPS):
        total = 0.0
        for k in order:
            boxes[k] = lines[k] = np.nan
            choice = choices[k]
            cost = choice.costs + _CROSSED * choice.crossings(boxes, lines)
            cost[_overlaps(choice.boxes, boxes)] = np.inf
            best = int(cost.argmin()) if cost.size else 0
            if cost.size and cost[best] < _TOO_DEAR:
                boxes[k], lines[k] = choice.boxes[best], choice.lines[best]
                total += float(cost[best])
            else:
                total += _LEFT_OUT
        if total == before:
            break
        before = total
    return total, boxes


class _Choice(NamedTuple):
    """The places that a label may take, with what each costs wherever the others are.

    Attributes:
        boxes: Left, top, right and bottom of each.
        costs: What it costs.
        lines: Points from the circle to it.
    """

    boxes: Floats
    costs: Floats
    lines: Floats

    @classmethod
    def of(cls, circle: Circle, size: Size, bounds: Box) -> _Choice:
        found = np.array(list(_middles(circle, size)))
        half = np.array([size.width, size.height]) / 2
        boxes = np.concatenate([found[:, :2] - half, found[:, :2] + half], axis=1)
        inside = (
            (boxes[:, 0] >= bounds.left)
            & (boxes[:, 1] >= bounds.top)
            & (boxes[:, 2] <= bounds.right)
            & (boxes[:, 3] <= bounds.bottom)
        )
        boxes = boxes[inside]
        centre = np.array([circle.x, circle.y])
        nearest = np.clip(centre, boxes[:, :2], boxes[:, 2:])
        shares = np.linspace(0.0, 1.0, _SAMPLES)[:, np.newaxis]
        lines = centre + shares * (nearest - centre)[:, np.newaxis]
        return cls(boxes, found[inside, 2], lines)

    def priced(self, circles: Floats, own: int) -> _Choice:
        """With what each place costs because of the circles that it covers or is near to."""
        others = np.delete(circles, own, axis=0)
        x, y, radius = (others[:, k, np.newaxis] for k in range(3))
        left, top, right, bottom = self.boxes.T
        half = radius * 0.9  # seen as squares
        wide = np.minimum(right, x + half) - np.maximum(left, x - half)
        high = np.minimum(bottom, y + half) - np.maximum(top, y - half)
        covered = (wide.clip(0) * high.clip(0)).sum(axis=0)
        away = np.hypot(x - x.clip(left, right), y - y.clip(top, bottom)) - radius
        line = self.lines[:, -1] - self.lines[:, 0]
        own_away = np.hypot(line[:, 0], line[:, 1]) - circles[own, 2]
        is_doubtful = (away <= own_away).any(axis=0)
        points = self.lines[:, :, np.newaxis] - others[:, :2]
        over = (np.hypot(points[..., 0], points[..., 1]) < others[:, 2]).any(axis=2).sum(axis=1)
        is_apart = own_away > _DISTANCES[0] + 1
        return self._replace(
            costs=self.costs + covered + _DOUBTFUL * is_doubtful + _OVER * over * is_apart
        )

    def crossings(self, boxes: Floats, lines: Floats) -> Floats:
        """Whether lines run over labels or lines, for each place: its own, and those of others."""
        points = self.lines.reshape(-1, 2)
        own = _inside(points, boxes).any(axis=1).reshape(-1, _SAMPLES).any(axis=1)
        others = _inside(lines.reshape(-1, 2), self.boxes).any(axis=0)
        crossed = _cross(self.lines, lines).any(axis=1)
        found: Floats = np.asarray(own | others | crossed, dtype=np.float64)
        return found


def _middles(circle: Circle, size: Size) -> Iterator[tuple[float, float, float]]:
    """Where the middle of a label may be, and what that costs: in the circle, or around it."""
    if size.width**2 + size.height**2 <= (2 * circle.radius) ** 2:
        yield circle.x, circle.y, 0.0
    for distance in _DISTANCES:
        away = circle.radius + distance
        for turn in range(_ANGLES):
            dx, dy = cos(2 * pi * turn / _ANGLES), sin(2 * pi * turn / _ANGLES)
            x = circle.x + dx * away + _side(dx) * size.width / 2
            y = circle.y + dy * away + _side(dy) * size.height / 2
            yield x, y, _APART * distance + _UPRIGHT * abs(dy)


def _side(direction: float) -> float:
    """By how much of its half size a label is moved along an axis: all of it, or less if across."""
    return max(-1.0, min(1.0, 2 * direction))


def _inside(points: Floats, boxes: Floats) -> Bools:
    """Which points lie in which boxes."""
    x, y = points[:, 0, None], points[:, 1, None]
    left, top, right, bottom = boxes.T
    found: Bools = (left < x) & (x < right) & (top < y) & (y < bottom)
    return found


def _cross(some: Floats, others: Floats) -> Bools:
    """Which lines cross which others, each from its first point to its last."""
    a, b = some[:, np.newaxis, 0], some[:, np.newaxis, -1]
    c, d = others[np.newaxis, :, 0], others[np.newaxis, :, -1]
    found: Bools = (_turn(a, b, c) * _turn(a, b, d) < 0) & (_turn(c, d, a) * _turn(c, d, b) < 0)
    return found


def _turn(a: Floats, b: Floats, c: Floats) -> Floats:
    """Above nothing where the way from `a` over `b` to `c` turns one way, below where the other."""
    turn: Floats = (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (
        c[..., 0] - a[..., 0]
    )
    return turn


def _overlaps(boxes: Floats, taken: Floats) -> Bools:
    """Which of the places overlap a label that is placed."""
    left, top, right, bottom = taken.T
    pairs: Bools = (
        (boxes[:, 0, None] < right + _BETWEEN)
        & (left < boxes[:, 2, None] + _BETWEEN)
        & (boxes[:, 1, None] < bottom + _AMONG)
        & (top < boxes[:, 3, None] + _AMONG)
    )
    found: Bools = np.any(pairs, axis=1)
    return found

"""Receptive-field arithmetic along one axis.

What output `u` of a layer sees is the range `first(u)` to `last(u)` of input cells. Through
convolutions these are straight lines in `u`; upsampling makes them periodic: `first(u + q)` is
`first(u) + advance` for a period of `q` outputs. A `Piece` is such a function, exact and in
integers, for all `u`, padding included. Paths with different slopes that merge stay separate
pieces, of which the field is the hull.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple, TypeAlias

from cnncalc.ir.shapes import Size

_LONGEST_PERIOD = 512
_MOST_PIECES = 8


class Unavailable(Exception):
    """The field cannot be known, or only at a price that no picture is worth."""


class Piece(NamedTuple):
    """What the outputs of one period see, along one axis.

    Attributes:
        advance: Input cells from one period to the next.
        first: First cell that each output of a period sees; None for one that sees nothing.
        last: Last cell that each sees.
    """

    advance: int
    first: tuple[int | None, ...]
    last: tuple[int | None, ...]

    @property
    def slope(self) -> Fraction:
        """The effective stride."""
        return Fraction(self.advance, len(self.first))

    def at(self, u: int) -> tuple[int, int] | None:
        """First and last cell that output `u` sees."""
        periods, j = divmod(u, len(self.first))
        first, last = self.first[j], self.last[j]
        if first is None or last is None:
            return None
        return first + periods * self.advance, last + periods * self.advance

    @property
    def size(self) -> int:
        """Cells from the first to the last, at the output that sees most."""
        if len(self.first) == 1 and self.first[0] is not None and self.last[0] is not None:
            return self.last[0] - self.first[0] + 1
        spans = zip(self.first, self.last, strict=True)
        return max(
            (last - first + 1 for first, last in spans if first is not None and last is not None),
            default=0,
        )


Axis: TypeAlias = tuple[Piece, ...]
Taps: TypeAlias = Callable[[int], range | list[int]]

START: Axis = (Piece(1, (0,), (0,)),)


class Budget:
    """Bounds the work that is spent on the tables of one network."""

    def __init__(self, taps: int = 2_000_000) -> None:
        self._left = taps

    def spend(self, taps: int) -> None:
        """Take from what is left.

        Raises:
            Unavailable: Nothing is.
        """
        self._left -= taps
        if self._left < 0:
            raise Unavailable


def slide(axis: Axis, kernel: int, stride: int, dilation: int, begin: int, budget: Budget) -> Axis:
    """Through a window: output `u` reads `u·S - P + j·D` for `j` below the kernel size."""
    if len(axis) == 1 and len(axis[0].first) == 1:
        advance, (first,), (last,) = axis[0]
        if first is not None and last is not None:
            first -= begin * advance
            last += (dilation * (kernel - 1) - begin) * advance
            return (Piece(advance * stride, (first,), (last,)),)

    def taps(u: int) -> range:
        start = u * stride - begin
        return range(start, start + dilation * (kernel - 1) + 1, dilation)

    return tuple([_resample(piece, 1, stride, taps, budget) for piece in axis])


def resample(axis: Axis, outputs: int, inputs: int, taps: Taps, budget: Budget) -> Axis:
    """Through a layer of which every `outputs` outputs move on by `inputs` inputs.

    Args:
        axis: The field of the layer before.
        outputs: Outputs in a period of the layer.
        inputs: Inputs in it.
        taps: The inputs that an output reads, in ascending order.
        budget: Bounds the work.
    """
    return tuple([_resample(piece, outputs, inputs, taps, budget) for piece in axis])


def _resample(piece: Piece, outputs: int, inputs: int, taps: Taps, budget: Budget) -> Piece:
    q = len(piece.first)
    repeats = q // gcd(q, inputs)
    period = outputs * repeats
    if period > _LONGEST_PERIOD:
        raise Unavailable
    first: list[int | None] = []
    last: list[int | None] = []
    for u in range(period):
        read = taps(u)
        # positions a period apart differ by `advance`, so the first q taps hold the minimum
        budget.spend(2 * min(q, len(read)) + 1)
        firsts = [seen[0] for v in read[:q] if (seen := piece.at(v))]
        lasts = [seen[1] for v in read[-q:] if (seen := piece.at(v))]
        first.append(min(firsts, default=None))
        last.append(max(lasts, default=None))
    return _shortest(Piece(piece.advance * inputs * repeats // q, tuple(first), tuple(last)))


def _shortest(piece: Piece) -> Piece:
    """The same function with the shortest period, so that tables do not grow for nothing."""
    q = len(piece.first)
    for period in range(1, q // 2 + 1):
        if q % period == 0 and piece.advance * period % q == 0:
            advance = piece.advance * period // q
            short = Piece(advance, piece.first[:period], piece.last[:period])
            if all(short.at(u) == piece.at(u) for u in range(period, q)):
                return short
    return piece


def merge(axes: list[Axis], budget: Budget) -> Axis:
    """The union of several paths; pieces of one slope become one."""
    by_slope: dict[int | Fraction, list[Piece]] = {}
    for axis in axes:
        for piece in axis:
            # a Fraction costs more than all the rest, and equals the int that it is
            slope = piece.advance if len(piece.first) == 1 else piece.slope
            group = by_slope.setdefault(slope, [])
            if piece not in group:
                group.append(piece)
    if len(by_slope) > _MOST_PIECES:
        raise Unavailable
    return tuple([_union(group, budget) for group in by_slope.values()])


def _union(pieces: list[Piece], budget: Budget) -> Piece:
    if len(pieces) == 1:
        return pieces[0]
    if all(len(piece.first) == 1 for piece in pieces):
        firsts = [piece.first[0] for piece in pieces if piece.first[0] is not None]
        lasts = [piece.last[0] for piece in pieces if piece.last[0] is not None]
        return Piece(pieces[0].advance, (min(firsts, default=None),), (max(lasts, default=None),))
    period = lcm(*(len(piece.first) for piece in pieces))
    if period > _LONGEST_PERIOD:
        raise Unavailable
    budget.spend(period * len(pieces))
    first: list[int | None] = []
    last: list[int | None] = []
    for u in range(period):
        seen = [range_ for piece in pieces if (range_ := piece.at(u))]
        first.append(min((low for low, _ in seen), default=None))
        last.append(max((high for _, high in seen), default=None))
    advance = pieces[0].slope * period
    return Piece(int(advance), tuple(first), tuple(last))


def narrowest(axes: list[Axis]) -> Axis:
    """Of paths, a piece each, those that may turn out the narrowest further on.

    A path that another one stays within, wherever they look, only ever sees as much or more.
    """
    pieces = {piece: piece.size for axis in axes for piece in axis}
    kept: list[Piece] = []
    for piece in sorted(pieces, key=lambda piece: pieces[piece]):
        if not any(_stays_within(other, piece) for other in kept):
            kept.append(piece)
    return tuple(kept[:_MOST_PIECES])


def _stays_within(inner: Piece, outer: Piece) -> bool:
    """Whether `inner`, moved by some number of cells, lies inside `outer` at every output."""
    period = lcm(len(inner.first), len(outer.first))
    if inner.slope != outer.slope or period > _LONGEST_PERIOD:
        return False
    before: list[int] = []
    after: list[int] = []
    for u in range(period):
        small, large = inner.at(u), outer.at(u)
        if small is None:
            continue
        if large is None:
            return False
        before.append(large[0] - small[0])
        after.append(large[1] - small[1])
    return max(before, default=0) <= min(after, default=0)


def fixed(axis: Axis) -> Axis:
    """A single cell broadcast over the map: every output sees what output 0 saw."""
    seen = [range_ for piece in axis if (range_ := piece.at(0))]
    if not seen:
        raise Unavailable
    first, last = min(low for low, _ in seen), max(high for _, high in seen)
    return (Piece(0, (first,), (last,)),)


def size(axis: Axis, length: Size) -> int | None:
    """Largest size over the outputs; paths of different slopes need to know how many there are."""
    if len(axis) == 1:
        return axis[0].size
    if length is None:
        return None
    # the hull of straight lines is convex in u: its largest value is near one of the ends
    period = lcm(*(len(piece.first) for piece in axis))
    positions = {*range(min(period, length)), *range(max(0, length - period), length)}
    return max((_hull(axis, u) for u in positions), default=0)


def narrowest_size(axis: Axis) -> int:
    """Size of the narrowest of several paths, a piece each."""
    return min(piece.size for piece in axis)


def _hull(axis: Axis, u: int) -> int:
    seen = [range_ for piece in axis if (range_ := piece.at(u))]
    return max(high for _, high in seen) - min(low for low, _ in seen) + 1 if seen else 0


def start(axis: Axis) -> int | None:
    """First cell that output 0 sees."""
    return min((seen[0] for piece in axis if (seen := piece.at(0))), default=None)


def aligned(axes: list[Axis]) -> bool:
    """Whether paths share the effective stride and the centre."""
    if any(len(axis) > 1 for axis in axes):
        return False
    if all(axis[0] == axes[0][0] for axis in axes):
        return True
    if len({axis[0].slope for axis in axes}) > 1:
        return False
    period = lcm(*(len(axis[0].first) for axis in axes))
    return all(len(set(_centres(axes, u))) <= 1 for u in range(min(period, _LONGEST_PERIOD)))


def _centres(axes: list[Axis], u: int) -> Iterator[int]:
    for axis in axes:
        if seen := axis[0].at(u):
            yield sum(seen)

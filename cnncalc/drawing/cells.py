"""The cells along an axis that a window slides over: what becomes of each, and its place."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd
from typing import Literal, NamedTuple, TypeAlias

from cnncalc.ir.windows import Window

State: TypeAlias = Literal["read", "padding", "gap", "lost", "lost padding"]

_MOST_CELLS = 32
_FEWEST_KEPT, _MOST_KEPT = 8, 15  # at either end of an axis that is broken off
_BREAK = 16.0  # points between the two ends


def state(window: Window, cell: int) -> State:
    """What becomes of a cell, counted from the first of the input; negative ones are padding.

    `lost` are the cells of the input at the end that no window reaches, as many as the facts count;
    those of the padding, and those that a layer before has padded, are told apart. A `gap` is a
    cell between windows, or between their taps, that none of them reads.
    """
    size, output = window.size or 0, window.output or 0
    is_input = 0 <= cell < size
    place = cell + window.begin
    end = (output - 1) * window.stride + window.effective_kernel
    if place >= end and not window.ceil:
        kept = max(0, end - window.begin)
        is_lost = is_input and cell < kept + (window.real_cells_lost or 0)
        return "lost" if is_lost else "lost padding"
    if not is_input:
        return "padding"
    return "read" if place < end and is_read(window, place) else "gap"


def is_read(window: Window, place: int) -> bool:
    """Whether some window has a tap at a place, counted from the first cell of the padding.

    A window and a tap in it are wanted with `k·S + j·D = place`: all `k` that will do are a whole
    number of `D / gcd(S, D)` apart.
    """
    stride, dilation = window.stride, window.dilation
    common = gcd(stride, dilation)
    if place % common:
        return False
    period = dilation // common
    residue = place // common * pow(stride // common, -1, period) % period
    lowest = max(0, -(-(place - window.effective_kernel + 1) // stride))
    highest = min((window.output or 0) - 1, place // stride)
    return lowest + (residue - lowest) % period <= highest


class View(NamedTuple):
    """Which cells of an axis are drawn, and where: all of them, or those at both ends.

    Attributes:
        first: The first cell, negative in the padding.
        stop: The one after the last.
        head: The one after the last that is drawn before the break.
        tail: The first that is drawn after it; `head` where nothing is left out.
        origin: Where the first cell begins, in points.
        cell: Points that a cell takes.
    """

    first: int
    stop: int
    head: int
    tail: int
    origin: float
    cell: float

    @property
    def end(self) -> float:
        """Where the last cell ends."""
        return self.at(self.stop)

    def at(self, cell: int) -> float:
        """Where a cell begins; one that is left out, in the middle of the break."""
        if cell <= self.head:
            return self.origin + (cell - self.first) * self.cell
        after = self.origin + (self.head - self.first) * self.cell + _BREAK
        if cell < self.tail:
            return after - _BREAK / 2
        return after + (cell - self.tail) * self.cell

    def shown(self) -> Iterator[int]:
        """The cells that are drawn."""
        yield from range(self.first, self.head)
        yield from range(self.tail, self.stop)

    @property
    def parts(self) -> tuple[range, ...]:
        """The cells that are drawn, in one piece or two."""
        if self.head == self.tail:
            return (range(self.first, self.stop),)
        return range(self.first, self.head), range(self.tail, self.stop)

    @property
    def hole(self) -> tuple[float, float] | None:
        """From where to where nothing is drawn, if anything is left out."""
        return None if self.head == self.tail else (self.at(self.head), self.at(self.tail))


class Extent(NamedTuple):
    """The cells of an axis that a view shows: how many, and which are left out."""

    first: int
    stop: int
    head: int
    tail: int

    @property
    def n_cells(self) -> int:
        """How many are drawn; a break counts as one."""
        left_out = self.tail - self.head
        return self.stop - self.first - left_out + (left_out > 0)

    def view(self, origin: float, cell: float) -> View:
        """The view that begins at a place, with cells of a size."""
        return View(*self, origin, cell)


def extent(window: Window) -> Extent:
    """The cells that a window slides over, padding included; a long axis is broken off.

    Of that as much is kept as shows the first two windows and the last, where there is room.
    """
    size, output = window.size or 0, window.output or 0
    reach = (output - 1) * window.stride + window.effective_kernel
    first, stop = -window.begin, max(size + window.end, reach - window.begin)
    two = window.effective_kernel + window.stride
    return _broken(first, stop, two + 1, stop + window.begin - reach + two)


def outputs(count: int) -> Extent:
    """The cells of an output."""
    return _broken(0, count, 4, 4)


def _broken(first: int, stop: int, before: int, after: int) -> Extent:
    if stop - first <= _MOST_CELLS:
        return Extent(first, stop, stop, stop)
    kept = [min(max(wanted, _FEWEST_KEPT), _MOST_KEPT) for wanted in (before, after)]
    return Extent(first, stop, first + kept[0], stop - kept[1])

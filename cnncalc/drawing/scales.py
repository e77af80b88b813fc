"""Axes: where values lie along a line, and which of them are written beside it."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import NamedTuple

_LOG_FROM = 20.0  # the largest value over the smallest, from which an axis is logarithmic
_MOST_TICKS = 8
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_SUFFIXES = ("", " k", " M", " G", " T", " P", " E")


class Scale(NamedTuple):
    """An axis.

    Attributes:
        low: The value at its start.
        high: The value at its end, which is larger.
        begin: Where it starts, in points.
        end: Where it ends.
        is_log: Whether equal distances are equal ratios.
    """

    low: float
    high: float
    begin: float
    end: float
    is_log: bool

    def at(self, value: float) -> float:
        """Where a value lies, in points."""
        low, high = self.low, self.high
        if self.is_log:
            value, low, high = log10(value), log10(low), log10(high)
        return self.begin + (value - low) / (high - low) * (self.end - self.begin)

    def ticks(self) -> list[float]:
        """Round values on the axis, a handful of them."""
        found = _log_ticks(self.low, self.high) if self.is_log else _ticks(self.low, self.high)
        return [value for value in found if self.low <= value <= self.high]


def scale_of(values: Sequence[float], begin: float, end: float, margin: float) -> Scale:
    """The axis for some values, of which none lies closer to its ends than the margin.

    It is logarithmic if the values span more than a factor of twenty.
    """
    low, high = min(values), max(values)
    is_log = low > 0 and high / low >= _LOG_FROM
    if is_log:
        first, last = log10(low), log10(high)
    else:
        first, last = float(low), float(high)
        if first == last:
            around = abs(first) / 10 or 1.0
            first, last = first - around, last + around
    room = abs(end - begin)
    more = (last - first) * margin / (room - 2 * margin)
    if is_log:
        return Scale(10 ** (first - more), 10 ** (last + more), begin, end, True)
    return Scale(first - more, last + more, begin, end, False)


def short(value: float) -> str:
    """A round value in few letters: `2.5 M`.

    Example:
        >>> short(2_500_000), short(0.5), short(20)
        ('2.5 M', '0.5', '20')
    """
    power = 0
    while power + 1 < len(_SUFFIXES) and abs(value) >= 1000 ** (power + 1) * (1 - 1e-9):
        power += 1
    return f"{value / 1000**power:.4g}{_SUFFIXES[power]}"


def _ticks(low: float, high: float) -> list[float]:
    rough = (high - low) / _MOST_TICKS
    unit = 10.0 ** floor(log10(rough))
    step = next(unit * step for step in _STEPS if unit * step >= rough * (1 - 1e-9))
    return [number * step for number in range(ceil(low / step), floor(high / step) + 1)]


def _log_ticks(low: float, high: float) -> list[float]:
    first, last = floor(log10(low)), ceil(log10(high))
    for parts in ((1, 2, 5), (1,)):
        found = [part * 10.0**power for power in range(first, last + 1) for part in parts]
        if sum(low <= value <= high for value in found) <= _MOST_TICKS + 2:
            return found
    every = ceil((last - first) / _MOST_TICKS)
    return [10.0**power for power in range(first, last + 1, every)]

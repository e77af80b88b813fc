"""The rule behind a set of sizes: from some size on, those with certain remainders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

_LEAST_PERIODS = 3  # so often a rule must hold before it is believed
_MOST_OTHERS = 1.25  # of all sizes that fit, for each within the rule
_LONGEST = 4096
_MOST_SHOWN = 8


class Pattern(NamedTuple):
    """The sizes `s + period·k`, k = 0, 1, …, for every s in `first`.

    Attributes:
        period: Distance of the sizes that repeat.
        first: The smallest size of every remainder, ascending and within one period.
        others: Smaller sizes that fit, too, but stand outside the rule.
    """

    period: int
    first: tuple[int, ...]
    others: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """The rule in words: `multiples of 32`, `188 + 16k`, `every size from 33`."""
        return self._rule() + self._exceptions()

    def _rule(self) -> str:
        least = self.first[0]
        if self.period == 1:
            return "every size" if least == 1 else f"every size from {least}"
        if len(self.first) == 1:
            if least % self.period == 0:
                start = "" if least == self.period else f" from {least}"
                return f"multiples of {self.period}{start}"
            return f"{least} + {self.period}k"
        starts = [str(start) for start in self.first]
        if len(starts) > _MOST_SHOWN:
            return f"{len(starts)} of every {self.period} sizes from {least}"
        return f"{', '.join(starts[:-1])} or {starts[-1]}, + {self.period}k"

    def _exceptions(self) -> str:
        if not self.others:
            return ""
        shown = ", ".join(map(str, self.others[:_MOST_SHOWN]))
        return f", and {shown}" + (", …" if len(self.others) > _MOST_SHOWN else "")


def pattern(tried: range, found: Sequence[int]) -> Pattern | None:
    """The rule with the shortest period that gives the sizes which fit; None if there is none.

    It has to hold for three periods up to the end of what was tried, and for most of the sizes that
    fit. Smaller ones may break it, as small maps do; the rule then starts later.

    Example:
        >>> pattern(range(1, 200), [32, 64, 96, 128, 160, 192]).text
        'multiples of 32'
    """
    if not found:
        return None
    member = bytearray(len(tried))
    for size in found:
        member[size - tried[0]] = 1
    least = tried[-1] - found[-1] + 1  # within the last period there is a size that fits
    most = min(len(tried) // _LEAST_PERIODS, _LONGEST)
    for period in range(least, most + 1):
        start = _holds_from(member, period)
        inside = sum(member[start:])
        is_long = len(tried) - start >= _LEAST_PERIODS * period
        if is_long and _MOST_OTHERS * inside >= len(found):
            return _pattern(tried, found, period, tried[0] + start)
    return None


def _holds_from(member: bytearray, period: int) -> int:
    """The first place from which on every place is like the one a period later."""
    low, high = 0, len(member) - period
    while low < high:  # what holds from a place on also holds from every later one
        middle = (low + high) // 2
        if member[middle : len(member) - period] == member[middle + period :]:
            high = middle
        else:
            low = middle + 1
    return low


def _pattern(tried: range, found: Sequence[int], period: int, start: int) -> Pattern:
    inside = [size for size in found if size >= start]
    remainders: dict[int, int] = {}
    for size in inside:
        remainders.setdefault(size % period, size)
    first = tuple(sorted(remainders.values()))
    others = tuple(size for size in found if size < first[0])
    return Pattern(period, first, others)

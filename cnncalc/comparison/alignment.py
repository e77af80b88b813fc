"""The cheapest way to turn one sequence into another, by pairs, deletions and insertions.

A dynamic program over a band around the diagonal (Ukkonen's): what lies outside costs at least as
many deletions and insertions as it is away, so the band is wide enough once the cost found is below
that. Equal heads and tails are paired beforehand. Sequences that are long and unlike at once are
cut at what both have once.

Reference:
    E. Ukkonen, Algorithms for approximate string matching, 1985; B. Cohen's patience diff for the
    cuts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

MOST_CELLS = 2_000_000  # of the dynamic program, in all: about a second
_FEW_CELLS = 100_000
_FIRST_MARGIN = 16
_PAIRED, _DELETED, _INSERTED = 0, 1, 2
_NEVER = 2**62

IndexPair: TypeAlias = tuple[int, int]


class Item(NamedTuple):
    """One element of a sequence.

    Attributes:
        kind: What decides the cost of pairing it; small integers.
        name: What tells it from others of its kind, and breaks ties.
    """

    kind: int
    name: Hashable


class Aligner:
    """Pairs the elements of two sequences.

    Args:
        cost: Cost of pairing two kinds, 0 for equal ones; None for those that are never paired.
        gap: Cost of a deletion or an insertion.
    """

    def __init__(self, cost: Callable[[int, int], int | None], gap: int) -> None:
        self._cost = cost
        self._gap = gap
        self._costs: dict[int, dict[int, int]] = {}
        self._cells_left = MOST_CELLS

    def align(self, before: Sequence[Item], after: Sequence[Item]) -> list[IndexPair]:
        """The pairs of the cheapest alignment, ascending in both."""
        head, end_before, end_after = _trimmed(before, after, lambda a, b: a == b)
        pairs = [(index, index) for index in range(head)]
        tail = [(end_before + i, end_after + i) for i in range(len(before) - end_before)]
        inner = self._inner(before[head:end_before], after[head:end_after])
        return [*pairs, *((head + i, head + j) for i, j in inner), *tail]

    def _inner(self, before: Sequence[Item], after: Sequence[Item]) -> Iterator[IndexPair]:
        """What is left between equal heads and tails."""
        if len(before) * len(after) <= _FEW_CELLS:
            yield from self._middle(before, after)
            return
        # to trim what differs in its name only may break a tie otherwise, but costs nothing
        head, end_before, end_after = _trimmed(before, after, lambda a, b: a.kind == b.kind)
        yield from ((index, index) for index in range(head))
        middle = self._middle(before[head:end_before], after[head:end_after])
        yield from ((head + i, head + j) for i, j in middle)
        yield from ((end_before + i, end_after + i) for i in range(len(before) - end_before))

    def _middle(self, before: Sequence[Item], after: Sequence[Item]) -> Iterator[IndexPair]:
        if not before or not after:
            return
        found = self._banded(before, after)
        if found is not None:
            yield from found
            return
        cuts = _cuts(before, after)
        start = (0, 0)
        for i, j in [*cuts, (len(before), len(after))]:
            part = (before[start[0] : i], after[start[1] : j])
            inner = (self._banded(*part) if cuts and all(part) else None) or []
            yield from ((start[0] + a, start[1] + b) for a, b in inner)
            if i < len(before):
                yield i, j
            start = (i + 1, j + 1)

    def _banded(self, before: Sequence[Item], after: Sequence[Item]) -> list[IndexPair] | None:
        """The cheapest alignment, or the best that could be afforded; None if not even one."""
        n, m = len(before), len(after)
        margin, found = _FIRST_MARGIN, None
        while (cells := n * min(abs(m - n) + 2 * margin + 1, m + 1)) <= self._cells_left:
            self._cells_left -= cells
            band = _Band(before, after, margin)
            cost = band.fill(self._costs, self._priced, self._gap)
            found = band.pairs()
            is_whole = abs(m - n) + 2 * margin + 1 > n + m
            if is_whole or cost <= self._gap * (abs(m - n) + 2 * (margin + 1)):
                break
            margin *= 4
        return found

    def _priced(self, kind: int, other: int) -> int:
        price = self._cost(kind, other)
        return _NEVER if price is None else price


class _Band:
    """The cells of the dynamic program within a margin of the diagonal."""

    def __init__(self, before: Sequence[Item], after: Sequence[Item], margin: int) -> None:
        self._before = before
        self._after = after
        difference = len(after) - len(before)
        self._low = min(0, difference) - margin
        self._high = max(0, difference) + margin
        self._moves: list[bytearray] = []

    def fill(
        self,
        costs: dict[int, dict[int, int]],
        priced: Callable[[int, int], int],
        gap: int,
    ) -> int:
        """Fill the cells row by row and return the cost of the whole."""
        m = len(self._after)
        kinds = [item.kind for item in self._after]
        names = [item.name for item in self._after]
        previous = [j * gap for j in range(min(m, self._high) + 1)]
        previous_first = 0
        for row, (kind, name) in enumerate(self._before, 1):
            prices = costs.setdefault(kind, {})
            first, last = max(0, row + self._low), min(m, row + self._high)
            current: list[int] = []
            moves = bytearray(last - first + 1)
            left = _NEVER
            shift = previous_first
            for j in range(first, last + 1):
                above = previous[j - shift] + gap if j - shift < len(previous) else _NEVER
                best, move = above, _DELETED
                if left + gap < best:
                    best, move = left + gap, _INSERTED
                if j > shift:
                    other = kinds[j - 1]
                    price = prices.get(other)
                    if price is None:
                        price = prices[other] = priced(kind, other)
                    pair = previous[j - 1 - shift] + price + (names[j - 1] != name)
                    if pair <= best:
                        best, move = pair, _PAIRED
                current.append(best)
                moves[j - first] = move
                left = best
            self._moves.append(moves)
            previous, previous_first = current, first
        return previous[m - previous_first]

    def pairs(self) -> list[IndexPair]:
        """The pairs on the cheapest way."""
        found = []
        row, j = len(self._before), len(self._after)
        while row > 0 and j >= 0:
            move = self._moves[row - 1][j - max(0, row + self._low)]
            if move == _PAIRED:
                found.append((row - 1, j - 1))
            row -= move != _INSERTED
            j -= move != _DELETED
        return found[::-1]


def _trimmed(
    before: Sequence[Item], after: Sequence[Item], alike: Callable[[Item, Item], bool]
) -> tuple[int, int, int]:
    """Length of the head that is alike, and where the tail that is alike starts in both."""
    shorter = min(len(before), len(after))
    head = 0
    while head < shorter and alike(before[head], after[head]):
        head += 1
    tail = 0
    while tail < shorter - head and alike(before[-1 - tail], after[-1 - tail]):
        tail += 1
    return head, len(before) - tail, len(after) - tail


def _cuts(before: Sequence[Item], after: Sequence[Item]) -> list[IndexPair]:
    """The longest ascending list of elements that both sequences have exactly once."""
    first, second = _once(before), _once(after)
    common = [(index, second[item]) for item, index in first.items() if item in second]
    common.sort()
    ends: list[int] = []  # the smallest end of an ascending list of each length
    at: list[int] = []  # which pair that end is
    back: list[int] = []
    for number, (_, j) in enumerate(common):
        place = bisect_left(ends, j)
        back.append(at[place - 1] if place else -1)
        ends[place : place + 1] = [j]
        at[place : place + 1] = [number]
    found = []
    number = at[-1] if at else -1
    while number >= 0:
        found.append(common[number])
        number = back[number]
    return found[::-1]


def _once(items: Sequence[Item]) -> dict[Item, int]:
    places: dict[Item, int] = {}
    twice: set[Item] = set()
    for index, item in enumerate(items):
        if item in places:
            twice.add(item)
        places[item] = index
    return {item: index for item, index in places.items() if item not in twice}

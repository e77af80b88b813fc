"""Alignments against the whole dynamic program, and how much of it is filled."""

from __future__ import annotations

import random

import pytest

from cnncalc.comparison import alignment
from cnncalc.comparison.alignment import Aligner, IndexPair, Item

GAP = 40_000_000
KINDS = 6


def price(kind: int, other: int) -> int | None:
    """Kinds of one parity can be paired."""
    if kind == other:
        return 0
    return 30_000_000 + 2_000_000 * abs(kind - other) if (kind + other) % 2 == 0 else None


def least_cost(before: list[Item], after: list[Item]) -> int:
    row = [j * GAP for j in range(len(after) + 1)]
    for i, item in enumerate(before, 1):
        above, row = row, [i * GAP]
        for j, other in enumerate(after, 1):
            ways = [above[j] + GAP, row[j - 1] + GAP]
            paired = price(item.kind, other.kind)
            if paired is not None:
                ways.append(above[j - 1] + paired + (item.name != other.name))
            row.append(min(ways))
    return row[-1]


def cost(before: list[Item], after: list[Item], pairs: list[IndexPair]) -> int:
    assert pairs == sorted(pairs)
    assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
    total = (len(before) + len(after) - 2 * len(pairs)) * GAP
    for i, j in pairs:
        paired = price(before[i].kind, after[j].kind)
        assert paired is not None
        total += paired + (before[i].name != after[j].name)
    return total


def items(kinds: list[int]) -> list[Item]:
    """Named as layers without a name are: by kind and number."""
    counts = dict.fromkeys(kinds, 0)
    found = []
    for kind in kinds:
        counts[kind] += 1
        found.append(Item(kind, (kind, counts[kind])))
    return found


def edited(kinds: list[int], chance: random.Random, n_edits: int) -> list[int]:
    found = list(kinds)
    for _ in range(n_edits):
        place = chance.randrange(len(found) + 1)
        match chance.randrange(3):
            case 0:
                found.insert(place, chance.randrange(KINDS))
            case 1:
                found[place : place + 1] = []
            case _:
                found[place : place + 1] = [chance.randrange(KINDS)]
    return found


@pytest.mark.parametrize("seed", range(300))
def test_no_alignment_is_cheaper(seed: int) -> None:
    chance = random.Random(seed)
    kinds = [chance.randrange(KINDS) for _ in range(chance.randint(0, 70))]
    other = edited(kinds, chance, chance.choice((0, 1, 3, 10, 60)))
    before, after = items(kinds), items(other)
    for first, second in ((before, after), (after, before)):
        pairs = Aligner(price, GAP).align(first, second)
        assert cost(first, second, pairs) == least_cost(first, second)


@pytest.mark.parametrize("shift", [15, 16, 17, 33, 50])
def test_what_moved_far_is_found(shift: int) -> None:
    """The band has to grow for it."""
    chance = random.Random(shift)
    kinds = [chance.randrange(KINDS) for _ in range(150)]
    before = items(kinds)
    after = items(kinds[shift:] + [chance.randrange(KINDS) for _ in range(shift)])
    pairs = Aligner(price, GAP).align(before, after)
    assert cost(before, after, pairs) == least_cost(before, after)


def test_names_break_ties() -> None:
    before, after = [Item(1, name) for name in "abc"], [Item(1, name) for name in "ac"]
    assert Aligner(price, GAP).align(before, after) == [(0, 0), (2, 1)]


def test_a_long_sequence_with_few_changes_takes_few_cells() -> None:
    chance = random.Random(1)
    kinds = [chance.randrange(KINDS) for _ in range(20_000)]
    other = edited(kinds, chance, 20)
    aligner = Aligner(price, GAP)
    pairs = aligner.align(
        [Item(kind, None) for kind in kinds], [Item(kind, None) for kind in other]
    )
    assert len(pairs) > 19_900
    assert alignment.MOST_CELLS - aligner._cells_left < 1_500_000


@pytest.mark.parametrize(("n", "m"), [(100_000, 100_000), (100_000, 2_000)])
def test_sequences_that_are_long_and_unlike_are_bounded(
    n: int, m: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alignment, "MOST_CELLS", 100_000)
    chance = random.Random(2)
    first = [Item(chance.randrange(KINDS), None) for _ in range(n)]
    second = [Item(chance.randrange(KINDS), None) for _ in range(m)]
    second[m // 2] = first[n // 3] = Item(2, "the same")
    aligner = Aligner(price, GAP)
    pairs = aligner.align(first, second)
    assert (n // 3, m // 2) in pairs
    assert aligner._cells_left >= 0
    cost(first, second, pairs)


def test_one_of_the_sequences_may_be_empty() -> None:
    some = items([1, 2, 3])
    assert Aligner(price, GAP).align(some, []) == []
    assert Aligner(price, GAP).align([], some) == []
    assert Aligner(price, GAP).align(some, some) == [(0, 0), (1, 1), (2, 2)]

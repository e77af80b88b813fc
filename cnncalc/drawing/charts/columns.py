"""Values over many layers, brought down to as many columns as a chart can show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

MOST_COLUMNS = 1000


def per_column(count: int) -> int:
    """How many layers share a column, so that there are at most 1000."""
    return max(1, -(-count // MOST_COLUMNS))


def reduced(
    values: Sequence[T | None], share: int, pick: Callable[[Sequence[T]], T]
) -> list[T | None]:
    """One value per column, picked from those of its layers; None where one is not known."""
    columns: list[T | None] = []
    for start in range(0, len(values), share):
        known = [value for value in values[start : start + share] if value is not None]
        complete = len(known) == len(values[start : start + share])
        columns.append(pick(known) if complete else None)
    return columns


def runs(flags: Sequence[bool]) -> list[tuple[int, int]]:
    """First and last index of every run of true ones."""
    found: list[tuple[int, int]] = []
    for index, flag in enumerate(flags):
        if flag and found and found[-1][1] == index - 1:
            found[-1] = found[-1][0], index
        elif flag:
            found.append((index, index))
    return found

"""What the benchmarks share: interleaved timing of commands, and how a result is printed."""

from __future__ import annotations

import os
import subprocess
import sys
from statistics import median
from time import perf_counter
from typing import NamedTuple


class Ratio(NamedTuple):
    """A measured ratio, and what it may be.

    Attributes:
        name: What is compared with what.
        value: The ratio, or the figure itself where the bound is absolute.
        bound: What it must not exceed.
        dream: What would be wonderful.
        unit: `x` for a ratio.
        detail: The times behind it.
    """

    name: str
    value: float
    bound: float
    dream: float | None
    unit: str
    detail: str

    @property
    def holds(self) -> bool:
        """Whether the bound is kept."""
        return self.value <= self.bound

    def __str__(self) -> str:
        dream = "" if self.dream is None else f", dream {self.dream:g}"
        verdict = "ok  " if self.holds else "MISS"
        bound = f"(bound {self.bound:g}{dream})"
        return f"{verdict} {self.value:8.2f} {self.unit:3} {bound:26} {self.name}: {self.detail}"


def seconds(command: list[str]) -> float:
    """Wall time of one run of a command, its output thrown away."""
    environment = {key: value for key, value in os.environ.items() if key != "FORCE_COLOR"}
    start = perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return perf_counter() - start


def interleaved(commands: list[list[str]], rounds: int) -> list[float]:
    """Median wall time of each command; they take turns, so that noise meets all alike."""
    for command in commands:
        seconds(command)  # warms the file cache and writes byte code
    times: list[list[float]] = [[] for _ in commands]
    for _ in range(rounds):
        for own, command in zip(times, commands, strict=True):
            own.append(seconds(command))
    return [median(own) for own in times]


def python(*arguments: str) -> list[str]:
    """A command that runs this Python."""
    return [sys.executable, *arguments]


def report(ratios: list[Ratio]) -> int:
    """Print the ratios; the exit code says whether every bound is kept."""
    for ratio in ratios:
        print(ratio)
    return 0 if all(ratio.holds for ratio in ratios) else 1

"""How long the layers take, and how that compares with what the machine can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise
from time import perf_counter
from typing import NamedTuple

import numpy as np

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.numeric.kernels.kernel import Array, Crew
from cnncalc.numeric.program import Program, Timing

_SIZE = 1024
_PEAK_SECONDS = 0.05
_SECONDS = 2.0
_MOST_RUNS = 20


class Row(NamedTuple):
    """Layers that are computed together, and how long that takes.

    Attributes:
        layers: Names, in order.
        kernels: How they are computed, in order.
        seconds: Wall time.
        n_macs: Multiply-accumulates by the conventions of the facts, for the whole batch.
    """

    layers: tuple[str, ...]
    kernels: tuple[str, ...]
    seconds: float
    n_macs: int

    @property
    def flops_per_second(self) -> float | None:
        """Two for every multiply-accumulate, over the time; None where there are none."""
        return 2 * self.n_macs / self.seconds if self.n_macs and self.seconds else None


class Timings(NamedTuple):
    """Times of all steps, each the shortest of some runs.

    Attributes:
        rows: In the order of the steps.
        seconds: Their sum.
        n_macs: Multiply-accumulates of all rows.
        peak: FLOP/s of a large matrix product on the same threads.
        n_runs: How many runs there were.
    """

    rows: tuple[Row, ...]
    seconds: float
    n_macs: int
    peak: float
    n_runs: int

    @property
    def whole(self) -> Row:
        """All rows together."""
        return Row((), (), self.seconds, self.n_macs)


def measure(program: Program, inputs: Mapping[str, Array], crew: Crew) -> Timings:
    """Time the steps of a program that has run before, and the machine beside it.

    Runs for about two seconds, at least once and twenty times at most; of every step the shortest
    time counts, as all that can disturb it makes it longer.
    """
    dtype = program.plan.dtype.name
    peak = 0.0
    start = perf_counter()
    runs: list[list[Timing]] = []
    while not runs or (len(runs) < _MOST_RUNS and perf_counter() - start < _SECONDS):
        runs.append(program.timed(inputs)[1])
        # in turn with the runs, so that what else the machine does meets both
        peak = max(peak, peak_flops(crew, dtype))
    shortest = [min(each, key=lambda timing: timing.seconds) for each in zip(*runs, strict=True)]
    rows = joined(shortest, program.plan.facts)
    n_macs = sum(row.n_macs for row in rows)
    return Timings(rows, _total(shortest), n_macs, peak, len(runs))


def peak_flops(crew: Crew, dtype: str) -> float:
    """FLOP/s of a product of two 1024×1024 matrices whose rows the threads share out.

    It is the best of what fits into a twentieth of a second: what a network could reach if it were
    one large product.
    """
    left = np.ones((_SIZE, _SIZE), dtype)
    right, out = np.ones_like(left), np.empty_like(left)
    edges = [_SIZE * number // crew.n_threads for number in range(crew.n_threads + 1)]
    shares = [slice(*edge) for edge in pairwise(edges)]
    tasks = [partial(np.matmul, left[rows], right, out=out[rows]) for rows in shares]
    best, begun = float("inf"), perf_counter()
    while perf_counter() - begun < _PEAK_SECONDS:
        start = perf_counter()
        crew.perform(tasks)
        best = min(best, perf_counter() - start)
    return 2 * _SIZE**3 / best


def joined(timings: Sequence[Timing], facts: NetworkFacts) -> tuple[Row, ...]:
    """A row for what cannot be told apart: steps that have a layer in common."""
    groups: list[list[Timing]] = []
    place: dict[str, int] = {}  # per layer, its group
    for timing in timings:
        names = [node.name for node in timing.step.nodes]
        group = next((place[name] for name in names if name in place), len(groups))
        if group == len(groups):
            groups.append([])
        groups[group].append(timing)
        place.update(dict.fromkeys(names, group))
    return tuple(_row(group, facts) for group in groups)


def _row(group: Sequence[Timing], facts: NetworkFacts) -> Row:
    names = tuple(dict.fromkeys(node.name for timing in group for node in timing.step.nodes))
    n_macs = sum(facts.layer(name).n_macs or 0 for name in names)
    kernels = tuple(dict.fromkeys(timing.kernel for timing in group))
    return Row(names, kernels, _total(group), n_macs)


def _total(timings: Sequence[Timing]) -> float:
    return sum(timing.seconds for timing in timings)

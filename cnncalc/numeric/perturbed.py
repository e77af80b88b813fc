"""Samples that differ in one cell, and how many of them a network is run on at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.numeric.field_checks import Probe
from cnncalc.numeric.kernels.kernel import Array
from cnncalc.numeric.memory import free_memory
from cnncalc.numeric.predicted_fields import sizes
from cnncalc.numeric.program import Memory, Plan

_ROOM = 1.25  # for what is computed from the outputs, in parts of what the run needs
_COMFORTABLE = 2**30
# samples at a time, and in how many groups the layers are kept: the first that fits
_TRIES = ((8, 1), (4, 1), (2, 1), (1, 1), (1, 2), (1, 4), (1, 8), (1, 16))


class Schedule(NamedTuple):
    """What is run: for every group of layers, which are kept, all batches of samples.

    Attributes:
        facts: The network's facts for as many samples as are run at a time.
        groups: The layers that are kept together.
        batches: Numbers of the samples that are run together.
        memory: What the group takes that takes most.
        threads: How many share the work.
    """

    facts: NetworkFacts
    groups: list[list[str]]
    batches: list[list[int]]
    memory: Memory
    threads: int

    def plans(self) -> Iterator[Plan]:
        """A plan for every group, made anew: one that has been run holds on to its weights."""
        for group in self.groups:
            yield _plan(self.facts, group, self.threads)


def schedule(facts: NetworkFacts, n_samples: int, threads: int, max_memory: int | None) -> Schedule:
    """As many samples at a time as fit, and if not even one does, some layers at a time."""
    most = free_memory() if max_memory is None else max_memory
    names = [layer.name for layer in facts.layers]
    for batch, n_groups in _TRIES:
        n_batches = -(-n_samples // batch)
        at_a_time = analyze(facts.network, batch=-(-n_samples // n_batches))
        size = -(-len(names) // n_groups)
        groups = [names[start : start + size] for start in range(0, len(names), size)] or [[]]
        memory = max((_plan(at_a_time, group, threads).memory for group in groups), key=_total)
        needed = memory.total
        if most is None or (needed * _ROOM <= most and (batch == 1 or needed <= _COMFORTABLE)):
            break
    size = at_a_time.batch
    batches = [
        list(range(start, min(start + size, n_samples))) for start in range(0, n_samples, size)
    ]
    return Schedule(at_a_time, groups, batches, memory, threads)


def _plan(facts: NetworkFacts, keep: list[str], threads: int) -> Plan:
    return Plan(facts, keep=keep, fuse=False, exact=True, n_threads=threads)


def _total(memory: Memory) -> int:
    return memory.total


def samples(
    facts: NetworkFacts, probes: Sequence[Probe], numbers: Sequence[int], seed: int
) -> dict[str, Array]:
    """Random numbers, and in every sample one cell of NaN; the last sample fills up the batch."""
    filled = [*numbers, *[numbers[-1]] * (facts.batch - len(numbers))]
    inputs = {}
    for position, (name, shape) in enumerate(facts.inputs.items()):
        rng = np.random.Generator(np.random.PCG64([seed, position]))
        one = rng.standard_normal(sizes(shape), np.float32)
        array = np.repeat(one[np.newaxis], facts.batch, axis=0)
        for sample, number in zip(array, filled, strict=True):
            probe = probes[number]
            if probe.cell is not None and probe.input == position:
                sample[probe.cell] = np.nan
        inputs[name] = array
    return inputs

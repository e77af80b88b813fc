"""A network run on many samples: batch by batch, keeping only what somebody asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import NamedTuple

import numpy as np

from cnncalc.errors import UsageError
from cnncalc.ir.shapes import Sizes
from cnncalc.numeric.feeding import Feed
from cnncalc.numeric.kernels.kernel import Array, Crew
from cnncalc.numeric.program import Memory, Plan, Program
from cnncalc.numeric.timing import Timings, measure

Progress = Callable[[int], object]


@dataclass
class Values:
    """What the values of a layer are like, over all samples.

    Attributes:
        shape: Shape for one sample.
        smallest: The smallest finite value; None if there is none.
        largest: The largest.
        total: Sum of the finite ones.
        n_finite: How many they are.
        n_odd: How many are NaN or infinite.
    """

    shape: Sizes
    smallest: float | None = None
    largest: float | None = None
    total: float = 0.0
    n_finite: int = 0
    n_odd: int = 0

    @property
    def mean(self) -> float | None:
        """Mean of the finite values; None if there is none."""
        return self.total / self.n_finite if self.n_finite else None

    def add(self, array: Array) -> None:
        """Count the values of some samples in."""
        odd = int(array.size - np.isfinite(array).sum())
        finite = array[np.isfinite(array)] if odd else array
        self.n_odd += odd
        self.n_finite += finite.size
        if finite.size:
            low, high = float(finite.min()), float(finite.max())
            self.smallest = low if self.smallest is None else min(self.smallest, low)
            self.largest = high if self.largest is None else max(self.largest, high)
            self.total += float(finite.sum(dtype=np.float64))


class Scored(NamedTuple):
    """A class, and what the network gives for it."""

    number: int
    score: float


@dataclass
class Outcome:
    """What came out.

    Attributes:
        values: What the outputs and the layers that were asked for are like, by name.
        top: Per sample the classes with the highest scores; empty where the output is no vector.
        arrays: What is to be saved, samples first, by name.
        load_seconds: Time that the weights took.
        run_seconds: Time that the network took, over all runs.
        timings: Times of the steps; None if they were not asked for.
    """

    values: dict[str, Values]
    top: list[list[Scored]] = field(default_factory=list)
    arrays: dict[str, Array] = field(default_factory=dict)
    load_seconds: float = 0.0
    run_seconds: float = 0.0
    timings: Timings | None = None


class Wishes(NamedTuple):
    """What is to be found out.

    Attributes:
        save: The layers whose arrays are collected.
        top: How many classes are listed per sample.
        timed: Whether the steps are timed.
        preprocess: What is done with images.
    """

    save: tuple[str, ...] = ()
    top: int = 5
    timed: bool = False
    preprocess: str = "scale"


def needed_memory(plan: Plan, feed: Feed, wishes: Wishes) -> Memory:
    """Bytes that all runs together need at a time.

    What is collected counts as results, and an input file that is read whole as activations.
    """
    memory = plan.memory
    shapes = plan.steps.shapes
    saved = sum(
        int(np.prod(shapes[plan.steps.kept[name]][1:], dtype=object)) for name in wishes.save
    )
    return memory._replace(
        results=memory.results + saved * feed.n_samples * plan.dtype.itemsize,
        activations=memory.activations + feed.size_bytes,
    )


def n_classes(plan: Plan) -> int | None:
    """How many classes the main output is about; None where it is no vector."""
    *spatial, channels = plan.steps.shapes[plan.steps.kept[plan.facts.outputs[-1]]][1:]
    return channels if all(size == 1 for size in spatial) else None


def execute(
    plan: Plan,
    weights: Mapping[str, Array],
    feed: Feed,
    wishes: Wishes,
    crew: Crew,
    progress: Progress,
) -> Outcome:
    """Run a network on all samples.

    Args:
        plan: The plan, for the batch of the feed.
        weights: Arrays by `<layer>.<weight>`, as `matched` gives them.
        feed: The samples.
        wishes: What is to be found out.
        crew: The threads, as many as the plan says.
        progress: Called after every run with the number of samples that it was for.

    Raises:
        UsageError: An input or a weight cannot be used, or the machine has not enough memory.
    """
    try:
        start = perf_counter()
        program = Program(plan, weights, crew)
        collector = _Collector(plan, feed, wishes)
        collector.outcome.load_seconds = perf_counter() - start
        for inputs in feed.batches(plan.facts.dtype, wishes.preprocess):
            collector.run(program, inputs, progress)
        if wishes.timed:
            collector.outcome.timings = measure(program, inputs, crew)
        return collector.outcome
    except MemoryError:
        raise UsageError(
            "there is less memory than --max-memory allows; take a smaller batch or input"
        ) from None


class _Collector:
    """Takes from every batch what is wanted of it."""

    def __init__(self, plan: Plan, feed: Feed, wishes: Wishes) -> None:
        shapes = {name: plan.steps.shapes[value][1:] for name, value in plan.steps.kept.items()}
        self.outcome = Outcome({name: Values(shape) for name, shape in shapes.items()})
        self.outcome.arrays = {
            name: np.empty((feed.n_samples, *shapes[name]), plan.dtype) for name in wishes.save
        }
        self._main = plan.facts.outputs[-1]
        self._top = 0 if n_classes(plan) is None else wishes.top
        self._n_samples = feed.n_samples
        self._done = 0

    def run(self, program: Program, inputs: Mapping[str, Array], progress: Progress) -> None:
        """Run one batch, the last of which may be filled up."""
        start = perf_counter()
        results = program(inputs)
        self.outcome.run_seconds += perf_counter() - start
        count = min(program.plan.facts.batch, self._n_samples - self._done)
        for name, values in self.outcome.values.items():
            values.add(results[name][:count])
        for name, array in self.outcome.arrays.items():
            array[self._done : self._done + count] = results[name][:count]
        if self._top:
            scores = results[self._main][:count].reshape(count, -1)
            self.outcome.top += [_best(row, self._top) for row in scores]
        self._done += count
        progress(count)


def _best(scores: Array, count: int) -> list[Scored]:
    order = np.argsort(-scores, kind="stable")[:count]  # NaN comes last
    return [Scored(int(number), float(scores[number])) for number in order]

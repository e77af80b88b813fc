"""A network made ready to run: planned in integers, loaded once, run as often as wanted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from math import prod
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.ir.shapes import Sizes, format_shape
from cnncalc.numeric.folding import step_weights
from cnncalc.numeric.kernels import choose
from cnncalc.numeric.kernels.kernel import ALIGNMENT, Array, Crew, Kernel, Site
from cnncalc.numeric.planning import Layout, lay_out
from cnncalc.numeric.steps import Step, Steps, trace
from cnncalc.spec.problems import show

_BUFFER_VALUES = 384  # rows of 128 and more are long
_CACHE_BYTES = 1 << 24  # of activations; half of what processors share in their last cache


class Memory(NamedTuple):
    """Bytes that a run needs, known before anything is allocated.

    Attributes:
        weights: Weights, in the form that the kernels keep them in.
        activations: Values that live at the same time, at most.
        scratch: Working memory, as far as the activations leave no room for it: that of the
            kernels, or what it takes to load the weights.
        results: The arrays that are handed out.
    """

    weights: int
    activations: int
    scratch: int
    results: int

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self)


class Plan:
    """How a network will be computed: every decision, and no array yet.

    Attributes:
        facts: The network's facts.
        samples: How many of the batch go through the network at a time.
        steps: What is done with each such part.
        kernels: How each step is computed.
        layout: Where the values lie.

    Args:
        facts: The network's facts. Their batch is the batch of every run; their dtype has to be
            float32 or float64.
        keep: Names of layers whose outputs are wanted besides the network's own.
        training: Whether batch normalisation uses the moments of the batch, as in training.
            Dropout stays off.
        fuse: Whether batch norms are folded into weights, and additions and activations are done
            together with the product before them. In training nothing is.
        exact: Whether an output depends on the cells of its window only, in floating point too.
            Otherwise a NaN or an infinity in a cell may make NaN of outputs in the same row that do
            not see it (bands), and an infinity NaN of those that do (Winograd).
        n_threads: Threads that will share the work.

    Raises:
        UsageError: The network cannot be computed, or `keep` names what is no layer.
    """

    def __init__(
        self,
        facts: NetworkFacts,
        *,
        keep: Collection[str] = (),
        training: bool = False,
        fuse: bool = True,
        exact: bool = False,
        n_threads: int = 1,
    ) -> None:
        if facts.dtype not in ("float32", "float64"):
            raise UsageError(f"networks run in float32 or float64, not in {facts.dtype}")
        self.facts = facts
        self.n_threads = n_threads
        self.dtype = np.dtype(facts.dtype)
        self._fuse, self._exact, self._training = fuse and not training, exact, training
        self._decide(facts.batch, keep)
        samples = facts.batch if training else self._samples_at_once()
        if samples < facts.batch:
            self._decide(samples, keep)

    def _decide(self, samples: int, keep: Collection[str]) -> None:
        self.samples = samples
        self.steps: Steps = trace(self.facts, samples, keep, fuse=self._fuse)
        self.kernels: list[Kernel[Any]] = [choose(self._site(step)) for step in self.steps.steps]
        in_place = [kernel.in_place for kernel in self.kernels]
        rooms = [kernel.room(self.n_threads) for kernel in self.kernels]
        sizes = (self.steps, self.dtype.itemsize, in_place)
        self.layout: Layout = lay_out(*sizes, rooms)
        self._activation_bytes = lay_out(*sizes, [0] * len(rooms)).n_bytes

    def _samples_at_once(self) -> int:
        """All of the batch, or so few that what is between the layers stays in the cache.

        That pays unless reading the weights anew for each part costs more than it saves: writing
        and reading the activations.
        """
        batch = self.facts.batch
        most = max(1, batch * _CACHE_BYTES // max(1, self._activation_bytes))
        samples = max(part for part in range(1, min(batch, most) + 1) if batch % part == 0)
        written = sum(prod(self.steps.shapes[step.output]) for step in self.steps.steps)
        weights = sum(kernel.weight_bytes for kernel in self.kernels)
        saves = 2 * written * self.dtype.itemsize > weights * (batch // samples)
        return samples if saves else batch

    def _site(self, step: Step) -> Site[Any]:
        shapes = self.steps.shapes
        inputs = tuple(shapes[value] for value in step.inputs)
        then = tuple(step.then)
        output = shapes[step.output]
        exact, training = self._exact, self._training
        return Site(step.primitive, inputs, output, self.dtype, training, then, exact)

    @cached_property
    def memory(self) -> Memory:
        """Bytes that a run needs."""
        steps = self.steps
        results = sum(prod(steps.shapes[value][1:]) for value in steps.kept.values())
        weights = sum(kernel.weight_bytes for kernel in self.kernels)
        activations = min(self._activation_bytes, self.layout.n_bytes)
        return Memory(
            weights,
            activations,
            max(self.layout.n_bytes, self._loading_bytes() - weights) - activations,
            results * self.facts.batch * self.dtype.itemsize,
        )

    def loading_order(self) -> list[tuple[Step, Kernel[Any]]]:
        """The largest weights first, while there is room for two: as given, and as used."""
        pairs = zip(self.steps.steps, self.kernels, strict=True)
        return sorted(pairs, key=lambda pair: -pair[1].weight_bytes)

    def _loading_bytes(self) -> int:
        """The most that weights take while they are loaded."""
        loaded = most = 0
        for step, kernel in self.loading_order():
            loaded += kernel.weight_bytes
            is_one = kernel.keeps_weights and not step.folded
            most = max(most, loaded if is_one else loaded + kernel.weight_bytes)
        return most


class Timing(NamedTuple):
    """How long a step took.

    Attributes:
        step: The step.
        kernel: Name of the way in which it was computed.
        seconds: Wall time, of all parts of the batch together.
    """

    step: Step
    kernel: str
    seconds: float


class Program:
    """A plan with its weights and its memory.

    Runs of one program share its memory, so they take turns: use it from one thread.

    Args:
        plan: The plan.
        weights: Arrays by `<layer>.<weight>`, in the plan's dtype and with the declared shapes;
            each is read once, and none is kept unless a kernel uses it as it is.
        crew: The threads that share the work, as many as the plan says.
    """

    def __init__(self, plan: Plan, weights: Mapping[str, Array], crew: Crew) -> None:
        self.plan = plan
        for step, kernel in plan.loading_order():
            kernel.load(step_weights(step, weights, plan.dtype))
        self._memory = _aligned(plan.layout.n_bytes)
        self._calls: list[Callable[[], None]] = [
            kernel.bind(
                [self._array(value) for value in step.inputs],
                self._array(step.output),
                crew,
                self._memory[start : start + kernel.room(plan.n_threads)],
            )
            for step, kernel, start in zip(
                plan.steps.steps, plan.kernels, plan.layout.scratch, strict=True
            )
        ]
        self._inputs = {name: self._array(value) for name, value in plan.steps.inputs.items()}
        self._kept = {name: self._array(value) for name, value in plan.steps.kept.items()}

    def _array(self, value: int) -> Array:
        plan = self.plan
        shape, offset = plan.steps.shapes[value], plan.layout.offsets[value]
        return np.ndarray(shape, plan.dtype, self._memory, offset)

    def __call__(self, inputs: Array | Mapping[str, Array]) -> dict[str, Array]:
        """Run the network.

        Args:
            inputs: An array of shape (batch, *spatial, channels) for the only input, or arrays by
                the names of the inputs.

        Returns:
            The network's outputs and what is kept, by name; the main output is the last of
            `plan.facts.outputs`.

        Raises:
            UsageError: An input is missing, or has another shape.
        """
        return self._run(inputs, self._plain)

    def timed(self, inputs: Array | Mapping[str, Array]) -> tuple[dict[str, Array], list[Timing]]:
        """Run the network with a clock between the steps."""
        seconds = [0.0] * len(self._calls)

        def clocked() -> None:
            for number, call in enumerate(self._calls):
                start = perf_counter()
                call()
                seconds[number] += perf_counter() - start

        results = self._run(inputs, clocked)
        steps = zip(self.plan.steps.steps, self.plan.kernels, seconds, strict=True)
        return results, [Timing(step, kernel.name, time) for step, kernel, time in steps]

    def _plain(self) -> None:
        for call in self._calls:
            call()

    def _run(
        self, inputs: Array | Mapping[str, Array], run: Callable[[], None]
    ) -> dict[str, Array]:
        plan, batch = self.plan, self.plan.facts.batch
        given = _by_name(inputs, plan.steps.inputs)
        for name, array in given.items():
            _check(name, array, (batch, *self._inputs[name].shape[1:]))
        results = {
            name: np.empty((batch, *array.shape[1:]), plan.dtype)
            for name, array in self._kept.items()
        }
        with np.errstate(all="ignore"), _small_buffers():
            for start in range(0, batch, plan.samples):
                part = slice(start, start + plan.samples)
                for name, place in self._inputs.items():
                    np.copyto(place, given[name][part])
                run()
                for name, array in self._kept.items():
                    results[name][part] = array
        return results


@contextmanager
def _small_buffers() -> Iterator[None]:
    """Have NumPy add up long rows where they lie, which takes half the time.

    What is not contiguous it copies to a buffer first, unless no few rows fit there.
    """
    size = np.setbufsize(_BUFFER_VALUES)
    try:
        yield
    finally:
        np.setbufsize(size)


def _by_name(inputs: Array | Mapping[str, Array], names: Mapping[str, int]) -> dict[str, Array]:
    if not isinstance(inputs, Mapping):
        if len(names) != 1:
            listed = ", ".join(map(show, names))
            raise UsageError(
                f"the network has {len(names)} inputs; give an array for each: {listed}"
            )
        return {next(iter(names)): np.asarray(inputs)}
    if set(inputs) != set(names):
        given, needed = (", ".join(map(show, sorted(group))) for group in (inputs, names))
        raise UsageError(f"the inputs are {needed}, not {given}")
    return {name: np.asarray(array) for name, array in inputs.items()}


def _check(name: str, array: Array, needed: Sizes) -> None:
    if array.dtype.kind not in "fiub":
        raise UsageError(f"input {show(name)} holds {array.dtype}; real numbers are needed")
    if array.shape != needed:
        given = format_shape(array.shape) or "one number"
        raise UsageError(
            f"input {show(name)} is {given}, but {format_shape(needed)} is needed:"
            " the batch, then the sizes, channels last"
        )


def _aligned(n_bytes: int) -> Array:
    memory = np.empty(n_bytes + ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % ALIGNMENT
    return memory[start : start + n_bytes]

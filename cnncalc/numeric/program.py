"""A network made ready to run: planned in integers, loaded once, run as often as wanted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.ir.shapes import Sizes, format_shape
from cnncalc.numeric.folding import step_weights
from cnncalc.numeric.kernels import choose
from cnncalc.numeric.kernels.kernel import Array, Crew, Kernel, Site
from cnncalc.numeric.planning import Layout, lay_out
from cnncalc.numeric.steps import Step, Steps, trace
from cnncalc.spec.problems import show

_ALIGNMENT = 64


class Memory(NamedTuple):
    """Bytes that a run needs, known before anything is allocated.

    Attributes:
        weights: Weights, in the form that the kernels keep them in.
        activations: Values that live at the same time, at most.
        scratch: Working memory of the kernels.
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

    Args:
        facts: The network's facts. Their batch is the batch of every run; their dtype has to be
            float32 or float64.
        keep: Names of layers whose outputs are wanted besides the network's own.
        training: Whether batch normalisation uses the moments of the batch, as in training.
            Dropout stays off.
        fuse: Whether batch norms are folded into weights, and additions and activations are done
            together with the product before them. In training nothing is.
        exact: Whether an output depends on the cells of its window only, in floating point too.
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
        self.steps: Steps = trace(facts, keep, fuse=fuse and not training)
        self.kernels: list[Kernel[Any]] = [
            choose(self._site(step, training, exact)) for step in self.steps.steps
        ]
        in_place = [kernel.in_place for kernel in self.kernels]
        self.layout: Layout = lay_out(self.steps, self.dtype.itemsize, in_place)

    def _site(self, step: Step, training: bool, exact: bool) -> Site[Any]:
        shapes = self.steps.shapes
        inputs = tuple(shapes[value] for value in step.inputs)
        then = tuple(step.then)
        return Site(step.primitive, inputs, shapes[step.output], self.dtype, training, then, exact)

    @cached_property
    def memory(self) -> Memory:
        """Bytes that a run needs."""
        steps = self.steps
        results = sum(np.prod(steps.shapes[value], dtype=object) for value in steps.kept.values())
        return Memory(
            sum(kernel.weight_bytes for kernel in self.kernels),
            self.layout.n_bytes,
            self.scratch_bytes,
            int(results) * self.dtype.itemsize,
        )

    @property
    def scratch_bytes(self) -> int:
        """Working memory for all threads together."""
        most = max((kernel.scratch_bytes for kernel in self.kernels), default=0)
        return -(-most // _ALIGNMENT) * _ALIGNMENT * self.n_threads


class Timing(NamedTuple):
    """How long a step took.

    Attributes:
        step: The step.
        kernel: Name of the way in which it was computed.
        seconds: Wall time.
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
        for step, kernel in zip(plan.steps.steps, plan.kernels, strict=True):
            kernel.load(step_weights(step, weights, plan.dtype))
        self._memory = _aligned(plan.layout.n_bytes)
        scratch = _aligned(plan.scratch_bytes)
        self._calls: list[Callable[[], None]] = [
            kernel.bind(
                [self._array(value) for value in step.inputs],
                self._array(step.output),
                crew,
                scratch,
            )
            for step, kernel in zip(plan.steps.steps, plan.kernels, strict=True)
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
        self._take(inputs)
        with np.errstate(all="ignore"):
            for call in self._calls:
                call()
        return self._results()

    def timed(self, inputs: Array | Mapping[str, Array]) -> tuple[dict[str, Array], list[Timing]]:
        """Run the network with a clock between the steps."""
        self._take(inputs)
        timings = []
        with np.errstate(all="ignore"):
            for call, step, kernel in zip(
                self._calls, self.plan.steps.steps, self.plan.kernels, strict=True
            ):
                start = perf_counter()
                call()
                timings.append(Timing(step, kernel.name, perf_counter() - start))
        return self._results(), timings

    def _take(self, inputs: Array | Mapping[str, Array]) -> None:
        for name, array in _by_name(inputs, self.plan.steps.inputs).items():
            place = self._inputs[name]
            if array.shape != place.shape:
                raise UsageError(_misfit(name, array.shape, place.shape))
            np.copyto(place, array)

    def _results(self) -> dict[str, Array]:
        return {name: array.copy() for name, array in self._kept.items()}


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


def _misfit(name: str, given: Sizes, needed: Sizes) -> str:
    return (
        f"input {show(name)} has shape {format_shape(given) or 'of one number'}, but"
        f" {format_shape(needed)} is needed: the batch, then the sizes, channels last"
    )


def _aligned(n_bytes: int) -> Array:
    memory = np.empty(n_bytes + _ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % _ALIGNMENT
    return memory[start : start + n_bytes]

"""What a network makes of an input that moved: does its output move along, or stay as it is?

A layer f is *equivariant* if moving and computing may be exchanged, `f(shift x) = shift f(x)`, as
in a convolution. It is *invariant* where `f(shift x) = f(x)`, as max pooling nearly is for small
moves. Both hold away from the border only, where nothing new comes into sight.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.axis_fields import axis_fields
from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.ir.graph import Graph
from cnncalc.numeric.kernels.kernel import Array
from cnncalc.numeric.memory import check_memory
from cnncalc.numeric.predicted_fields import sizes
from cnncalc.numeric.probing import Intact, Line, line
from cnncalc.numeric.program import Plan, Program
from cnncalc.numeric.threads import crew, usable_cores
from cnncalc.numeric.weights import matched, own_or_initial
from cnncalc.spec.network import Network
from cnncalc.spec.problems import show

# values closer than this part of the layer's largest are the same, but for rounding
_ROUNDING = {"float32": 1e-5, "float64": 1e-12}


class LayerShift(NamedTuple):
    """What became of a layer's output when the input moved.

    Attributes:
        name: Its name.
        op: What it is.
        output_shape: Its output's shape, without the batch.
        stride: Effective stride along the axis of the move; None where there is none.
        n_inside: Cells along that axis whose fields lie inside the input before and after; 0 where
            every field reaches the border, and then all outputs are compared.
        changed: Share of the outputs compared whose value at its place changed.
        difference: `‖f(shift x) - f(x)‖ / ‖f(x)‖` over them.
        error: `‖f(shift x) - shift f(x)‖ / ‖f(x)‖` over them, for a layer whose output ought to
            move by a whole number of cells; None for others, and where no field lies inside.
    """

    name: str
    op: str
    output_shape: tuple[int, ...]
    stride: int | Fraction | None
    n_inside: int
    changed: float
    difference: float
    error: float | None


def shift(
    network: Network,
    inputs: Array,
    *,
    by: int = 1,
    weights: Mapping[str, Array] | None = None,
    dtype: str = "float32",
    seed: int = 0,
    threads: int | None = None,
    max_memory: int | None = None,
) -> list[LayerShift]:
    """Move an input along its last spatial axis, to the right, and compare all layers.

    Args:
        network: A network with one input.
        inputs: One sample, of shape (1, *spatial, channels).
        by: Cells to move it by. What comes into sight repeats the border.
        weights: Arrays by `<layer>.<weight>`. If not given, those that an imported model came with,
            or else drawn at random.
        dtype: float32 or float64.
        seed: What random weights are drawn from.
        threads: How many to use; as many as there are cores if not given.
        max_memory: Bytes that it may take; what the machine has free if not given.

    Raises:
        UsageError: The network has several inputs or one without cells, the move is longer than the
            input, the network cannot be run, or values leave the range of the element type.
    """
    facts = analyze(network, batch=2, dtype=dtype)
    both = _both(facts, np.asarray(inputs, dtype), by)
    threads = usable_cores() if threads is None else threads
    names = [layer.name for layer in facts.layers]
    plan = Plan(facts, keep=names, fuse=False, exact=True, n_threads=threads)
    check_memory(plan.memory, max_memory)
    arrays = own_or_initial(network, facts, seed=seed, dtype=dtype) if weights is None else weights
    with crew(threads) as hands:
        outputs = Program(plan, matched(arrays, facts, dtype), hands)(both)
    for layer in facts.layers:
        if not np.isfinite(outputs[layer.name]).all():
            name = show(layer.name)
            raise UsageError(f"layer {name} gives values that are not finite; take other weights")
    reach = _reach(network.graph, both.shape[-2])
    return [
        _compared(layer, reach.get(layer.node.index), outputs[layer.name], by, _ROUNDING[dtype])
        for layer in facts.layers
    ]


def check_inputs(names: Collection[str]) -> None:
    """Refuse a network with several inputs, or none, as it is not known which is to move.

    Raises:
        UsageError: There are.
    """
    if len(names) != 1:
        listed = f": {', '.join(map(show, names))}" if names else ""
        raise UsageError(f"one input is moved, but the network has {len(names)}{listed}")


def _both(facts: NetworkFacts, inputs: Array, by: int) -> Array:
    """The input as it is, and moved."""
    check_inputs(facts.inputs)
    shape = sizes(next(iter(facts.inputs.values())))
    if len(shape) < 2:
        raise UsageError("the input is a vector, which has no cells to be moved by")
    if not 1 <= by < shape[-2]:
        raise UsageError(f"an input {shape[-2]} cells wide moves by 1 to {shape[-2] - 1}, not {by}")
    if inputs.shape != (1, *shape):
        raise UsageError(f"the input has shape {inputs.shape}, but {(1, *shape)} is needed")
    return np.concatenate([inputs, moved(inputs, by)])


def moved(array: Array, by: int) -> Array:
    """An array moved by so many cells along its last axis but one; the border is repeated.

    Shapes:
        …×W×C → …×W×C
    """
    places = np.maximum(np.arange(array.shape[-2]) - by, 0)
    return np.take(array, places, axis=-2)


class _Reach(NamedTuple):
    """What the outputs of a layer see along the axis of the move.

    Attributes:
        line: The field of each; None where all see everything.
        stride: How far they are apart; None where that differs.
        low: First cell of the input that takes part: cropping may have taken others away.
        high: Last cell that does: cells that no window reached are gone.
    """

    line: Line | None
    stride: Fraction | None
    low: int
    high: int

    def inside(self, by: int) -> range:
        """The outputs that see neither padding nor what is new, before and after the move."""
        if self.line is None:
            return range(0)
        fits = np.flatnonzero((self.line.first >= self.low + by) & (self.line.last <= self.high))
        return range(int(fits[0]), int(fits[-1]) + 1) if len(fits) else range(0)


def _reach(graph: Graph, width: int) -> dict[int, _Reach]:
    """The reach of every layer whose map still has the axis of the move, by index."""
    found = {0: _Reach(None, None, 0, width - 1)}
    seen = axis_fields(graph, 0)
    for node in graph.nodes[graph.n_inputs :]:
        one, shape = seen[node.index], sizes(node.lowered.output)
        sources = [found[index] for index in node.inputs if index in found]
        if one is None or not one.axes or len(shape) != len(one.axes) + 1 or not sources:
            continue
        axis = one.axes[-1]
        fields = line(axis, shape[-2], width, Intact((0, width), (0, width)))
        found[node.index] = _Reach(
            None if one.whole else fields,
            axis[0].slope if len(axis) == 1 else None,
            max(int(fields.first.min()), *(source.low for source in sources)),
            min(int(fields.last.max()), *(source.high for source in sources)),
        )
    return found


def _compared(
    layer: LayerFacts, reach: _Reach | None, outputs: Array, by: int, rounding: float
) -> LayerShift:
    before, after = outputs.astype(np.float64)
    inside = range(0) if reach is None else reach.inside(by)
    stride = None if reach is None else reach.stride
    there, here = before, after
    error = None
    if inside:
        part = slice(inside.start, inside.stop)
        there, here = before[..., part, :], after[..., part, :]
        if stride and (by / stride).denominator == 1:
            steps = int(by / stride)
            part = slice(inside.start - steps, inside.stop - steps)
            error = _relative(here, before[..., part, :])
    scale = float(np.abs(there).max(initial=0))
    return LayerShift(
        layer.name,
        layer.op,
        sizes(layer.output_shape),
        stride if stride is None or stride.denominator > 1 else int(stride),
        len(inside),
        float((np.abs(here - there) > rounding * scale).mean()),
        _relative(here, there),
        error,
    )


def _relative(values: Array, others: Array) -> float:
    """`‖values - others‖ / ‖others‖`; 0 where both are nothing but zeros."""
    norm = float(np.linalg.norm(others))
    distance = float(np.linalg.norm(values - others))
    return distance / norm if norm else float(distance > 0)

"""The numbers behind the charts: costs, receptive fields and live memory, layer by layer.

All of it is read from the facts or computed as they are. What is not known is None, never zero.
"""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import NamedTuple, TypeAlias

from cnncalc.analysis.analyze import element_bytes
from cnncalc.analysis.axis_fields import Seen, axis_fields
from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.analysis.fields import Axis
from cnncalc.analysis.history import Buffer, memory_history
from cnncalc.ir.shapes import Shape, Size, Sizes

Span: TypeAlias = tuple[int, int]  # first and last cell


class LayerCost(NamedTuple):
    """What one layer costs; a figure that is not known is None.

    Attributes:
        name: Name of the layer.
        op: What it is.
        scope: The block calls it stands in, outermost first.
        n_params: Parameters; 0 where it uses another layer's.
        n_macs: Multiply-accumulates, for the batch of the facts.
        n_flops: Operations, for the batch.
        weight_bytes: Bytes of parameters and statistics.
        activation_bytes: Bytes of the output, for the batch.
    """

    name: str
    op: str
    scope: tuple[str, ...]
    n_params: Size
    n_macs: Size
    n_flops: Size
    weight_bytes: Size
    activation_bytes: Size


def layer_costs(facts: NetworkFacts) -> tuple[LayerCost, ...]:
    """The cost of every layer, in order; their sums are the totals."""
    return tuple(
        LayerCost(
            layer.name,
            layer.op,
            layer.node.scope,
            layer.n_params,
            layer.n_macs,
            layer.n_flops,
            layer.weight_bytes,
            layer.activation_bytes,
        )
        for layer in facts.layers
    )


class FieldStep(NamedTuple):
    """The receptive field of one layer, and where the one of its middle output lies.

    All but the names is None where it is not known. Cells are counted from 0; those below 0 and
    from the input's size on are in the padding.

    Attributes:
        name: Name of the layer.
        op: What it is.
        input: Name of the input that the field is on.
        input_sizes: Spatial sizes of that input.
        size: Cells per axis from the first to the last, as in the facts: the largest over all
            outputs.
        stride: Effective stride per axis.
        start: First cell that output 0 sees.
        smallest: Size along the path that sees least.
        whole_input: Whether some path sees everything.
        middle: Index per axis of the middle output: `(O - 1) // 2`.
        span: First and last cell per axis that it sees, padding included.
        narrow_span: The same along the path that sees least.
    """

    name: str
    op: str
    input: str | None
    input_sizes: Sizes | None
    size: Sizes | None
    stride: tuple[int | Fraction, ...] | None
    start: Sizes | None
    smallest: Sizes | None
    whole_input: bool
    middle: Sizes | None
    span: tuple[Span, ...] | None
    narrow_span: tuple[Span, ...] | None

    @property
    def seen_span(self) -> tuple[Span, ...] | None:
        """The part of `span` that is input and not padding; last below first where none is."""
        if self.span is None or self.input_sizes is None:
            return None
        pairs = zip(self.span, self.input_sizes, strict=True)
        return tuple((max(first, 0), min(last, size - 1)) for (first, last), size in pairs)

    @property
    def seen_share(self) -> float | None:
        """How much of the input the middle output sees, from 0 to 1, padding left out."""
        if self.seen_span is None or self.input_sizes is None:
            return None
        seen = prod(max(0, last - first + 1) for first, last in self.seen_span)
        return seen / (prod(self.input_sizes) or 1)


class Sight(NamedTuple):
    """What is seen of one input.

    Attributes:
        position: Which input it is.
        seen: Per node of the graph what its outputs see of it; None where that is not known.
    """

    position: int
    seen: list[Seen | None]


def sights(facts: NetworkFacts) -> list[Sight | None]:
    """Per node of the graph the first input of which it is known what the node sees of it."""
    graph = facts.network.graph
    found: list[Sight | None] = [None] * len(graph.nodes)
    for position in range(graph.n_inputs):
        sight = Sight(position, axis_fields(graph, position))
        for index, seen in enumerate(sight.seen):
            if seen is not None and found[index] is None:
                found[index] = sight
    return found


def field_growth(facts: NetworkFacts) -> tuple[FieldStep, ...]:
    """The receptive field of every layer, in order.

    A layer that depends on several inputs has the field on the first of them, as in the facts.
    """
    found = sights(facts)
    return tuple(field_step(facts, layer, found[layer.node.index]) for layer in facts.layers)


def field_step(facts: NetworkFacts, layer: LayerFacts, sight: Sight | None) -> FieldStep:
    """The receptive field of one layer, from what is seen of the input that it depends on."""
    field = layer.receptive_field
    seen = None if sight is None else sight.seen[layer.node.index]
    if field is None or sight is None or seen is None:
        nothing = (None,) * 6
        return FieldStep(layer.name, layer.op, *nothing, False, None, None, None)
    node = facts.network.graph.nodes[sight.position]
    sizes = tuple(size for size in (node.lowered.output or ())[:-1] if size is not None)
    middle = None
    span: tuple[Span, ...] | None = tuple((0, size - 1) for size in sizes)
    narrow = span
    if seen.axes is not None:
        middle = _middle(layer.output_shape, len(seen.axes))
        span = _spans(seen.axes, middle)
        narrow = _spans(_narrowest(seen.smallest or seen.axes), middle)
    known = (field.size, field.stride, field.start, field.smallest, field.whole_input)
    return FieldStep(layer.name, layer.op, node.name, sizes, *known, middle, span, narrow)


def _middle(shape: Shape | None, rank: int) -> Sizes | None:
    sizes = tuple((size - 1) // 2 for size in (shape or ())[:-1] if size is not None)
    return sizes if len(sizes) == rank else None


def _narrowest(smallest: tuple[Axis, ...]) -> tuple[Axis, ...]:
    return tuple((min(axis, key=lambda piece: piece.size),) for axis in smallest)


def _spans(axes: tuple[Axis, ...], middle: Sizes | None) -> tuple[Span, ...] | None:
    if middle is None:
        return None
    spans = [span_at(axis, output) for axis, output in zip(axes, middle, strict=True)]
    return None if None in spans else tuple(span for span in spans if span is not None)


def span_at(axis: Axis, output: int) -> Span | None:
    """First and last cell that an output sees along one axis, over all paths; None for nothing."""
    seen = [span for piece in axis if (span := piece.at(output))]
    if not seen:
        return None
    return min(first for first, _ in seen), max(last for _, last in seen)


class MemoryStep(NamedTuple):
    """One input or layer of a forward pass, at the moment at which most is alive in it.

    Attributes:
        name: Name of the input or layer.
        op: What it is; `input` for an input.
        live_bytes: Bytes of the buffers that are alive; None while one's size is not known.
        at: The moment.
    """

    name: str
    op: str
    live_bytes: Size
    at: int


class LiveMemory(NamedTuple):
    """Memory over the time of a forward pass, in layer order; weights are not in it.

    Attributes:
        steps: One per input and layer.
        buffers: Every buffer, with the moments at which it is born and dies.
        names: Names of the inputs and layers, by the `node` of a buffer.
        peak_bytes: The largest of `live_bytes`, which is the facts' peak; None when not known.
        peak_step: Index of the first step that reaches it.
    """

    steps: tuple[MemoryStep, ...]
    buffers: tuple[Buffer, ...]
    names: tuple[str, ...]
    peak_bytes: Size
    peak_step: int | None

    def alive(self, step: int) -> list[tuple[str, Size]]:
        """The buffers that are alive at a step: which layer made them, and their bytes."""
        at = self.steps[step].at
        return [
            (self.names[buffer.node], buffer.size_bytes)
            for buffer in self.buffers
            if buffer.born <= at and (buffer.died is None or at < buffer.died)
        ]


def live_memory(facts: NetworkFacts) -> LiveMemory:
    """What is alive at every step of a forward pass, for the batch of the facts."""
    graph = facts.network.graph
    sizes = element_bytes(graph, facts.dtype)
    history = memory_history(graph, [size * facts.batch for size in sizes])
    steps = tuple(
        MemoryStep(node.name, node.op, moment.live_bytes, moment.at)
        for node, moment in zip(graph.nodes, history.moments, strict=True)
    )
    live = [step.live_bytes for step in steps]
    peak = None if None in live else max((size for size in live if size is not None), default=0)
    names = tuple(step.name for step in steps)
    where = live.index(peak) if peak is not None and live else None
    return LiveMemory(steps, history.buffers, names, peak, where)

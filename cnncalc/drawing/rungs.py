"""How a receptive field grows: the layers on the way from the input at which it changes."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from cnncalc.analysis.axis_fields import Seen
from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.analysis.fields import Axis
from cnncalc.drawing.series import Sight, Span, span_at
from cnncalc.ir.graph import Graph
from cnncalc.ir.shapes import Size


class Rung(NamedTuple):
    """A layer at which the field changes, or the input.

    Attributes:
        name: Its name.
        op: What it is.
        sizes: Cells that an output sees per axis, from the first to the last; None for all.
        stride: Effective stride per axis; None where paths differ in it, or all is seen.
        spans: First and last cell, per axis, that the output nearest to the middle sees.
    """

    name: str
    op: str
    sizes: tuple[int, ...] | None
    stride: tuple[int | Fraction, ...] | None
    spans: tuple[Span, ...]


class Rungs(NamedTuple):
    """The layers at which a field changes, from the input on.

    Attributes:
        before: The first of them, or all.
        n_left_out: How many in the middle are left out.
        after: The last of them, where some are left out.
    """

    before: list[Rung]
    n_left_out: int
    after: list[Rung]


def rungs(
    facts: NetworkFacts, layer: LayerFacts, sight: Sight, target: tuple[Span, ...], most: int
) -> Rungs:
    """From the input to a layer, along the path that sees most.

    Args:
        facts: The network.
        layer: The layer.
        sight: What is seen of the input that it depends on.
        target: What the output of the layer sees that the picture is about. Of every other layer
            the output is taken that looks at the middle of this, so that the spans lie in another.
        most: How many there may be, an even number.
    """
    graph = facts.network.graph
    changes: list[Rung] = []
    places: list[int] = []
    for index in _path(graph, layer.node.index, sight):
        rung = _rung(facts, index, sight, target)
        if not changes or (rung.sizes, rung.stride) != (changes[-1].sizes, changes[-1].stride):
            changes.append(rung)
            places.append(index)
    n_left_out = max(0, len(changes) - most)
    head = most // 2 if n_left_out else len(changes)
    last = len(changes) - 1  # the layer itself, whose output the target is
    for place in (*range(min(head, last)), *range(head + n_left_out, last)):
        spans = _spans(graph, places[place], sight, target)
        changes[place] = changes[place]._replace(spans=spans)
    return Rungs(changes[:head], n_left_out, changes[head + n_left_out :])


def _rung(facts: NetworkFacts, index: int, sight: Sight, target: tuple[Span, ...]) -> Rung:
    """What the facts say of a node."""
    node, seen = facts.network.graph.nodes[index], sight.seen[index]
    if index == sight.position:
        ones = (1,) * len(target)
        return Rung(node.name, node.op, ones, ones, target)
    field = facts.layers[index - facts.network.graph.n_inputs].receptive_field
    if seen is None or seen.axes is None or field is None:
        return Rung(node.name, node.op, None, None, target)
    return Rung(node.name, node.op, field.size, field.stride, target)


def _path(graph: Graph, index: int, sight: Sight) -> list[int]:
    path = [index]
    while path[-1] != sight.position:
        reached = [source for source in graph.nodes[path[-1]].inputs if sight.seen[source]]
        if not reached:
            break
        path.append(max(reached, key=lambda source: _reach(graph, source, sight.seen[source])))
    return path[::-1]


def _reach(graph: Graph, index: int, seen: Seen | None) -> tuple[bool, bool, int]:
    """How much is seen, for a comparison; gates and what has lost its place come last."""
    if seen is None or seen.axes is None:
        return False, False, 0
    shape = graph.shape_of(index) or ()
    is_map = any(size != 1 for size in shape[:-1])
    return True, is_map, sum(max(piece.size for piece in axis) for axis in seen.axes)


def _spans(graph: Graph, index: int, sight: Sight, target: tuple[Span, ...]) -> tuple[Span, ...]:
    """What the output of a node sees that looks at the middle of the target."""
    seen = sight.seen[index]
    if seen is None or seen.axes is None:
        shape = graph.shape_of(sight.position) or ()
        return tuple((0, size - 1) for size in shape[:-1] if size is not None)
    lengths = (graph.shape_of(index) or ())[:-1]
    if len(seen.axes) != len(target) or len(lengths) != len(target):
        return target
    return tuple(map(_nearest, seen.axes, lengths, target))


def _nearest(axis: Axis, length: Size, target: Span) -> Span:
    """What the output sees whose field has its middle nearest to that of the target."""
    first = span_at(axis, 0)
    if first is None or length is None or length < 1:
        return target
    slope, period = axis[0].slope, len(axis[0].first)
    about = round((sum(target) - sum(first)) / (2 * slope)) if slope else 0
    last = length - 1
    outputs = {min(max(about + step, 0), last) for step in range(-period - 1, period + 2)}
    spans = [span for output in sorted(outputs) if (span := span_at(axis, output))]
    return min(spans, key=lambda span: abs(sum(span) - sum(target)), default=target)

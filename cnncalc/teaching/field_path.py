"""The receptive field as a recurrence: step by step along the path that sees most."""

from __future__ import annotations

from typing import NamedTuple

from cnncalc.analysis.axis_fields import Seen, axis_fields
from cnncalc.analysis.facts import NetworkFacts, ReceptiveField
from cnncalc.ir import primitives as p
from cnncalc.ir.graph import Graph, Lowered, Node
from cnncalc.ir.shapes import Shape
from cnncalc.teaching.formula import Number
from cnncalc.teaching.symbols import alike, names_of_axes
from cnncalc.teaching.worked import Recurrence, Step


class _Reach(NamedTuple):
    """What an output sees along one axis; None where that is everything."""

    size: int
    jump: Number
    start: int


def recurrences(facts: NetworkFacts, index: int) -> tuple[Recurrence, ...]:
    """The steps from the input to a node, once for the axes that are alike.

    Where paths merge, the one is followed that sees most. Layers that change nothing are left out.
    """
    graph = facts.network.graph
    path = _path(facts, index)
    shape = graph.shape_of(path[0]) if path else None
    if shape is None or None in shape or len(shape) < 2:
        return ()
    chain = _chain(graph, path)
    seen = axis_fields(chain, 0)
    rank = len(shape) - 1
    columns = [_steps(chain, seen, axis) for axis in range(rank)]
    return tuple(Recurrence(names_of_axes(rank, axes), columns[axes[0]]) for axes in alike(columns))


def is_branched(facts: NetworkFacts, index: int) -> bool:
    """Whether paths merge on the way to a node."""
    nodes = facts.network.graph.nodes
    return any(len(set(nodes[step].inputs)) > 1 for step in _path(facts, index))


def _path(facts: NetworkFacts, index: int) -> list[int]:
    """The nodes from an input to a node, along which most is seen."""
    graph = facts.network.graph
    fields: list[ReceptiveField | None] = [None] * graph.n_inputs
    fields += [layer.receptive_field for layer in facts.layers]
    reached = _reached(graph, index)
    path = [index]
    while graph.nodes[path[-1]].inputs:
        sources = [source for source in graph.nodes[path[-1]].inputs if reached[source]]
        path.append(max(_mapped(graph, sources), key=lambda source: _sight(fields[source])))
    return path[::-1]


def _mapped(graph: Graph, sources: list[int]) -> list[int]:
    """The sources that are maps, and not gates that hold for every position."""
    shapes = {source: graph.shape_of(source) or () for source in sources}
    maps = [source for source in sources if any(size != 1 for size in shapes[source][:-1])]
    return maps or sources


def _reached(graph: Graph, index: int) -> list[bool]:
    """The nodes that the first input which the node depends on leads to."""
    nodes = graph.nodes
    leads = [False] * len(nodes)
    leads[index] = True
    for node in reversed(nodes[: index + 1]):
        if leads[node.index]:
            for source in node.inputs:
                leads[source] = True
    first = leads.index(True)  # inputs come first
    reached = [node.index == first for node in nodes]
    for node in nodes[graph.n_inputs : index + 1]:
        reached[node.index] = any(reached[source] for source in node.inputs)
    return reached


def _sight(field: ReceptiveField | None) -> tuple[bool, int]:
    """How much is seen, for a comparison; a path that lost its place is the last choice."""
    if field is None or field.size is None:
        return True, 0
    lost = field.whole_input and field.stride is None
    return not lost, sum(field.size)


def _chain(graph: Graph, path: list[int]) -> Graph:
    """The path as a network of its own, with a node per primitive."""
    chain = Graph()
    chain.add_input(graph.nodes[path[0]].name, graph.shape_of(path[0]))
    for index in path[1:]:
        node = graph.nodes[index]
        arriving: Shape | None = chain.nodes[-1].lowered.output
        lowered = node.lowered
        if len(lowered.shapes) < len(lowered.primitives) or not lowered.primitives:
            chain.nodes.append(_link(chain, node, Lowered((arriving,), (), (), (), (), None)))
            continue
        for primitive, shape in zip(lowered.primitives, lowered.shapes, strict=True):
            alone = Lowered((arriving,), (primitive,), (shape,), ((),), (), shape)
            chain.nodes.append(_link(chain, node, alone))
            arriving = shape
    return chain


def _link(chain: Graph, node: Node, lowered: Lowered) -> Node:
    index = len(chain.nodes)
    return Node(index, node.name, node.op, node.layer, (index - 1,), lowered)


def _steps(chain: Graph, seen: list[Seen | None], axis: int) -> tuple[Step, ...]:
    steps = [Step(chain.nodes[0].name, None, None, 1, 1, 0)]
    before: _Reach | None = _Reach(1, 1, 0)
    for node in chain.nodes[1:]:
        found = seen[node.index]
        if found is None:
            steps.append(Step(node.name, None, None, None, None, None, "not known"))
            return tuple(steps)
        after = _reach(found, axis)
        if after is None:
            steps.append(Step(node.name, None, None, None, None, None, "sees everything"))
            return tuple(steps)
        if after != before and before is not None:
            window = _window(node.lowered.primitives[0], axis)
            recurs = window is not None and _follows(before, window, after)
            steps.append(
                Step(
                    node.name,
                    window if recurs else None,
                    (before.size, before.jump) if recurs else None,
                    *after,
                )
            )
        before = after
    return tuple(steps)


def _reach(seen: Seen, axis: int) -> _Reach | None:
    if seen.axes is None or axis >= len(seen.axes):
        return None
    piece = seen.axes[axis][0]  # a path alone is one piece
    slope = piece.slope
    jump: Number = int(slope) if slope.denominator == 1 else slope
    place = piece.at(0)
    return _Reach(piece.size, jump, place[0] if place else 0)


def _window(primitive: p.Primitive, axis: int) -> tuple[int, int, int] | None:
    """F_eff, S and the padding before, of a primitive that slides a window."""
    if isinstance(primitive, p.Convolution):
        kernel = primitive.kernel
    elif isinstance(primitive, p.Pooling):
        kernel = primitive.size
    else:
        return None
    effective = primitive.dilation[axis] * (kernel[axis] - 1) + 1
    return effective, primitive.stride[axis], primitive.padding[axis][0]


def _follows(before: _Reach, window: tuple[int, int, int], after: _Reach) -> bool:
    """Whether the recurrence gives the figures: after an upsampling it need not."""
    kernel, stride, padding = window
    grown = (
        before.size + (kernel - 1) * before.jump,
        before.jump * stride,
        before.start - padding * before.jump,
    )
    return grown == after

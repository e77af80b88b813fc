"""Receptive fields as they are predicted, output by output, and where they can be seen to end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from cnncalc.analysis.axis_fields import Seen, axis_fields
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.analysis.fields import Axis
from cnncalc.ir import primitives as p
from cnncalc.ir.graph import Graph, Node
from cnncalc.ir.primitives import Primitive
from cnncalc.ir.shapes import Pair, Shape, Sizes
from cnncalc.numeric.probing import Intact, Line, line

_TURNED = "axes changed places on the way"
_UNKNOWN = "the field is not known"


class PredictedField(NamedTuple):
    """What the outputs of a layer are predicted to see.

    Attributes:
        position: Of which of the network's inputs.
        seen: What the analysis says; None where it does not know.
        lines: The field of every output, per axis; empty where all see everything.
        obstacle: Why it cannot be compared; empty if it can.
        repeats: Whether padding on the way repeats cells of the map, so that outputs at the border
            see others than the arithmetic of windows says.
        is_bound: Whether less may be seen than predicted. The prediction holds for all channels of
            a place together, but a layer on the way passes on some, or makes cells of them; or
            paths met of which one reaches further along one axis, and one along another.
    """

    position: int
    seen: Seen | None
    lines: tuple[Line, ...]
    obstacle: str
    repeats: bool
    is_bound: bool


def predicted_fields(facts: NetworkFacts) -> list[PredictedField]:
    """The fields of all layers, in order."""
    graph = facts.network.graph
    passes = [_one_input(graph, position) for position in range(graph.n_inputs)]
    return [
        next((field for field in fields if field.seen is not None), fields[0])
        for fields in zip(*passes, strict=True)
    ]


def sizes(shape: Shape | None) -> Sizes:
    """A shape of which all sizes are known, as those of networks that run are."""
    return tuple(size for size in shape or () if size is not None)


def _one_input(graph: Graph, position: int) -> list[PredictedField]:
    seen = axis_fields(graph, position)
    turned, repeats, bound = (_after(graph, is_one) for is_one in (_turns, _repeats, _selects))
    cells = sizes(graph.shape_of(position))[:-1]
    start = tuple(Intact((0, size - 1), (0, size - 1)) for size in cells)
    intact = {position: start}
    memo: dict[tuple[Axis, int, int, Intact], Line] = {}
    of: dict[int, tuple[Line, ...]] = {}
    found = []
    for node in graph.nodes[graph.n_inputs :]:
        one = seen[node.index]
        lines: tuple[Line, ...] = ()
        if one is not None and one.axes and not one.whole and node.index not in turned:
            outputs = sizes(node.lowered.output)  # as they are when it is run
            arriving = _arriving(node, seen, intact)
            keys = list(zip(one.axes, outputs, cells, arriving, strict=False))
            for key in keys:
                if key not in memo:
                    memo[key] = line(*key)
            lines = tuple(memo[key] for key in keys)
            intact[node.index] = tuple(each.intact for each in lines)
        obstacle = _TURNED if node.index in turned else _UNKNOWN if one is None else ""
        paths = [of[k] for k in node.inputs if k in of]
        if bound.intersection(node.inputs) or _is_ragged(lines, paths):
            bound.add(node.index)
        of[node.index] = lines
        flags = node.index in repeats, node.index in bound
        found.append(PredictedField(position, one, lines, obstacle, *flags))
    return found


def _arriving(
    node: Node, seen: Sequence[Seen | None], intact: dict[int, tuple[Intact, ...]]
) -> list[Intact]:
    """Per axis, the cells to which the ends of fields of what feeds a layer get unharmed."""
    sources = [
        (axes, intact[index])
        for index in node.inputs
        if index in intact and (one := seen[index]) is not None and (axes := one.axes)
    ]
    per_axis = []
    for number in range(len(sources[0][1])):
        paths = [(axes[number], ranges[number]) for axes, ranges in sources]
        per_axis.append(
            Intact(
                _widest([(axis, ranges.begin) for axis, ranges in paths], first=True),
                _widest([(axis, ranges.end) for axis, ranges in paths], first=False),
            )
        )
    return per_axis


def _widest(paths: list[tuple[Axis, Pair]], *, first: bool) -> Pair:
    """The range of the path that reaches furthest, which is the one that decides."""
    if all(len(axis) == 1 and len(axis[0].first) == 1 for axis, _ in paths):
        ends = [(axis[0].first if first else axis[0].last)[0] or 0 for axis, _ in paths]
        furthest = min(ends) if first else max(ends)
        paths = [path for path, end in zip(paths, ends, strict=True) if end == furthest]
    return max(low for _, (low, _) in paths), min(high for _, (_, high) in paths)


def _is_ragged(lines: tuple[Line, ...], paths: list[tuple[Line, ...]]) -> bool:
    """Whether paths met of which none sees all that is seen, so that corners may be missing."""
    return len(paths) > 1 and not any(
        len(path) == len(lines)
        and all(
            np.array_equal(one.first, line.first) and np.array_equal(one.last, line.last)
            for one, line in zip(path, lines, strict=True)
        )
        for path in paths
    )


def _after(graph: Graph, is_one: Callable[[Primitive], bool]) -> set[int]:
    """The nodes with such a primitive, and all that come after one."""
    found: set[int] = set()
    for node in graph.nodes:
        if any(map(is_one, node.lowered.primitives)) or found.intersection(node.inputs):
            found.add(node.index)
    return found


def _turns(primitive: Primitive) -> bool:
    """Whether an axis of the map is no longer the same axis of the input."""
    return isinstance(primitive, p.Permute) and primitive.order != tuple(sorted(primitive.order))


def _repeats(primitive: Primitive) -> bool:
    return isinstance(primitive, p.Pad) and primitive.mode != "zero"


def _selects(primitive: Primitive) -> bool:
    return isinstance(primitive, p.DepthToSpace | p.Slice)

"""What would be if: the network with other arguments somewhere, or for another input.

A rule that proposes an edit tries it here first, so that what it proposes mends what it should and
breaks nothing further on. Only what the change reaches is inferred again, and the work is bounded:
when it is used up, the answer is no, and the rule has nothing to propose.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from heapq import heappop, heappush
from typing import NamedTuple

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.borders import Borders
from cnncalc.ir.faults import EmptyOutput, Fault, MergeMismatch
from cnncalc.ir.graph import Lowerable, Lowered, Node, lower
from cnncalc.ir.shapes import Shape, Sizes
from cnncalc.ir.windows import loses
from cnncalc.layers.base import Layer
from cnncalc.linter.fixes import Fix, ReplaceText
from cnncalc.linter.geometry import Values
from cnncalc.source import Node as SourceNode
from cnncalc.source import Scalar, Sequence
from cnncalc.spec.document import parse_shape

_MOST_WORK = 60_000  # layers looked at, of which inferring one costs as much as looking at 20
_INFERRING = 20
_NEAR = 64  # cells that the input may grow or shrink by in any search


class WhatIf:
    """The network as it might be.

    Args:
        facts: The network as it is.
    """

    def __init__(self, facts: NetworkFacts) -> None:
        self._facts = facts
        self._graph = facts.network.graph
        self._work = _MOST_WORK
        self._tried: dict[tuple[int, str], bool] = {}
        self._memo: dict[tuple[int, tuple[Shape | None, ...]], Lowered] = {}
        self._kept: list[object] = []  # an id in the memo must not be given away again

    # ------------------------------------------------------------------------------ other arguments

    def mends(self, layer: LayerFacts, values: Values) -> bool:
        """Whether a layer, in all its copies, is sound with these arguments.

        Sound is what has no fault and leaves no cells unseen; nothing further on may break either.
        """
        place = layer.node.place
        key = (layer.node.index if place is None else id(place), repr(values))
        if key not in self._tried:
            self._tried[key] = self.mends_all([layer], values)
        return self._tried[key]

    def mends_all(self, layers: Iterable[LayerFacts], values: Values) -> bool:
        """Whether several layers are sound with the same arguments; see `mends`."""
        edited: dict[int, Lowerable] = {}
        for layer in layers:
            copies = self._copies(layer.node)
            self._work -= len(copies)
            for node in copies:
                if self._work < 0 or not isinstance(node.layer, Layer):
                    return False
                edited[node.index] = node.layer.model_copy(update=values)
        return self._holds(edited, {}, _Wanted(frozenset(edited)))

    def _copies(self, node: Node) -> list[Node]:
        return [node] if node.place is None else self._by_place[id(node.place)]

    @cached_property
    def _by_place(self) -> dict[int, list[Node]]:
        found: dict[int, list[Node]] = {}
        for node in self._graph.nodes:
            found.setdefault(id(node.place), []).append(node)
        return found

    # --------------------------------------------------------------------------------- other inputs

    @cached_property
    def inputs(self) -> list[Sizes]:
        """The nearest larger and smaller input for which the whole network fits, nearest first.

        Nowhere does a window leave cells unseen, nowhere do sizes not suit each other. Axes of
        equal size grow and shrink together; so do several inputs, where they are of one size, and
        the shape is that of the first.
        """
        return self._search(_Wanted(self._faulty, strict=True))

    def inputs_for(self, layer: LayerFacts) -> list[Sizes]:
        """The nearest inputs for which a layer is sound, whatever is wrong elsewhere already."""
        return self._search(_Wanted(frozenset({layer.node.index}), losses=False))

    def _search(self, wanted: _Wanted) -> list[Sizes]:
        shapes = list(self._facts.inputs.values())
        shape = shapes[0] if shapes else None
        if shape is None or any(other is None or other[:-1] != shape[:-1] for other in shapes):
            return []
        known = tuple([size for size in shape if size is not None])
        if len(known) < len(shape) or len(known) < 2:
            return []
        found = []
        for sign in (1, -1):
            candidate = self._moved(known, sign, wanted)
            if candidate != known and self._fits(candidate, wanted):
                found.append(candidate)
        return sorted(found, key=lambda other: _distance(other, known))

    def _moved(self, shape: Sizes, sign: int, wanted: _Wanted) -> Sizes:
        """The shape with every axis grown or shrunk until nothing is wrong along it."""
        sizes = list(shape)
        for axes in _equal_axes(shape[:-1]):
            step = self._step(shape, axes, sign, wanted)
            for axis in axes:
                sizes[axis] += sign * step
        return tuple(sizes)

    def _step(self, shape: Sizes, axes: Sizes, sign: int, wanted: _Wanted) -> int:
        """How far some axes must go until nothing is wrong along them; 0 if nothing helps."""
        nodes = self._graph.nodes
        wrong = [index for index in wanted.must if self._is_wrong(nodes[index], axes)]
        wanted = wanted.along(frozenset(wrong), axes)
        reach = min(self._reach, max(_NEAR, shape[axes[0]])) if wrong else 0
        for step in range(1, reach + 1):
            moved = [size + sign * step * (axis in axes) for axis, size in enumerate(shape)]
            if self._work < 0 or min(moved) < 1:
                break
            if self._fits(tuple(moved), wanted):
                return step
        return 0

    def _fits(self, shape: Sizes, wanted: _Wanted) -> bool:
        nodes = self._graph.nodes[: self._graph.n_inputs]
        shapes = {node.index: (*shape[:-1], (node.lowered.output or shape)[-1]) for node in nodes}
        return self._holds({}, shapes, wanted)

    @cached_property
    def _faulty(self) -> frozenset[int]:
        """The layers that another input might mend."""
        return frozenset(n.index for n in self._graph.nodes if self._is_wrong(n, None))

    def _is_wrong(self, node: Node, axes: Sizes | None) -> bool:
        return _is_wrong(node.index, node.lowered, axes, self._borders)

    @cached_property
    def _borders(self) -> Borders:
        """What pad layers add: no change that is tried here is one of a pad layer."""
        return Borders(self._graph)

    @cached_property
    def _reach(self) -> int:
        """How far to search: what fits repeats itself after the largest effective stride."""
        fields = (layer.receptive_field for layer in self._facts.layers)
        strides = [int(max(field.stride)) for field in fields if field and field.stride]
        return max([_NEAR, *strides])

    # --------------------------------------------------------------------------------- both of them

    def _holds(
        self, edited: dict[int, Lowerable], inputs: dict[int, Shape], wanted: _Wanted
    ) -> bool:
        """Whether the changed network is as wanted."""
        nodes, readers = self._graph.nodes, self._readers
        outputs: dict[int, Shape | None] = dict(inputs)
        waiting: list[int] = []
        queued: set[int] = set()

        def queue(indices: Iterable[int]) -> None:
            for index in indices:
                if index not in queued:
                    queued.add(index)
                    heappush(waiting, index)

        queue(edited)
        for index, shape in inputs.items():
            if shape != nodes[index].lowered.output:
                queue(readers[index])
        while waiting:
            index = heappop(waiting)
            node = nodes[index]
            layer = edited.get(index, node.layer)
            self._work -= 1 + len(node.inputs)
            if self._work < 0:
                return False
            if layer is None:
                continue  # it was not understood before, and is not now
            shapes = tuple(
                [outputs[i] if i in outputs else nodes[i].lowered.output for i in node.inputs]
            )
            lowered = self._lower(layer, shapes)
            if not wanted.allows(node, lowered, self._borders):
                return False
            if lowered.output != node.lowered.output:
                outputs[index] = lowered.output
                queue(readers[index])
        return wanted.must <= queued

    def _lower(self, layer: Lowerable, shapes: tuple[Shape | None, ...]) -> Lowered:
        key = (id(layer), shapes)
        lowered = self._memo.get(key)
        if lowered is None:
            self._work -= _INFERRING + len(shapes)
            self._kept.append(layer)
            lowered = self._memo[key] = lower(layer, shapes)
        return lowered

    @cached_property
    def _readers(self) -> list[list[int]]:
        readers: list[list[int]] = [[] for _ in self._graph.nodes]
        for node in self._graph.nodes:
            for index in node.inputs:
                readers[index].append(node.index)
        return readers


class _Wanted(NamedTuple):
    """What must be true of a changed network. No layer may have more faults than before.

    Attributes:
        must: Layers that must be sound after the change.
        strict: Whether everything that is inferred again must be, or only not become worse.
        losses: Whether it is unsound to leave cells unseen.
        axes: The only spatial axes that count; None for all that there is.
    """

    must: frozenset[int]
    strict: bool = False
    losses: bool = True
    axes: Sizes | None = None

    def along(self, must: frozenset[int], axes: Sizes) -> _Wanted:
        """The same for some axes."""
        return self._replace(must=must, axes=axes)

    def allows(self, node: Node, after: Lowered, borders: Borders) -> bool:
        """Whether a layer may become this."""
        index, before = node.index, node.lowered
        if len(after.faults) > len(before.faults):
            return False
        wrong = _is_wrong(index, after, self.axes, borders, losses=self.losses)
        if index in self.must:
            return not wrong and _merges(before, after, self.axes) and not self._faulty(after)
        return not wrong or (not self.strict and _is_wrong(index, before, None, borders))

    def _faulty(self, after: Lowered) -> bool:
        return self.axes is None and bool(after.faults)


def _is_wrong(
    index: int, lowered: Lowered, axes: Sizes | None, borders: Borders, *, losses: bool = True
) -> bool:
    """Whether a window leaves cells unseen, or the sizes that meet in a layer do not suit it."""
    if losses:
        for windows in borders.windows(index, lowered):
            for axis, window in enumerate(windows):
                if (axes is None or axis in axes) and loses(window):
                    return True
    return any(_is_about(fault, axes) for fault in lowered.faults)


def _merges(before: Lowered, after: Lowered, axes: Sizes | None) -> bool:
    """Whether paths that differed are equal now: one that shrank to a gate is not meant."""
    for fault in before.faults:
        if isinstance(fault, MergeMismatch):
            for axis in fault.axes:
                if axes is None or axis in axes:
                    if len({shape and shape[axis] for shape in after.inputs}) > 1:
                        return False
    return True


def _is_about(fault: Fault, axes: Sizes | None) -> bool:
    match fault:
        case MergeMismatch():
            spatial = [axis for axis in fault.axes if axis < len(fault.shapes[0]) - 1]
            return bool(spatial) and (axes is None or bool(set(spatial) & set(axes)))
        case EmptyOutput():
            return axes is None or fault.axis in axes
        case _:
            return False


def _equal_axes(sizes: Sizes) -> list[Sizes]:
    """Axes grouped by size: those of a square go together."""
    return [
        tuple(axis for axis, other in enumerate(sizes) if other == size)
        for size in dict.fromkeys(sizes)
    ]


def _distance(one: Sizes, other: Sizes) -> int:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


def set_input(facts: NetworkFacts, shape: Sizes) -> Fix | None:
    """A fix that gives the network another input; None where it is not a plain shape."""
    document = facts.network.document
    node = document.section("input")
    if document.source is None or node is None:
        return None
    known, place = document.inputs.get("input", (None, None))
    if place is not node or parse_shape(_plain(node)) != known:
        return None  # an expression, a variant or the caller gave it
    text = "x".join(map(str, shape))
    if isinstance(node, Sequence):
        if document.source.text[node.start] != "[":
            return None
        text = f"[{', '.join(map(str, shape))}]"
    return Fix(f"set input to {text}", (ReplaceText(node.span, text),))


def _plain(node: SourceNode) -> object:
    if isinstance(node, Sequence):
        return [item.value for item in node.items if isinstance(item, Scalar)]
    return node.value if isinstance(node, Scalar) else None

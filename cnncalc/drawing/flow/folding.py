"""Which layers share a box: blocks that are not opened, and equal blocks in a row."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from cnncalc.ir.graph import Graph, Node
from cnncalc.ir.primitives import Convolution, Dropout, Pooling, TransposedConvolution
from cnncalc.ir.shapes import Sizes

Path = tuple[str, ...]


class Part(NamedTuple):
    """A layer, or the layers of a block that is not opened.

    Attributes:
        nodes: Its nodes, by index, in order.
        path: The block call that it stands for; empty for a layer.
        times: How many blocks in a row it stands for.
        differs: Whether the first of them differs from the others, which are equal.
    """

    nodes: tuple[int, ...]
    path: Path = ()
    times: int = 1
    differs: bool = False


class Folded(NamedTuple):
    """The parts of a network.

    Attributes:
        parts: The parts, in topological order.
        part_of: Position in `parts` by index of the node; the layers of a block that is left out,
            because it equals the one before, are found where that one's are.
        last_of: The layer that a layer that is shown stands for last: itself, or its last copy.
        times: How many blocks in a row an opened block stands for, if more than one.
    """

    parts: list[Part]
    part_of: list[int]
    last_of: list[int]
    times: dict[Path, int]


class _Call(NamedTuple):
    """The layers of a block call, from `start` up to `stop`."""

    path: Path
    start: int
    stop: int


def folded(graph: Graph, depth: int, *, once: bool) -> Folded:
    """The parts of a network with `depth` levels of blocks opened.

    Args:
        graph: The network.
        depth: How many levels of blocks are opened.
        once: Whether of equal opened blocks in a row only the first is kept.
    """
    return _Folder(graph, depth).run(once=once)


def stem_of(name: str) -> str:
    """The name of a block without the number of the call: `Bottleneck` of `Bottleneck_2`."""
    stem, _, number = name.rpartition("_")
    return stem if stem and number.isdecimal() else name


class _Folder:
    def __init__(self, graph: Graph, depth: int) -> None:
        self._nodes = graph.nodes
        self._depth = depth
        size = len(self._nodes)
        self._alias = list(range(size))
        self._last = list(range(size))
        self._furthest = [-1] * size  # the last reader of a node
        for node in self._nodes:
            for index in node.inputs:
                self._furthest[index] = max(self._furthest[index], node.index)
        for index in graph.outputs:
            self._furthest[index] = size

    def run(self, *, once: bool) -> Folded:
        times: dict[Path, int] = {}
        if once:
            for level in range(1, self._depth + 1):
                for run in self._runs(level, first_may_differ=False):
                    if len(run) > 1:
                        times[run[0].path] = len(run)
                        self._drop_copies(run)
        parts = [
            Part(tuple(range(run[0].start, run[-1].stop)), run[0].path, len(run), differs)
            if run[0].path
            else Part((run[0].start,))
            for run in self._runs(self._depth + 1, first_may_differ=True)
            for differs in [len(run) > 1 and not self._equal(run[0], run[1])]
        ]
        part_of = [-1] * len(self._nodes)
        for position, part in enumerate(parts):
            for index in part.nodes:
                part_of[index] = position
        for index, alias in enumerate(self._alias):
            part_of[index] = part_of[alias]  # never later than the node itself
        return Folded(parts, part_of, self._last, times)

    def _drop_copies(self, run: list[_Call]) -> None:
        first = run[0]
        for copy in run[1:]:
            for offset in range(first.stop - first.start):
                self._alias[copy.start + offset] = first.start + offset
                self._last[first.start + offset] = self._last[copy.start + offset]

    def _runs(self, level: int, *, first_may_differ: bool) -> Iterator[list[_Call]]:
        """The block calls of a level, equal ones in a row together, and the layers between."""
        run: list[_Call] = []
        for call in self._calls(level):
            if run and not self._continues(run, call, first_may_differ):
                yield run
                run = []
            run.append(call)
        if run:
            yield run

    def _calls(self, level: int) -> Iterator[_Call]:
        kept = (node for node in self._nodes if self._alias[node.index] == node.index)
        for key, members in groupby(kept, lambda node: _key(node, level)):
            indices = [node.index for node in members]
            path = () if isinstance(key, int) else key
            yield _Call(path, indices[0], indices[-1] + 1)

    def _continues(self, run: list[_Call], call: _Call, first_may_differ: bool) -> bool:
        before = run[-1]
        if not before.path or not call.path or before.path[:-1] != call.path[:-1]:
            return False
        if before.stop != call.start or not self._follows(before, call):
            return False
        if stem_of(before.path[-1]) != stem_of(call.path[-1]):
            return False
        if self._equal(before, call):
            return True
        return first_may_differ and len(run) == 1 and self._similar(before, call)

    def _follows(self, before: _Call, call: _Call) -> bool:
        """Whether the second reads the last layer of the first and nothing else, and alone does.

        No other layer of a block can be read from outside.
        """
        if self._furthest[before.stop - 1] >= call.stop:
            return False
        sources = {index for node in self._of(call) for index in node.inputs if index < call.start}
        return sources == {before.stop - 1}

    def _equal(self, one: _Call, other: _Call) -> bool:
        if one.stop - one.start != other.stop - other.start:
            return False
        pairs = zip(self._of(one), self._of(other), strict=True)
        return all(_sign(a, one.start) == _sign(b, other.start) for a, b in pairs) and all(
            node.layer is not None and not node.lowered.faults for node in self._of(one)
        )

    def _similar(self, first: _Call, other: _Call) -> bool:
        """Whether one has all the layers of the other, in order, and gives the same shape.

        Strides and filters may differ, windows may not.
        """
        shapes = [self._nodes[call.stop - 1].lowered.output for call in (first, other)]
        if shapes[0] != shapes[1] or shapes[0] is None:
            return False
        both = [[_window(node) for node in self._of(call)] for call in (first, other)]
        shorter, longer = sorted(both, key=len)
        rest = iter(longer)
        return all(layer in rest for layer in shorter)

    def _of(self, call: _Call) -> list[Node]:
        return self._nodes[call.start : call.stop]


def _key(node: Node, level: int) -> Path | int:
    return node.scope[:level] if len(node.scope) >= level else node.index


def _sign(node: Node, start: int) -> tuple[object, ...]:
    """What equal layers of equal blocks have in common; shapes may differ.

    So may the rates of dropped paths, which grow from block to block.
    """
    inner = tuple(index - start if index >= start else None for index in node.inputs)
    match node.lowered.primitives:
        case (Dropout("path"),):
            return node.op, inner
        case primitives:
            return node.op, primitives, inner


def _window(node: Node) -> tuple[str, Sizes]:
    """The op, and the size of the window that it slides."""
    match node.lowered.primitives[:1]:
        case ((Convolution() | TransposedConvolution()) as convolution,):
            return node.op, convolution.kernel
        case (Pooling() as pooling,):
            return node.op, pooling.size
        case _:
            return node.op, ()

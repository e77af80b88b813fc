"""Peak memory of a forward pass, by liveness over the graph in layer order.

A buffer lives from the step that writes it to the last step that reads it; outputs live to the end.
Flatten, reshape, dropout and identity share their input's buffer, an activation that is its input's
only reader works in place, everything else, a concat too, writes a buffer of its own.
"""

from __future__ import annotations

from typing import NamedTuple

from cnncalc.ir import primitives as p
from cnncalc.ir.graph import Graph, Lowered, Node
from cnncalc.ir.shapes import Size, n_elements

_NEW, _SHARES, _IN_PLACE = range(3)


class Peak(NamedTuple):
    """The largest sum of live buffers, and the node at which it is reached; None when unknown."""

    size_bytes: Size
    node: int | None


def peak_memory(graph: Graph, bytes_per_element: list[int]) -> Peak:
    """Peak over the steps of a forward pass, inputs included and weights not.

    Args:
        graph: The layers.
        bytes_per_element: Bytes that an element of each node's output takes, times the batch.
    """
    liveness = Liveness(graph, bytes_per_element)
    try:
        for node in graph.nodes:
            liveness.run(node)
    except _UnknownSize:
        return Peak(None, None)
    return Peak(liveness.peak, liveness.peak_node)


class _UnknownSize(Exception):
    pass


class Liveness:
    """Runs a network on paper, and knows at every step what is in use.

    Args:
        graph: The layers.
        bytes_per_element: As for `peak_memory`.

    Attributes:
        peak: The most bytes in use so far.
        peak_node: The node at which that was reached first.
    """

    def __init__(self, graph: Graph, bytes_per_element: list[int]) -> None:
        self._bytes_per_element = bytes_per_element
        self._readers = _count_readers(graph)
        self._owner: list[int] = []  # per node, the buffer that its output lies in
        self._size: list[int] = []  # per buffer
        self._pending: list[int] = []  # per buffer, reads still to come
        self._kinds: dict[Lowered, list[tuple[int, Size]]] = {}
        self._live = 0
        self.peak = 0
        self.peak_node: int | None = None

    def run(self, node: Node) -> None:
        """One layer, primitive by primitive."""
        index, inputs = node.index, node.inputs
        unit = self._bytes_per_element[index]
        value: int | None = None  # buffer of the layer's own, none while its input's still serves
        for kind, elements in self._steps(node):
            if kind == _SHARES or (kind == _IN_PLACE and self._may_overwrite(inputs, value)):
                continue
            fresh = self._allocate(None if elements is None else elements * unit, index)
            for buffer in [self._owner[i] for i in inputs] if value is None else [value]:
                self._read(buffer)
            value = fresh
        if value is None:
            value = self._owner[inputs[0]]
        self._owner.append(value)
        self._pending[value] += self._readers[index]
        self._read(value)

    def _steps(self, node: Node) -> list[tuple[int, Size]]:
        lowered = node.lowered
        steps = self._kinds.get(lowered)
        if steps is None:
            if lowered.primitives and lowered.output is not None:
                kinds = map(_kind, lowered.primitives)
                steps = list(zip(kinds, map(n_elements, lowered.shapes), strict=False))
            else:
                steps = [(_NEW, n_elements(lowered.output))]
            self._kinds[lowered] = steps
        return steps

    def _may_overwrite(self, inputs: tuple[int, ...], value: int | None) -> bool:
        if value is not None:
            return True
        return self._readers[inputs[0]] == 1 and self._pending[self._owner[inputs[0]]] == 1

    def _allocate(self, size: Size, node: int) -> int:
        if size is None:
            raise _UnknownSize
        self._size.append(size)
        self._pending.append(1)
        self._live += size
        if self._live > self.peak:
            self.peak, self.peak_node = self._live, node
        return len(self._size) - 1

    def _read(self, buffer: int) -> None:
        self._pending[buffer] -= 1
        if not self._pending[buffer]:
            self._live -= self._size[buffer]


def _kind(primitive: p.Primitive) -> int:
    match primitive:
        case p.Reshape() | p.Dropout() | p.Identity():
            return _SHARES
        case p.Activation():
            return _IN_PLACE
        case _:
            return _NEW


def _count_readers(graph: Graph) -> list[int]:
    readers = [0] * len(graph.nodes)
    for node in graph.nodes:
        for index in node.inputs:
            readers[index] += 1
    for index in graph.outputs:
        readers[index] += 1
    return readers

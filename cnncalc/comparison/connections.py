"""Whether paired layers read the same."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.comparison.matching import UNORDERED, Matching
from cnncalc.ir.graph import Graph, Node

_MOST_SOURCES = 50


class Connections:
    """What paired layers read, as far as it can be compared.

    A layer that is there in one network only is looked through: what reads an inserted layer reads
    the same as before if the inserted layer does.
    """

    def __init__(self, before: NetworkFacts, after: NetworkFacts, matching: Matching) -> None:
        self._before = _Sources(before.network.graph, matching.forth)
        self._after = _Sources(after.network.graph, matching.back)
        self._forth = matching.forth

    def agree(self, before: Node, after: Node) -> bool:
        """Whether two paired layers read the same."""
        pairs = before.op in UNORDERED and len(before.inputs) <= _MOST_SOURCES
        return self.same(before.inputs, after.inputs, any_order=pairs)

    def same(self, before: Sequence[int], after: Sequence[int], *, any_order: bool = False) -> bool:
        """Whether the nodes of two lists are the same ones."""
        if len(before) != len(after):
            return False
        if not any_order:
            return all(map(self._same, before, after))
        left = list(after)
        for node in before:
            found = next((other for other in left if self._same(node, other)), None)
            if found is None:
                return False
            left.remove(found)
        return True

    def _same(self, before: int, after: int) -> bool:
        firsts, seconds = self._before.of(before), self._after.of(after)
        if firsts is None or seconds is None:
            return True  # what is behind it is not followed; that it is new is said all the same
        return any(self._forth[node] in seconds for node in firsts)


class _Sources:
    """The paired nodes that are seen through those that are not, per node."""

    def __init__(self, graph: Graph, paired: dict[int, int]) -> None:
        self._found: list[frozenset[int] | None] = []
        for node in graph.nodes:
            if node.index in paired:
                self._found.append(frozenset((node.index,)))
            else:
                self._found.append(self._behind(node))

    def _behind(self, node: Node) -> frozenset[int] | None:
        if len(node.inputs) == 1:
            return self._found[node.inputs[0]]
        sets = [self._found[index] for index in node.inputs]
        known = [found for found in sets if found is not None]
        if len(known) < len(sets) or sum(map(len, known)) > _MOST_SOURCES:
            return None
        return frozenset().union(*known)

    def of(self, index: int) -> frozenset[int] | None:
        """The paired nodes behind a node, itself if it is one; None if there are too many."""
        return self._found[index]

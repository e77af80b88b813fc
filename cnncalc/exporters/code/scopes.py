"""Which blocks of a spec are called where: the graph as a tree of block calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.ir.graph import Graph, Node
from cnncalc.source import Mapping, Scalar, Sequence
from cnncalc.source import Node as SourceNode

_NUMBERED = re.compile(r"(.+)_[0-9]+", re.DOTALL)


@dataclass
class Scope:
    """A block call, or the whole network.

    Attributes:
        path: The block calls, outermost first; empty for the network.
        block: Name of the block; empty for the network.
        items: Nodes, by index, and inner calls, in order.
        inputs: Nodes outside whose outputs it reads, in order of first use.
        output: The node whose output it gives; -1 for the network.
    """

    path: tuple[str, ...] = ()
    block: str = ""
    items: list[int | Scope] = field(default_factory=list)
    inputs: tuple[int, ...] = ()
    output: int = -1

    def nodes(self) -> Iterator[int]:
        """Every node in it, those of inner calls included."""
        for item in self.items:
            if isinstance(item, Scope):
                yield from item.nodes()
            else:
                yield item

    def calls(self) -> Iterator[Scope]:
        """Every block call in it, inner ones before those that they stand in."""
        for item in self.items:
            if isinstance(item, Scope):
                yield from item.calls()
                yield item


def reachable(graph: Graph) -> list[int]:
    """The layers that an output depends on, in order; the network computes no others."""
    wanted = set(graph.outputs)
    for node in reversed(graph.nodes):
        if node.index in wanted:
            wanted.update(node.inputs)
    return [node.index for node in graph.nodes[graph.n_inputs :] if node.index in wanted]


def scopes_of(facts: NetworkFacts) -> Scope:
    """The network as a tree of block calls.

    Calls that cannot be a function are dissolved into where they stand: those that give several
    values out, and those that share weights, whose layers must be one object.
    """
    graph = facts.network.graph
    indices = reachable(graph)
    root = _nested(graph, indices)
    readers: dict[int, set[int]] = {}
    for index in indices:
        for source in graph.nodes[index].inputs:
            readers.setdefault(source, set()).add(index)
    _Dissolving(graph, readers).visit(root)
    blocks = _Blocks(facts)
    for scope in root.calls():
        scope.block = blocks.name_of(scope)
    return root


def _nested(graph: Graph, indices: list[int]) -> Scope:
    root = Scope()
    stack = [root]
    for index in indices:
        path = graph.nodes[index].scope
        while stack[-1].path != path[: len(stack) - 1]:
            stack.pop()
        while len(stack) - 1 < len(path):
            inner = Scope(path[: len(stack)])
            stack[-1].items.append(inner)
            stack.append(inner)
        stack[-1].items.append(index)
    return root


class _Dissolving:
    def __init__(self, graph: Graph, readers: dict[int, set[int]]) -> None:
        self._graph = graph
        self._readers = readers
        self._outputs = set(graph.outputs)
        sharing = {node.index for node in graph.nodes if node.shares is not None}
        self._sharing = sharing | {n.shares for n in graph.nodes if n.shares is not None}

    def visit(self, scope: Scope) -> None:
        """Find inputs and output of every call, or dissolve it."""
        items: list[int | Scope] = []
        for item in scope.items:
            if isinstance(item, Scope):
                self.visit(item)
                if not self._settle(item):
                    items += item.items
                    continue
            items.append(item)
        scope.items = items

    def _settle(self, scope: Scope) -> bool:
        inside = set(scope.nodes())
        sources = [source for index in inside_order(scope) for source in self._node(index).inputs]
        scope.inputs = tuple(dict.fromkeys(s for s in sources if s not in inside))
        given = [i for i in inside if i in self._outputs or self._readers.get(i, set()) - inside]
        if len(given) != 1 or not scope.inputs or inside & self._sharing:
            return False
        scope.output = given[0]
        return True

    def _node(self, index: int) -> Node:
        return self._graph.nodes[index]


def inside_order(scope: Scope) -> list[int]:
    """The nodes of a scope in the order of the graph."""
    return sorted(scope.nodes())


class _Blocks:
    """Finds the block that a call is of: by the call's name, or by where its layers are written."""

    def __init__(self, facts: NetworkFacts) -> None:
        self._graph = facts.network.graph
        self._blocks = facts.network.document.blocks
        self._places: dict[int, str] = {}
        for name, block in self._blocks.items():
            for place in _descendants(block.layers):
                self._places.setdefault(id(place), name)

    def name_of(self, scope: Scope) -> str:
        own = scope.path[-1]
        numbered = _NUMBERED.fullmatch(own)
        base = numbered[1] if numbered else own
        if base in self._blocks:
            return base
        for item in scope.items:
            if not isinstance(item, Scope):
                found = self._places.get(id(self._graph.nodes[item].place))
                if found is not None:
                    return found
        return base


def _descendants(node: SourceNode) -> Iterator[SourceNode]:
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        match current:
            case Sequence(items):
                stack += items
            case Mapping(entries):
                stack += [inner for _, inner in entries]
            case Scalar():
                pass

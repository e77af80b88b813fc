"""A chain of layers as the feature maps that are drawn of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.drawing.palette import Role, role_of
from cnncalc.errors import UsageError
from cnncalc.ir import primitives as p
from cnncalc.ir.graph import Graph, Node
from cnncalc.ir.shapes import Shape
from cnncalc.layers import families
from cnncalc.source.printable import printable

MOST_MAPS = 160  # that are drawn of a chain; those in the middle are left out
_QUIET = ("activation", "normalization", "regularization", "special")  # families that are folded in


class Folded(NamedTuple):
    """A layer, or an activation of one, that changes the values of a map and not its shape.

    Attributes:
        layer: Name of the layer.
        role: What colour it has.
        word: What it is called.
    """

    layer: str
    role: Role
    word: str


@dataclass
class FeatureMap:
    """A map that is drawn.

    Attributes:
        node: The input, or the layer, that gives it.
        folded: What is done to its values before the next layer gets it.
        flattened: Name of the flattening before it that is not drawn, or None.
    """

    node: Node
    folded: list[Folded] = field(default_factory=list)
    flattened: str | None = None

    @property
    def shape(self) -> Shape | None:
        """Its shape."""
        return self.node.lowered.output


class Omitted(NamedTuple):
    """Maps in the middle of a long chain that are not drawn.

    Attributes:
        n_maps: How many.
    """

    n_maps: int


def is_chain(facts: NetworkFacts) -> bool:
    """Whether every layer has one input, the layer before it, and the last gives the output."""
    return _branching(facts.network.graph) is None


def maps_of(facts: NetworkFacts) -> list[FeatureMap | Omitted]:
    """The maps of a chain, from the input to the output.

    Activations, normalisations, dropout and the like are folded into the map before them, and a
    flattening into the dense layer after it. Of more than 160 maps the middle is left out.

    Raises:
        UsageError: The network is no chain.
    """
    graph = facts.network.graph
    fork = _branching(graph)
    if fork is not None:
        raise UsageError(
            f"boxes are for chains of layers, and {printable(fork.name)} breaks the chain;"
            " a flow shows any network"
        )
    maps: list[FeatureMap] = []
    for node in graph.nodes:
        if maps and _folds(node, maps[-1]):
            maps[-1].folded += _folded(node)
        elif maps and _joins(node, maps[-1]):
            before = maps.pop()
            maps.append(FeatureMap(node, _inside(node), before.node.name))
        else:
            maps.append(FeatureMap(node, _inside(node)))
    hidden = len(maps) - MOST_MAPS
    if hidden <= 0:
        return [*maps]
    half = MOST_MAPS // 2
    return [*maps[:half], Omitted(hidden), *maps[half + hidden :]]


def _branching(graph: Graph) -> Node | None:
    """The first node that does not continue the chain, or None."""
    for node in graph.nodes:
        if node.inputs != ((node.index - 1,) if node.index else ()):
            return node
    others = [index for index in graph.outputs if index != len(graph.nodes) - 1]
    return graph.nodes[others[0]] if others else None


def _folds(node: Node, before: FeatureMap) -> bool:
    is_quiet = families().get(node.op) in _QUIET and node.op != "opaque"
    return is_quiet and node.lowered.output == before.shape


def _joins(node: Node, before: FeatureMap) -> bool:
    return node.op == "dense" and before.node.op == "flatten" and not before.folded


def _folded(node: Node) -> list[Folded]:
    if node.op == "identity":
        return []
    return [Folded(node.name, role_of(node.op), node.op.replace("_", " "))]


def _inside(node: Node) -> list[Folded]:
    """The activation that a layer has in itself."""
    functions = [part for part in node.lowered.primitives[1:] if isinstance(part, p.Activation)]
    return [Folded(node.name, "activation", part.function.replace("_", " ")) for part in functions]

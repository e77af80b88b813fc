"""The nodes that a layer would have, without a model: for holding a model's nodes to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from cnncalc.exporters.onnx.graph import Array, Graph
from cnncalc.ir.shapes import Sizes


class Planned(NamedTuple):
    """One node: what it reads and gives are names that mean nothing outside of the outline."""

    op: str
    inputs: tuple[str, ...]
    attributes: dict[str, Any]
    output: str


class Numbers(NamedTuple):
    """A constant with these values."""

    values: Any
    are_integers: bool


class Filled(NamedTuple):
    """A constant with one number everywhere."""

    shape: Sizes
    value: float


class Learnt(NamedTuple):
    """One of the layer's arrays: its name and shape, the shape in the graph, the way there."""

    name: str
    own: Sizes
    shape: Sizes
    arrange: Callable[[Array], Array] | None


Given: TypeAlias = Numbers | Filled | Learnt


class Outline(Graph):
    """Lists what the emitters say.

    Args:
        weights: Shapes of the layer's arrays by name.

    Attributes:
        nodes: The nodes so far.
        given: The constants and arrays so far, by the names that nodes read them under.
    """

    def __init__(self, weights: Mapping[str, Sizes]) -> None:
        self.nodes: list[Planned] = []
        self.given: dict[str, Given] = {}
        self._weights = weights

    def node(self, op: str, *inputs: str, **attributes: Any) -> str:
        """As in `Graph`."""
        output = f"node {len(self.nodes)}"
        self.nodes.append(Planned(op, inputs, attributes, output))
        return output

    def integers(self, what: str, values: Sequence[int] | Array) -> str:
        """As in `Graph`."""
        return self._give(Numbers(values, are_integers=True))

    def numbers(self, what: str, values: float | Sequence[float] | Array) -> str:
        """As in `Graph`."""
        return self._give(Numbers(values, are_integers=False))

    def filled(self, what: str, shape: Sizes, value: float) -> str:
        """As in `Graph`."""
        return self._give(Filled(shape, value))

    def weight(
        self,
        name: str,
        shape: Sizes | None = None,
        arrange: Callable[[Array], Array] | None = None,
    ) -> str:
        """As in `Graph`."""
        own = self._weights[name]
        return self._give(Learnt(name, own, own if shape is None else shape, arrange))

    def _give(self, given: Given) -> str:
        name = f"constant {len(self.given)}"
        self.given[name] = given
        return name

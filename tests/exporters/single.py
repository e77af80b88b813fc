"""Networks of one primitive, whether or not a layer lowers to it."""

from __future__ import annotations

from typing import ClassVar

from cnncalc import Network
from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.ir import primitives as p
from cnncalc.ir.graph import Graph
from cnncalc.ir.shapes import Shape


class Single:
    """A layer type that is one primitive."""

    op: ClassVar[str] = "single"
    needs_input_shape: ClassVar[bool] = True
    declared_channels: tuple[str, int] | None = None

    def __init__(self, primitive: p.Primitive) -> None:
        self.primitive = primitive

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[p.Primitive, ...]:
        return (self.primitive,)


def single(primitive: p.Primitive, *shapes: Shape) -> NetworkFacts:
    """The facts of a network with the inputs `in_0`, `in_1`, … and the layer `out`."""
    network = Network(input=1, layers=["identity"])
    graph = Graph()
    inputs = tuple(graph.add_input(f"in_{k}", shape) for k, shape in enumerate(shapes))
    graph.outputs = (graph.add("out", Single.op, Single(primitive), inputs),)
    network.graph = graph
    return analyze(network)

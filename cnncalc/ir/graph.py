"""The layer graph: every layer of an expanded network, lowered to primitives and shaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Protocol

from cnncalc.ir.faults import DeclaredChannels, Fault, UnknownInput
from cnncalc.ir.infer import infer
from cnncalc.ir.primitives import Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.ir.windows import Window


class Lowerable(Protocol):
    """What the graph needs from a layer type."""

    op: ClassVar[str]
    needs_input_shape: ClassVar[bool]

    @property
    def declared_channels(self) -> tuple[str, int] | None:
        """Field and value of `in_channels` or `in_features`, where one is declared."""

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """The primitives, each fed by the one before, that the layer is made of."""


class Lowered:
    """A layer applied to input shapes: primitives, the shape after each, windows and faults.

    Layers with equal arguments and equal inputs share one instance, so whatever is computed from
    it alone is computed once; identity is its hash.

    Attributes:
        inputs: Shapes that arrive; None for one of which nothing is known.
        primitives: The primitives, in order; those before a fault, if there is one.
        shapes: Output shape of each primitive.
        windows: Window per spatial axis of each primitive, empty for those that slide none.
        faults: What is wrong with the shapes.
        output: Shape that the layer gives, or None when not even the rank is known.
    """

    __slots__ = ("faults", "inputs", "output", "primitives", "shapes", "windows")

    def __init__(
        self,
        inputs: tuple[Shape | None, ...],
        primitives: tuple[Primitive, ...],
        shapes: tuple[Shape, ...],
        windows: tuple[tuple[Window, ...], ...],
        faults: tuple[Fault, ...],
        output: Shape | None,
    ) -> None:
        self.inputs = inputs
        self.primitives = primitives
        self.shapes = shapes
        self.windows = windows
        self.faults = faults
        self.output = output


def lower(layer: Lowerable, inputs: tuple[Shape | None, ...]) -> Lowered:
    """Lower one layer for inputs of these shapes; faults are noted, never raised."""
    known = tuple(shape for shape in inputs if shape is not None)
    if len(known) < len(inputs) and layer.needs_input_shape:
        return Lowered(inputs, (), (), (), (), None)
    faults: list[Fault] = []
    _check_declared(layer, inputs, faults)
    try:
        primitives = layer.lower(known)
    except Fault as fault:
        faults.append(fault.with_traceback(None))  # a traceback would keep every frame alive
        return Lowered(inputs, (), (), (), tuple(faults), fault.shape)
    except UnknownInput:
        return Lowered(inputs, (), (), (), tuple(faults), None)
    return _infer_chain(primitives, inputs, known, faults)


def _check_declared(
    layer: Lowerable, inputs: tuple[Shape | None, ...], faults: list[Fault]
) -> None:
    declared = layer.declared_channels
    if declared is None or not inputs or inputs[0] is None:
        return
    actual = inputs[0][-1]
    if actual is not None and actual != declared[1]:
        faults.append(DeclaredChannels(declared[0], declared[1], actual))


def _infer_chain(
    primitives: tuple[Primitive, ...],
    inputs: tuple[Shape | None, ...],
    known: tuple[Shape, ...],
    faults: list[Fault],
) -> Lowered:
    shapes: list[Shape] = []
    windows: list[tuple[Window, ...]] = []
    current = known or ((),)
    for primitive in primitives:
        try:
            shape, slid = infer(primitive, current)
        except Fault as fault:
            faults.append(fault.with_traceback(None))
            if fault.shape is None:
                done = primitives[: len(shapes)]
                return Lowered(inputs, done, tuple(shapes), tuple(windows), tuple(faults), None)
            shape, slid = fault.shape, ()
        shapes.append(shape)
        windows.append(slid)
        current = (shape,)
    return Lowered(inputs, primitives, tuple(shapes), tuple(windows), tuple(faults), current[0])


class Node:
    """One layer of the graph.

    Attributes:
        index: Position in `Graph.nodes`.
        name: Name, with the block calls it stands in: `Bottleneck_2.conv_1`.
        op: What the layer is, as the spec language calls it.
        layer: Its arguments; None for a layer that could not be understood.
        inputs: Indices of the nodes that feed it.
        lowered: Its primitives and shapes.
        place: Where it is written, for whoever can read such places; opaque here.
        shares: Index of the node whose weights it uses, or None.
        scope: The block calls it stands in, outermost first.
    """

    __slots__ = ("index", "inputs", "layer", "lowered", "name", "op", "place", "scope", "shares")

    def __init__(
        self,
        index: int,
        name: str,
        op: str,
        layer: Lowerable | None,
        inputs: tuple[int, ...],
        lowered: Lowered,
        place: object = None,
        shares: int | None = None,
        scope: tuple[str, ...] = (),
    ) -> None:
        self.index = index
        self.name = name
        self.op = op
        self.layer = layer
        self.inputs = inputs
        self.lowered = lowered
        self.place = place
        self.shares = shares
        self.scope = scope


class Graph:
    """Layers in topological order; the inputs come first, as nodes of op `input`.

    Attributes:
        nodes: Every node, inputs included.
        n_inputs: How many of them are inputs.
        outputs: Indices of the nodes that the network gives out, the last the main one.
    """

    __slots__ = ("_memo", "n_inputs", "nodes", "outputs")

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.n_inputs = 0
        self.outputs: tuple[int, ...] = ()
        self._memo: dict[tuple[object, ...], Lowered] = {}

    def add_input(self, name: str, shape: Shape | None) -> int:
        """Append an input; inputs come before all layers."""
        lowered = Lowered((), (), (), (), (), shape)
        self.nodes.append(Node(len(self.nodes), name, "input", None, (), lowered))
        self.n_inputs = len(self.nodes)
        return self.n_inputs - 1

    def add(
        self,
        name: str,
        op: str,
        layer: Lowerable | None,
        inputs: tuple[int, ...],
        *,
        place: object = None,
        shares: int | None = None,
        scope: tuple[str, ...] = (),
        outline: Shape | None = None,
    ) -> int:
        """Append a layer fed by earlier nodes.

        One that could not be understood has no arguments; its `outline` is what is certain of its
        output all the same.
        """
        nodes = self.nodes
        shapes = tuple([nodes[index].lowered.output for index in inputs])
        if layer is None:
            lowered = Lowered(shapes, (), (), (), (), outline)
        else:
            lowered = self._lower(layer, shapes)
        index = len(nodes)
        nodes.append(Node(index, name, op, layer, inputs, lowered, place, shares, scope))
        return index

    def _lower(self, layer: Lowerable, shapes: tuple[Shape | None, ...]) -> Lowered:
        # equal layers are one object when they come from a spec, so identity is key enough;
        # the nodes keep the layers alive, so an id is never reused
        key = (id(layer), shapes)
        lowered = self._memo.get(key)
        if lowered is None:
            lowered = self._memo[key] = lower(layer, shapes)
        return lowered

    def shape_of(self, index: int) -> Shape | None:
        """Output shape of a node."""
        return self.nodes[index].lowered.output

    def with_inputs(self, shapes: Mapping[str, Shape] | Sequence[Shape]) -> Graph:
        """The same layers for inputs of other shapes."""
        graph = Graph()
        for position, node in enumerate(self.nodes[: self.n_inputs]):
            is_map = isinstance(shapes, Mapping)
            shape = shapes[node.name] if is_map else shapes[position]  # type: ignore[index,call-overload]
            graph.add_input(node.name, shape)
        for node in self.nodes[self.n_inputs :]:
            graph.add(
                node.name,
                node.op,
                node.layer,
                node.inputs,
                place=node.place,
                shares=node.shares,
                scope=node.scope,
            )
        graph.outputs = self.outputs
        return graph

"""A network as a list of steps, and which of them are done together.

A step is one primitive with the values that it reads and writes. For inference, what multiplies or
shifts whole channels after a product is folded into the product's weights, and an addition or an
activation after it is done while its outputs are in the cache.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple, TypeAlias

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.analysis.weights import weights
from cnncalc.errors import UsageError
from cnncalc.ir import primitives as p
from cnncalc.ir.graph import Node
from cnncalc.ir.shapes import Shape, Sizes
from cnncalc.spec.problems import show, suggestion

Product: TypeAlias = p.Convolution | p.TransposedConvolution | p.Dense
_LISTED = 3
_MOST_COMPARED = 2000  # names that a hint looks at


class Arrays(NamedTuple):
    """A primitive with weights, and the name that each has in a weight file."""

    primitive: p.Primitive
    names: dict[str, str]


@dataclass
class Step:
    """One call of a kernel.

    Attributes:
        nodes: The layers that it computes, or computes a part of.
        arrays: The primitive and its weights.
        inputs: The values that it reads; the last is what is added, if an addition follows.
        output: The value that it writes.
        folded: What is folded into its weights.
        then: What is done with its outputs while they are in the cache.
    """

    nodes: list[Node]
    arrays: Arrays
    inputs: list[int]
    output: int
    folded: list[Arrays] = field(default_factory=list)
    then: list[p.Primitive] = field(default_factory=list)

    @property
    def primitive(self) -> p.Primitive:
        """What is computed."""
        return self.arrays.primitive


@dataclass
class Steps:
    """All steps of a network.

    Attributes:
        steps: In the order in which they are done.
        shapes: Shape of every value, batch first.
        roots: For every value the one whose memory it lies in; a reshaped map has no other.
        inputs: The value of every input of the network, by name.
        kept: The value of every output and of every layer that is asked for, by name.
    """

    steps: list[Step] = field(default_factory=list)
    shapes: list[Sizes] = field(default_factory=list)
    roots: list[int] = field(default_factory=list)
    inputs: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)

    def add_value(self, shape: Sizes, root: int | None = None) -> int:
        """A new value, in the memory of another or in its own."""
        self.shapes.append(shape)
        self.roots.append(len(self.roots) if root is None else self.roots[root])
        return len(self.shapes) - 1


def trace(facts: NetworkFacts, samples: int, keep: Collection[str], *, fuse: bool) -> Steps:
    """The steps of a network.

    Args:
        facts: The network's facts.
        samples: How many go through the network at a time.
        keep: Names of layers and block calls whose outputs are wanted, besides the network's own.
        fuse: Whether steps are folded and fused.

    Raises:
        UsageError: The network has layers that cannot be computed, or a name is not one of its.
    """
    _check(facts)
    names = dict.fromkeys([*facts.outputs, *keep])
    traced = _Tracer(facts, samples).traced(nodes_called(facts, names))
    if fuse:
        traced.steps = _Fusion(traced).fused()
    return traced


def nodes_called(facts: NetworkFacts, names: Collection[str]) -> dict[str, int]:
    """Index of the input or layer that each name means; a block call's is that of its last layer.

    Raises:
        UsageError: Nothing has one of the names.
    """
    nodes = facts.network.graph.nodes
    found = {node.name: node.index for node in nodes}
    if not found.keys() >= set(names):
        found = _calls(nodes) | found
    for name in names:
        if name not in found:
            hint = suggestion(name, islice(found, _MOST_COMPARED)) or "cnncalc summary lists them"
            raise UsageError(f"there is no layer called {show(name)}; {hint}")
    return {name: found[name] for name in names}


def _calls(nodes: list[Node]) -> dict[str, int]:
    """The last node of every block call, by the call's full name."""
    return {
        ".".join(node.scope[:end]): node.index
        for node in nodes
        for end in range(1, len(node.scope) + 1)
    }


def _check(facts: NetworkFacts) -> None:
    reasons = [
        f"{show(layer.name)} {reason}"
        for layer in facts.layers
        if (reason := _obstacle(layer.node, bool(layer.faults)))
    ]
    if reasons:
        more = f", and {len(reasons) - _LISTED} more" if len(reasons) > _LISTED else ""
        listed = ", ".join(reasons[:_LISTED])
        raise UsageError(f"the network cannot be run: {listed}{more}; cnncalc check tells more")
    for name, shape in facts.inputs.items():
        if shape is None or None in shape:
            raise UsageError(
                f"the size of input {show(name)} is not known; load the network with one"
            )


def _obstacle(node: Node, faulty: bool) -> str | None:
    """Why a layer cannot be computed."""
    if node.layer is None:
        return "could not be understood"
    if faulty:
        return "has a fault"
    if any(isinstance(primitive, p.Opaque) for primitive in node.lowered.primitives):
        return "is opaque"
    if node.lowered.output is None or None in node.lowered.output:
        return "has a shape that is not known"
    return None


class _Tracer:
    def __init__(self, facts: NetworkFacts, samples: int) -> None:
        self._graph = facts.network.graph
        self._batch = samples
        self._steps = Steps()
        self._value_of: list[int] = []  # per node

    def traced(self, keep: dict[str, int]) -> Steps:
        for node in self._graph.nodes:
            if node.index < self._graph.n_inputs:
                value = self._steps.add_value(self._shape(node.lowered.output))
                self._steps.inputs[node.name] = value
            else:
                value = self._layer(node)
            self._value_of.append(value)
        order = sorted(keep.items(), key=lambda pair: pair[1])
        self._steps.kept = {name: self._value_of[index] for name, index in order}
        return self._steps

    def _shape(self, shape: Shape | None) -> Sizes:
        assert shape is not None
        return (self._batch, *(size for size in shape if size is not None))

    def _layer(self, node: Node) -> int:
        values = [self._value_of[index] for index in node.inputs]
        owner = node.name if node.shares is None else self._graph.nodes[node.shares].name
        for primitive, shape in zip(node.lowered.primitives, node.lowered.shapes, strict=True):
            values = [self._primitive(node, primitive, owner, values, self._shape(shape))]
        return values[0]

    def _primitive(
        self, node: Node, primitive: p.Primitive, owner: str, values: list[int], shape: Sizes
    ) -> int:
        if isinstance(primitive, p.Dropout | p.Identity):
            return values[0]
        if isinstance(primitive, p.Reshape):
            return self._steps.add_value(shape, values[0])
        needed = weights(primitive, self._steps.shapes[values[0]][1:]) or ()
        names = {weight.name: f"{owner}.{weight.name}" for weight in needed}
        output = self._steps.add_value(shape)
        self._steps.steps.append(Step([node], Arrays(primitive, names), list(values), output))
        return output


class _Fusion:
    """Appends steps to the product before them, where nobody else sees what lies between."""

    def __init__(self, steps: Steps) -> None:
        self._all = steps
        self._readers = Counter(steps.roots[value] for step in steps.steps for value in step.inputs)
        self._readers.update(steps.roots[value] for value in steps.kept.values())
        self._written: dict[int, int] = {}  # per value, the place of the step that writes it
        self._done: list[Step] = []

    def fused(self) -> list[Step]:
        for step in self._all.steps:
            host = self._host(step)
            if host is None:
                self._written[step.output] = len(self._done)
                self._done.append(step)
                continue
            host.nodes.extend(step.nodes)
            self._written[step.output] = self._written.pop(host.output)
            host.output = step.output
        return self._done

    def _host(self, step: Step) -> Step | None:
        """The product that takes a step on, if one does."""
        match step.primitive:
            case p.Normalization(kind="batch") | p.ChannelScale():
                host = self._product_before(step.inputs[0])
                if host is not None and not host.then and _has_dense_kernel(host.primitive):
                    host.folded.append(step.arrays)
                    return host
            case p.Activation(function=function) if function != "prelu":
                host = self._product_before(step.inputs[0])
                if host is not None and not any(isinstance(t, p.Activation) for t in host.then):
                    host.then.append(step.primitive)
                    return host
            case p.Merge(kind="add") if len(step.inputs) == 2:
                return self._add(step)
        return None

    def _product_before(self, value: int) -> Step | None:
        if self._readers[self._all.roots[value]] != 1 or value not in self._written:
            return None
        step = self._done[self._written[value]]
        return step if isinstance(step.primitive, Product) else None

    def _add(self, step: Step) -> Step | None:
        """The later of two summands takes the addition on, as the other is there by then."""
        shapes = self._all.shapes
        if any(shapes[value] != shapes[step.output] for value in step.inputs):
            return None
        places = [self._place(value) for value in step.inputs]
        late = places.index(max(places))
        host = self._product_before(step.inputs[late])
        if host is None or host.then or places[0] == places[1]:
            return None
        host.then.append(step.primitive)
        host.inputs.append(step.inputs[1 - late])
        return host

    def _place(self, value: int) -> int:
        """When a value is written; -1 for the network's inputs."""
        root = self._all.roots[value]
        return self._written.get(value, self._written.get(root, -1))


def _has_dense_kernel(primitive: p.Primitive) -> bool:
    return not (isinstance(primitive, p.Convolution) and primitive.connections is not None)

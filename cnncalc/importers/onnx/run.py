"""The state of one import: what every ONNX value is so far, and what operations need of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from math import prod
from pathlib import Path
from typing import Any

from cnncalc.importers.onnx import tensors
from cnncalc.importers.onnx.builder import Builder, Unsuitable, Weight
from cnncalc.importers.onnx.pointwise import INPUT
from cnncalc.importers.onnx.proto import Graph, Node, Tensor, ValueInfo
from cnncalc.importers.onnx.values import Atom, Constant, Feature, Group, Unknown, Value
from cnncalc.importers.onnx.views import (
    Unarrangeable,
    concrete_axes,
    last_axis,
    reshaped,
    steps,
)
from cnncalc.importers.onnx.wire import Reader
from cnncalc.ir.shapes import LARGEST, Sizes

_MOST_GUESSES = 10_000


class Inexpressible(Exception):
    """An operation that no layer of a spec computes.

    Args:
        reason: Why not.
        dims: The shape of the ONNX tensor that comes out, where it is known.
        others: Shapes of the other tensors that come out.
        n_macs: Its multiply-accumulates, where these are known.
        arrays: The places of its inputs that are weights; None for all constants.
    """

    def __init__(
        self,
        reason: str,
        dims: Sizes | None = None,
        *,
        others: tuple[Sizes, ...] = (),
        n_macs: int | None = None,
        arrays: tuple[int, ...] | None = None,
    ) -> None:
        super().__init__(reason)
        self.dims = dims
        self.others = others
        self.n_macs = n_macs
        self.arrays = arrays


class Run:
    """One import.

    Args:
        reader: The file.
        graph: The graph.
        opset: Version of ONNX's own operations.
        folder: Where the file is, for arrays beside it.

    Attributes:
        values: What every ONNX value is so far.
        n_uses: How often every ONNX value is read.
        producers: The node that gives every ONNX value.
        outputs: Names of the values that the graph gives out.
        infos: What the file declares of values.
        builder: The layers so far.
        batch: The atom of the batch, where the file fixes it to more than 1.
        symbols: The sizes that the file has names for, as far as they are known.
        entering: The network's inputs.
        is_own: Whether cnncalc wrote the file.
        captured: Names that the subgraphs of a node read from outside, by the node's id.
        n_guesses: How many more functions may be tried out on expressions.
    """

    def __init__(self, reader: Reader, graph: Graph, opset: int, folder: Path | None) -> None:
        self.reader = reader
        self.graph = graph
        self.opset = opset
        self.folder = folder
        self.values: dict[str, Value] = {}
        self.n_uses: Counter[str] = Counter()
        self.producers: dict[str, Node] = {}
        self.outputs = {info.name for info in graph.outputs}
        self.infos: dict[str, ValueInfo] = {**graph.values, **{i.name: i for i in graph.outputs}}
        self.builder = Builder()
        self.batch: Atom | None = None
        self.symbols: dict[str, int] = {}
        self.entering: list[Feature | Unknown] = []
        self.is_own = False
        self.captured: dict[int, list[str]] = {}
        self.n_guesses = _MOST_GUESSES

    # ------------------------------------------------------------------ what a node reads

    def value(self, node: Node, index: int) -> Value | None:
        """What a node reads at this place; None if it was left out."""
        name = node.inputs[index] if index < len(node.inputs) else ""
        return self.values[name] if name else None

    def lazy(self, node: Node, index: int = 0) -> Feature:
        """What a layer gives, perhaps with a function that is still to be written.

        Raises:
            Inexpressible: It is a constant, or its shape is not known.
        """
        value = self.value(node, index)
        if isinstance(value, Feature):
            return value
        if isinstance(value, Constant):
            raise Inexpressible("what it reads is a constant")
        raise Inexpressible("the shape of what it reads is not known")

    def feature(self, node: Node, index: int = 0) -> Feature:
        """What a layer gives.

        Raises:
            Inexpressible: As in `lazy`.
        """
        return self.written(self.lazy(node, index))

    def constant(self, node: Node, index: int) -> Constant | None:
        """A constant that a node reads; None if it was left out.

        Raises:
            Inexpressible: It is computed from the input.
        """
        value = self.value(node, index)
        if value is None or isinstance(value, Constant):
            return value
        raise Inexpressible(f"its input {index + 1} is computed and no constant")

    def needed(self, node: Node, index: int) -> Constant:
        """A constant that must be there.

        Raises:
            Inexpressible: It is not.
        """
        constant = self.constant(node, index)
        if constant is None:
            raise Inexpressible(f"its input {index + 1} is missing")
        return constant

    def integers(self, node: Node, index: int, attribute: str = "") -> list[int] | None:
        """Integers that newer operators read and older ones have as an attribute.

        Raises:
            Inexpressible: They are computed from the input, or the file does not hold them.
        """
        if attribute and attribute in node.attributes:
            values = node.attributes[attribute]
            if isinstance(values, int):
                return [values]
            if isinstance(values, list) and all(isinstance(value, int) for value in values):
                return list(values)
            raise Inexpressible(f"its {attribute} is not made of integers")
        constant = self.constant(node, index)
        if constant is None:
            return None
        values = constant.integers()
        if values is None:
            raise Inexpressible(f"the integers of its input {index + 1} are not in the file")
        return values

    def map(self, node: Node, index: int = 0) -> Feature:
        """A map with its channels last, as convolutions and poolings read it.

        Raises:
            Inexpressible: It is none.
        """
        feature = self.feature(node, index)
        if len(feature.axes) < 3 or not self.is_batch(feature.axes[0]):
            raise Inexpressible("what it reads is no batch of maps")
        return self.arrange(feature, (*feature.axes[2:], feature.axes[1]), node.label)

    def is_batch(self, group: Group) -> bool:
        """Whether an axis is that of the batch."""
        return group == (() if self.batch is None else (self.batch,))

    # ------------------------------------------------------------------ layers

    def add(
        self,
        op: str,
        label: str,
        inputs: Sequence[Feature],
        arguments: dict[str, Any],
        weights: dict[str, Weight] | None = None,
    ) -> tuple[str, Sizes | None]:
        """Add a layer; its name, and what it gives.

        Raises:
            Inexpressible: It does not take these arguments.
        """
        given = [(feature.layer, feature.shape) for feature in inputs]
        try:
            return self.builder.add(op, label, given, arguments, weights)
        except Unsuitable:
            raise Inexpressible(f"its numbers are none that {op} takes") from None

    def same(self, name: str, x: Feature) -> Feature:
        """What a layer gives that changed values only."""
        return Feature(name, x.shape, x.order, x.axes)

    def pointwise(self, op: str, label: str, x: Feature, arguments: dict[str, Any]) -> Feature:
        """Add a layer that changes values only, and what it gives."""
        name, _ = self.add(op, label, [x], arguments)
        return self.same(name, x)

    def fresh(self, name: str, shape: Sizes | None, places: Sequence[int | None]) -> Value:
        """What a layer gives whose values are new.

        Args:
            name: The layer.
            shape: What it gives.
            places: For every axis of the ONNX tensor, the axis of the layer's shape; None for one
                of size 1 that the shape does not have, -1 for the batch.
        """
        if shape is None or any(not 0 < size <= LARGEST for size in shape):
            return Unknown(name)
        groups = [(Atom(size),) if size > 1 else () for size in shape]
        batch = () if self.batch is None else (self.batch,)
        axes = [() if k is None else batch if k < 0 else groups[k] for k in places]
        return Feature(name, shape, tuple(chain(*groups)), tuple(axes))

    def fresh_map(self, name: str, shape: Sizes | None) -> Value:
        """What a layer gives that made a map, with ONNX's channels first."""
        if shape is None:
            return Unknown(name)
        rank = len(shape) - 1
        return self.fresh(name, shape, (-1, rank, *range(rank)))

    def give(self, node: Node, value: Value, index: int = 0) -> None:
        """Say what a node gives."""
        if index < len(node.outputs) and node.outputs[index]:
            self.values[node.outputs[index]] = value

    def written(self, x: Feature) -> Feature:
        """The same, with its function written as layers."""
        if x.expression is INPUT:
            return x
        from cnncalc.importers.onnx.activation import write

        name = write(self, x)
        return Feature(name, x.shape, x.order, x.axes)

    def arrange(self, x: Feature, wanted: Sequence[Group], label: str) -> Feature:
        """The values as axes of these atoms.

        Raises:
            Inexpressible: No layers bring them into this order.
        """
        x = self.written(x)
        groups = tuple(wanted)
        try:
            needed = steps(x, groups)
        except Unarrangeable:
            reason = "its input's values would have to be brought into an order of too many axes"
            raise Inexpressible(reason) from None
        for op, arguments in needed:
            name, shape = self.add(op, f"{label}/{op}", [x], arguments)
            if shape is None:
                raise Inexpressible(f"what it reads cannot be brought into order by {op}")
            x = Feature(name, shape, x.order, x.axes)
        return Feature(x.layer, x.shape, tuple(chain(*groups)), x.axes)

    def with_last(self, x: Feature, axis: int, label: str) -> Feature:
        """The values with an axis of the ONNX tensor as the last one of the layer's shape."""
        wanted = x.axes[axis]
        if wanted and last_axis(x) == wanted:
            return self.written(x)
        others = [g for k, g in enumerate(x.axes) if k != axis and g and not self.is_batch(g)]
        return self.arrange(x, [*self.in_order(x, others), wanted], label)

    def in_order(self, x: Feature, groups: Iterable[Group]) -> list[Group]:
        """Axes in the order in which the layer's values have them, as far as they have one."""
        place = {atom: index for index, atom in enumerate(x.order)}
        return sorted(groups, key=lambda group: min((place.get(a, -1) for a in group), default=-1))

    def separated(self, x: Feature, axis: int, label: str) -> tuple[Feature, int]:
        """The values with an axis of the ONNX tensor as one of the layer's shape, and which it is.

        Raises:
            Inexpressible: No layers do that.
        """
        x = self.written(x)
        wanted = x.axes[axis]
        axes = concrete_axes(x)
        if wanted and axes is not None and wanted in axes:
            return x, axes.index(wanted)
        groups = self.natural(x)
        if wanted not in groups:
            raise Inexpressible("the axis has no place in the layer's shape")
        return self.arrange(x, groups, label), groups.index(wanted)

    def natural(self, x: Feature) -> list[Group]:
        """An order of whole ONNX axes with the channels last.

        The channels are those that the layer has last already; where these are spread over several
        axes, it is ONNX's second axis, as in all maps.
        """
        groups = [group for group in x.axes if group and not self.is_batch(group)]
        last = set(last_axis(x) or ())
        holders = [group for group in groups if last & set(group)]
        if len(x.axes) == 2 or not groups:
            return groups or [()]
        if len(holders) == 1:
            tail = holders[0]
        else:
            tail = x.axes[1] if len(x.axes) > 3 else groups[-1]
        return [*(group for group in groups if group is not tail), tail]

    def reshape(self, x: Feature, dims: Sizes, label: str) -> Value:
        """The same values in ONNX's order, in another shape.

        Raises:
            Inexpressible: The shape has another number of values, or mixes the batch in.
        """
        if prod(dims) != prod(x.dims):
            raise Inexpressible(f"the shape {list(dims)} has another number of values", dims)
        view = reshaped(x, dims)
        if view is not None:
            return view
        flat = tuple(atom for group in x.axes for atom in group if atom is not self.batch)
        rest = dims
        if self.batch is not None:
            if dims[0] != self.batch.size or not self.is_batch(x.axes[0]):
                raise Inexpressible("it mixes the examples of the batch", dims)
            rest = dims[1:]
        x = self.arrange(x, [flat], label)
        atoms = [(Atom(size),) if size > 1 else () for size in rest]
        axes = atoms if self.batch is None else [(self.batch,), *atoms]
        return Feature(x.layer, x.shape, tuple(chain(*atoms)), tuple(axes))

    def stored(self, tensor: Tensor) -> Constant:
        """An array of the file."""
        tensors.check(tensor)
        there, folder = tensors.has_values(tensor), self.folder
        dtype = tensors.dtype_name(tensor.data_type)
        # cnncalc's own files: layer.gamma is a weight, layer/gamma a number that ONNX wants there
        is_number = self.is_own and "/" in tensor.name and "." not in tensor.name.split("/")[-1]
        return Constant(
            tensor.dims,
            dtype,
            (lambda: tensors.array(tensor, folder)) if there else None,
            (lambda: tensors.integers(tensor)) if there else None,
            is_parameter=not is_number,
        )

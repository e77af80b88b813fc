"""The ONNX graph while it grows: nodes, constants, weights, and the names of all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.exporters.expressible import known
from cnncalc.exporters.naming import Names
from cnncalc.exporters.onnx.graph import Array, Graph, Tensor, onnx_shape
from cnncalc.exporters.onnx.layer import NOTE, note
from cnncalc.ir.shapes import Sizes
from cnncalc.layers.base import Layer
from cnncalc.source.printable import printable

MOST_BYTES = 2**31 - 1  # of one protobuf message
BATCH = "N"


class ModelGraph(Graph):
    """Collects what becomes the ONNX graph.

    Attributes:
        dtype: Element type of all values.
        nodes: The nodes so far.
        initializers: The constants and weights so far.
        inputs: The graph's inputs so far: the network's, and the weights that were not given.
    """

    def __init__(
        self, facts: NetworkFacts, weights: Mapping[str, Array] | None, dtype: np.dtype[Any]
    ) -> None:
        import onnx

        self._onnx = onnx
        self._type = onnx.helper.np_dtype_to_tensor_dtype(dtype)
        self.dtype = dtype
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self._given = weights
        self._names = Names()
        self._values = {name: self._names.unique(name) for name in facts.inputs}
        self._values |= {layer.name: self._names.unique(layer.name) for layer in facts.layers}
        self._weights: dict[str, Tensor] = {}
        self._n_bytes = 0
        self._first_node = 0
        self.inputs = [self.describe(name, known(shape)) for name, shape in facts.inputs.items()]

    def value(self, name: str) -> str:
        """The tensor that a layer or an input of the network gives."""
        return self._values[name]

    def describe(self, name: str, shape: Sizes) -> Any:
        """Name, element type and sizes of what a layer or an input of the network gives."""
        sizes = [BATCH, *onnx_shape(shape)]
        return self._onnx.helper.make_tensor_value_info(self._values[name], self._type, sizes)

    def begin(self, layer: LayerFacts, owner: LayerFacts) -> None:
        """Start a layer; its weights are those of `owner`."""
        self._facts = layer
        self._layer = layer.name
        self._owner = owner
        self._first_node = len(self.nodes)

    def end(self, result: str) -> None:
        """Give what the layer computed, and the node that computed it, the layer's name."""
        computed = self.nodes[self._first_node :]
        if not computed or computed[-1].output[0] != result:
            self.node("Identity", result)
        last = self.nodes[-1]
        last.name = last.output[0] = self._values[self._layer]
        self._note(last)

    def _note(self, last: Any) -> None:
        """Let a layer's last node say which layer it is."""
        layer = self._facts.node.layer
        if not isinstance(layer, Layer):
            return  # a primitive by itself is no layer of a spec
        nodes = self.nodes[self._first_node :]
        tensors = {self._values[name] for name in self._facts.inputs}
        read = [name for node in nodes for name in node.input if name in tensors]
        order = list(dict.fromkeys(read))
        inputs = [order.index(self._values[name]) for name in self._facts.inputs]
        name = None if last.name == self._layer else self._layer
        entry = last.metadata_props.add()
        entry.key, entry.value = NOTE, note(self._facts.op, layer, name, inputs, len(nodes))

    def node(self, op: str, *inputs: str, **attributes: Any) -> str:
        """Append a node; the name of what it computes."""
        output = self._names.unique(f"{self._layer}/{op}")
        node = self._onnx.helper.make_node(op, inputs, [output], name=output, **attributes)
        self.nodes.append(node)
        return output

    def integers(self, what: str, values: Sequence[int] | Array) -> str:
        """A constant of whole numbers, such as a node's axes."""
        return self._embed(f"{self._layer}/{what}", np.array(values, np.int64))

    def numbers(self, what: str, values: float | Sequence[float] | Array) -> str:
        """A constant of the graph's element type."""
        return self._embed(f"{self._layer}/{what}", np.asarray(values, self.dtype))

    def filled(self, what: str, shape: Sizes, value: float) -> str:
        """A constant with the same number everywhere."""
        self._reserve(shape)
        return self._embed(f"{self._layer}/{what}", np.full(shape, value, self.dtype))

    def weight(
        self,
        name: str,
        shape: Sizes | None = None,
        arrange: Callable[[Array], Array] | None = None,
    ) -> str:
        """An array of the layer's, made once however many layers share it.

        Args:
            name: Its name within the layer.
            shape: Its shape in the graph, where that is another.
            arrange: What turns the layer's array into one of that shape; a reshape by default.

        Raises:
            UsageError: What was given has another shape or holds no numbers, or is too large.
        """
        key = f"{self._owner.name}.{name}"
        own = {weight.name: weight.shape for weight in self._owner.weights or ()}[name]
        wanted = own if shape is None else shape
        if key not in self._weights:
            self._weights[key] = Tensor(self._make_weight(key, own, wanted, arrange), wanted)
        made = self._weights[key]
        if made.shape == wanted:
            return made.name
        return self.node("Reshape", made.name, self.integers("weight_shape", wanted))

    def _make_weight(
        self, key: str, own: Sizes, wanted: Sizes, arrange: Callable[[Array], Array] | None
    ) -> str:
        if self._given is None:
            name = self._names.unique(key)
            info = self._onnx.helper.make_tensor_value_info(name, self._type, wanted)
            self.inputs.append(info)
            return name
        self._reserve(wanted)
        array = np.asarray(self._given[key])
        if array.shape != own or array.dtype.kind not in "fiu":
            got = f"{array.dtype} of the shape {array.shape}"
            raise UsageError(f"{printable(key)} must be numbers of the shape {own}, not {got}")
        array = array.astype(self.dtype, copy=False)
        return self._embed(key, array.reshape(wanted) if arrange is None else arrange(array))

    def _reserve(self, shape: Sizes) -> None:
        """Count the bytes of an array before it is made."""
        n_bytes = self._n_bytes + prod(shape) * self.dtype.itemsize
        if n_bytes > MOST_BYTES:
            remedy = (
                "make its layers smaller" if self._given is None else "export it without weights"
            )
            raise too_large(n_bytes, remedy)
        self._n_bytes = n_bytes

    def _embed(self, wanted: str, array: Array) -> str:
        name = self._names.unique(wanted)
        contiguous = np.ascontiguousarray(array).reshape(array.shape)  # keeps a single number so
        self.initializers.append(self._onnx.numpy_helper.from_array(contiguous, name))
        return name


def too_large(n_bytes: int, remedy: str) -> UsageError:
    """The error for a model that no ONNX file can hold."""
    return UsageError(
        f"the ONNX model would have {n_bytes:,} bytes or more, of {MOST_BYTES:,} that one file can "
        f"hold; {remedy}"
    )

"""A traced module in the vocabulary of ONNX graphs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cnncalc.importers.onnx.proto import Node, ValueInfo
from cnncalc.importers.onnx.values import Array, Constant
from cnncalc.importers.torch.arguments import Call, shape_of
from cnncalc.importers.torch.naming import call_of, is_response_norm, labels, path_of
from cnncalc.importers.torch.tracing import Traced
from cnncalc.importers.torch.writing import form_of
from cnncalc.ir.shapes import Sizes

# constants as large as a tensor that is none
_OF_SHAPE = {
    *("new_ones", "new_zeros", "new_full", "new_empty", "ones_like", "zeros_like", "full_like"),
    "empty_like",
}


class Translation:
    """Nodes of an ONNX graph that say what the operators of a traced module do.

    Args:
        traced: The module.

    Attributes:
        nodes: The nodes so far.
        constants: What no input changes, by name.
        shapes: The shape of what every operator gives.
        forms: How the module's code says what a layer does, by the layer's name.
    """

    def __init__(self, traced: Traced) -> None:
        self._traced = traced
        self._tensors: dict[str, Callable[[], Any]] = {}
        self._parameters: set[str] = set()
        self._labels = labels(traced)
        self.forms: dict[str, str] = {}
        self.nodes: list[Node] = []
        self.constants: dict[str, Constant] = {}
        self.shapes: dict[str, Sizes] = {}

    def weight(self, name: str, node: Any) -> None:
        """Note a parameter or buffer."""
        read, is_parameter = self._traced.weights[name]
        if is_parameter:
            self._parameters.add(name)
        self._constant(name, node, read)

    def fold(self, node: Any) -> bool:
        """Whether an operator reads constants only; what it gives is one then."""
        reads = node.all_input_nodes
        of_shape = Call(node).op in _OF_SHAPE
        if not of_shape and not all(one.name in self._tensors for one in reads):
            return False
        if any(one.name in self._parameters for one in reads):
            self._parameters.add(node.name)

        def compute() -> Any:
            import torch

            with torch.no_grad():
                args, kwargs = torch.fx.node.map_arg((node.args, node.kwargs), self._tensor)
                return node.target(*args, **kwargs)

        self._constant(node.name, node, compute)
        return True

    def _tensor(self, node: Any) -> Any:
        """The values of a constant; zeros for what only lends its shape."""
        import torch

        if node.name in self._tensors:
            return self._tensors[node.name]()
        return torch.zeros(shape_of(node), dtype=node.meta["val"].dtype)

    def _constant(self, name: str, node: Any, read: Callable[[], Any]) -> None:
        self._tensors[name] = read
        value = node.meta.get("val")
        if not hasattr(value, "shape"):  # a list, whose parts are taken apart later
            return
        dtype = str(value.dtype).removeprefix("torch.")
        dtype = "float32" if dtype == "bfloat16" else dtype
        make = None if value.device.type == "meta" else lambda: _array(read())
        is_parameter = name in self._parameters
        self.constants[name] = Constant(shape_of(node), dtype, make, is_parameter=is_parameter)

    def label(self, node: Any) -> str:
        """What the layer of an operator is called."""
        return self._labels[node.name]

    def part(self, node: Any) -> Any:
        """The module in whose own forward function an operator stands; None for the outermost."""
        path = path_of(node)
        return self._traced.module.get_submodule(path) if path else self._traced.module

    def emit(
        self,
        op: str,
        inputs: Sequence[str],
        node: Any,
        suffix: str = "",
        outputs: Sequence[str] = (),
        **attributes: Any,
    ) -> str:
        """Add a node; the name of what it gives.

        Args:
            op: ONNX's name of the operation, or `aten.…`.
            inputs: Names of what it reads.
            node: The operator that it stands for.
            suffix: Tells it from others that the operator needs; the last has none.
            outputs: Names of what it gives, where these are several.
            attributes: Its attributes.
        """
        name = f"{node.name}/{suffix}" if suffix else node.name
        label = f"{self.label(node)}/{suffix}" if suffix else self.label(node)
        self.forms[label] = form_of(self._traced, node)
        domain, _, word = op.rpartition(".")
        given = tuple(outputs) or (name,)
        self.nodes.append(Node(label, word, domain, tuple(inputs), given, attributes))
        return given[0]

    def outputs(self, node: Any) -> list[str]:
        """Names of what an operator gives, which may be several tensors."""
        value = node.meta.get("val")
        if not isinstance(value, (list, tuple)):
            return [node.name]
        return [f"{node.name}#{number}" for number in range(len(value))]

    def number(self, value: float, node: Any) -> str:
        """A constant number; its name."""
        import numpy as np

        return self.literal(np.array(value, np.float32), node)

    def literal(self, array: Array, node: Any) -> str:
        """A constant; its name."""
        name = f"{node.name}/constant {len(self.constants)}"
        self.constants[name] = Constant.of(array)
        return name

    def operand(self, value: Any, node: Any) -> str:
        """What an operator reads: a tensor, or a number that stands in the code."""
        return value.name if hasattr(value, "name") else self.number(float(value), node)

    def is_one(self, name: str) -> bool:
        """Whether it is the number 1, and no parameter."""
        constant = self.constants.get(name)
        return constant is not None and not constant.is_parameter and constant.number() == 1

    def reshaped(self, name: str, shape: Sizes, node: Any, suffix: str = "") -> str:
        """A constant or tensor in another shape; its name."""
        if name in self.constants:
            constant = self.constants[name]
            other = f"{name} {shape}"
            self.constants[other] = constant.then(
                shape, lambda array: array.reshape(shape), f"{shape}"
            )
            return other
        return self.emit("Reshape", [name], node, suffix, shape=list(shape))

    def note_shapes(self, node: Any) -> None:
        """Note what an operator gives."""
        value = node.meta.get("val")
        values = value if isinstance(value, (list, tuple)) else [value]
        for name, one in zip(self.outputs(node), values, strict=True):
            if hasattr(one, "shape"):
                self.shapes[name] = tuple(int(size) for size in one.shape)

    def infos(self) -> dict[str, ValueInfo]:
        """The shapes as a graph declares them."""
        return {name: ValueInfo(name, 1, shape) for name, shape in self.shapes.items()}


def translate(traced: Traced) -> Translation:
    """Say in ONNX's vocabulary what the operators of a module do."""
    from cnncalc.importers.torch.operators import operator

    translation = Translation(traced)
    inside = _inside_of_norms(traced)
    for node in traced.nodes:
        if node.op == "placeholder":
            if node.name in traced.weights:
                translation.weight(node.name, node)
        elif node.op == "call_function":
            translation.note_shapes(node)
            if node.name in inside:
                _response_norm(translation, node, inside[node.name])
            elif not translation.fold(node):
                operator(translation, Call(node))
    return translation


def _inside_of_norms(traced: Traced) -> dict[str, str | None]:
    """The operators that a local response norm is made of; for the last, what the norm reads."""
    calls: dict[object, list[Any]] = {}
    for node in traced.nodes:
        path = path_of(node) if node.op == "call_function" else ""
        if is_response_norm(traced, path):
            calls.setdefault(call_of(node), []).append(node)
    found: dict[str, str | None] = {}
    for nodes in calls.values():
        own = {node.name for node in nodes}
        reads = [one.name for node in nodes for one in node.all_input_nodes]
        found |= dict.fromkeys(own)
        found[nodes[-1].name] = next(name for name in reads if name not in own)
    return found


def _response_norm(t: Translation, node: Any, reads: str | None) -> None:
    if reads is None:
        return
    part = t.part(node)
    arguments = {"size": part.size, "alpha": part.alpha, "beta": part.beta, "bias": float(part.k)}
    t.emit("cnncalc.local_response_norm", [reads], node, **arguments)


def outputs_of(traced: Traced) -> list[str]:
    """Names of what the module gives."""
    last = traced.nodes[-1]
    return list(dict.fromkeys(node.name for node in last.all_input_nodes))


def _array(tensor: Any) -> Array:
    tensor = tensor.detach().cpu()
    is_small = str(tensor.dtype) in ("torch.bfloat16", "torch.float16")
    result: Array = (tensor.float() if is_small else tensor).numpy()
    return result

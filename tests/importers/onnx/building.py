"""Small ONNX models, written node by node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

Array = NDArray[Any]
Shape = Sequence[int | str | None]


class Building:
    """Collects nodes and arrays; what a node gives is called as the node.

    Args:
        opset: Version of ONNX's operations.
        seed: What the weights are drawn from.
    """

    def __init__(self, opset: int = 17, seed: int = 0) -> None:
        self.opset = opset
        self.nodes: list[onnx.NodeProto] = []
        self.arrays: list[onnx.TensorProto] = []
        self._random = np.random.default_rng(seed)

    def node(self, op: str, *inputs: str, outputs: int = 1, **attributes: Any) -> str:
        """Append a node; what it gives."""
        name = f"{op.lower()}_{len(self.nodes)}"
        names = [name, *(f"{name}_{k}" for k in range(1, outputs))]
        self.nodes.append(helper.make_node(op, inputs, names, name=name, **attributes))
        return name

    def weight(self, *shape: int, positive: bool = False) -> str:
        """An array of random numbers."""
        values = self._random.standard_normal(shape) * 0.5
        return self.array(np.abs(values) + 0.5 if positive else values)

    def array(self, values: Any, dtype: Any = np.float32) -> str:
        """An array of the file."""
        name = f"array_{len(self.arrays)}"
        self.arrays.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def integers(self, *values: int) -> str:
        """A vector of whole numbers."""
        return self.array(values, np.int64)

    def model(
        self,
        inputs: Mapping[str, Shape],
        *outputs: str,
        infos: Sequence[onnx.ValueInfoProto] = (),
        **more: Any,
    ) -> bytes:
        """The file."""
        floats = onnx.TensorProto.FLOAT
        graph = helper.make_graph(
            self.nodes,
            "built",
            [helper.make_tensor_value_info(name, floats, shape) for name, shape in inputs.items()],
            [helper.make_tensor_value_info(name, floats, None) for name in outputs],
            self.arrays,
            value_info=infos,
        )
        opset = [helper.make_opsetid("", self.opset), *more.pop("domains", ())]
        made = helper.make_model(graph, opset_imports=opset, ir_version=8, **more)
        return bytes(made.SerializeToString())

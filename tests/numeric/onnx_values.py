"""Single windows computed by ONNX Runtime: a model of one node each, in float32."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Pair
from tests.numeric.arrays import Array, Arrays

onnx: Any = pytest.importorskip("onnx")
onnxruntime: Any = pytest.importorskip("onnxruntime")

OPSET = 21


class Unsupported(Exception):
    """ONNX Runtime has no such node, or refuses these attributes."""


def compute(primitive: p.Primitive, inputs: Sequence[Array], arrays: Arrays | None = None) -> Array:
    """What one primitive makes of its inputs, batch first and channels last.

    Raises:
        Unsupported: It is none of those that are known here, or ONNX Runtime refuses it.
    """
    named = arrays or {}
    match primitive:
        case p.Convolution(connections=None):
            kernel = np.moveaxis(named[primitive.weight_name], (-1, -2), (0, 1))
            node = _node("Conv", primitive.kernel, primitive, group=primitive.groups)
            return _run(node, inputs[0], _weights(kernel, named, primitive.bias))
        case p.TransposedConvolution():
            columns = zip(primitive.output_padding, primitive.stride, strict=True)
            if any(added >= stride for added, stride in columns):
                raise Unsupported("such an output padding")
            extra = {"group": primitive.groups, "output_padding": primitive.output_padding}
            node = _node("ConvTranspose", primitive.kernel, primitive, **extra)
            kernel = _transposed(named["kernel"], primitive.groups)
            return _run(node, inputs[0], _weights(kernel, named, primitive.bias))
        case p.Pooling():
            return _run(_pooling(primitive), inputs[0], {})
        case _:
            raise Unsupported(type(primitive).__name__)


def _weights(kernel: Array, named: Arrays, bias: bool) -> dict[str, Array]:
    return {"W": kernel, "B": named["bias"]} if bias else {"W": kernel}


def _transposed(kernel: Array, groups: int) -> Array:
    """(*k, in / groups, out) as ONNX has it: (in, out / groups, *k)."""
    *taps, inside, _ = kernel.shape
    parts = np.moveaxis(kernel.reshape(*taps, inside, groups, -1), (-2, -3, -1), (0, 1, 2))
    return parts.reshape(inside * groups, -1, *taps)


def _pads(padding: tuple[Pair, ...]) -> list[int]:
    return [pair[side] for side in (0, 1) for pair in padding]


def _node(kind: str, kernel: tuple[int, ...], window: Any, **extra: Any) -> Any:
    names = ["X", "W", "B"] if kind.startswith("Conv") and window.bias else ["X", "W"]
    return onnx.helper.make_node(
        kind,
        names if kind.startswith("Conv") else ["X"],
        ["Y"],
        kernel_shape=kernel,
        strides=window.stride,
        dilations=window.dilation,
        pads=_pads(window.padding),
        **extra,
    )


def _pooling(pool: p.Pooling) -> Any:
    if any(max(pair) >= k for pair, k in zip(pool.padding, pool.size, strict=True)):
        raise Unsupported("padding of a whole window")
    if pool.kind == "max":
        return _node("MaxPool", pool.size, pool, ceil_mode=int(pool.ceil))
    if pool.kind == "sum" or (pool.ceil and pool.count_padding):
        raise Unsupported("such a pooling")
    counted = {"ceil_mode": int(pool.ceil), "count_include_pad": int(pool.count_padding)}
    return _node("AveragePool", pool.size, pool, **counted)


def _run(node: Any, x: Array, weights: dict[str, Array]) -> Array:
    first = np.ascontiguousarray(np.moveaxis(x, -1, 1), np.float32)
    kind = onnx.TensorProto.FLOAT
    tensors = [
        onnx.numpy_helper.from_array(np.ascontiguousarray(array, np.float32), name)
        for name, array in weights.items()
    ]
    graph = onnx.helper.make_graph(
        [node],
        "one",
        [onnx.helper.make_tensor_value_info("X", kind, first.shape)],
        [onnx.helper.make_tensor_value_info("Y", kind, None)],
        tensors,
    )
    opsets = [onnx.helper.make_opsetid("", OPSET)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        found = session.run(None, {"X": first})[0]
    except onnxruntime.capi.onnxruntime_pybind11_state.OnnxRuntimeException as error:
        raise Unsupported(str(error)) from None
    # ONNX Runtime's maximum of nothing but padding
    found = np.where(found == np.finfo(np.float32).min, -np.inf, found)
    return np.moveaxis(found, 1, -1)

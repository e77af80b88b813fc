"""One operation after the other, against ONNX Runtime."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cnncalc.importers.onnx import read_onnx
from tests.importers.onnx.building import Building
from tests.importers.onnx.running import check, opaque_layers

pytest.importorskip("onnx")
pytestmark = pytest.mark.oracle

Make = Callable[[Building, str], str]


def conv(made: Building, x: str = "x", channels: int = 8, **how: Any) -> str:
    """A 3×3 convolution of a map with 3 channels."""
    return made.node("Conv", x, made.weight(channels, 3, 3, 3), **how)


def spelled_layer_norm(made: Building, x: str) -> str:
    """Over the channels, as exporters wrote it before there was an operation for it."""
    centred = made.node("Sub", x, made.node("ReduceMean", x, axes=[1]))
    squares = made.node("Pow", centred, made.array(2.0))
    variance = made.node("ReduceMean", squares, axes=[1])
    deviation = made.node("Sqrt", made.node("Add", variance, made.array(1e-5)))
    normal = made.node("Div", centred, deviation)
    return made.node("Add", made.node("Mul", made.weight(8, 1, 1), normal), made.weight(8, 1, 1))


def shuffle(made: Building, x: str) -> str:
    """ShuffleNet's."""
    y = made.node("Reshape", x, made.integers(0, 2, 4, 6, 6))
    return made.node(
        "Reshape", made.node("Transpose", y, perm=[0, 2, 1, 3, 4]), made.integers(0, 8, 6, 6)
    )


def computed_shape(made: Building, x: str) -> str:
    """A reshape to a shape that is computed from what arrives."""
    shape = made.node("Shape", x)
    n = made.node("Gather", shape, made.array(0, np.int64))
    channels = made.node("Gather", shape, made.array(1, np.int64))
    half = made.node("Div", channels, made.array(2, np.int64))
    parts = [made.node("Unsqueeze", value, made.integers(0)) for value in (n, half)]
    wanted = made.node("Concat", *parts, made.integers(-1), axis=0)
    return made.node("ReduceMean", made.node("Reshape", x, wanted), axes=[2])


def gelu(made: Building, x: str) -> str:
    """With the error function."""
    share = made.node("Erf", made.node("Div", x, made.array(np.sqrt(2))))
    return made.node(
        "Mul", made.node("Mul", x, made.node("Add", share, made.array(1.0))), made.array(0.5)
    )


def hard_swish(made: Building, x: str) -> str:
    """`x·min(max(x + 3, 0), 6)/6`, the division last."""
    line = made.node("Clip", made.node("Add", x, made.array(3.0)), made.array(0.0), made.array(6.0))
    return made.node("Div", made.node("Mul", line, x), made.array(6.0))


def gate(made: Building, x: str) -> str:
    """Squeeze and excitation with matrix products."""
    y = made.node("ReduceMean", x, axes=[2, 3], keepdims=0)
    y = made.node("Sigmoid", made.node("Gemm", y, made.weight(8, 8), made.weight(8), transB=1))
    return made.node("Mul", x, made.node("Unsqueeze", y, made.integers(2, 3)))


def spatial_gate(made: Building, x: str) -> str:
    """One number per cell, for all channels."""
    return made.node("Mul", x, made.node("Sigmoid", made.node("ReduceMax", x, axes=[1])))


# what is made of a map with 8 channels of 6×6, and the layers that it should become after `conv`
CASES: dict[str, tuple[Make, list[str]]] = {
    "layer norm": (spelled_layer_norm, ["layer_norm"]),
    "shuffle": (shuffle, ["channel_shuffle"]),
    "gelu": (gelu, ["gelu"]),
    "hard swish": (hard_swish, ["hard_swish"]),
    "gate": (gate, ["global_avg_pool", "dense", "sigmoid", "multiply"]),
    "spatial gate": (
        spatial_gate,
        [],
    ),
    "computed shape": (computed_shape, []),
    "silu": (lambda m, x: m.node("Mul", m.node("Sigmoid", x), x), ["silu"]),
    "clip": (
        lambda m, x: m.node("Clip", x, m.array(-0.5), m.array(1.5)),
        ["rescale", "relu6", "rescale"],
    ),
    "two clips": (lambda m, x: m.node("Relu", m.node("Relu", x)), ["relu"]),
    "absolute": (lambda m, x: m.node("Abs", x), ["leaky_relu"]),
    "square": (lambda m, x: m.node("Mul", x, x), ["multiply"]),
    "hard sigmoid": (lambda m, x: m.node("HardSigmoid", x), ["hard_sigmoid"]),
    "other hard sigmoid": (
        lambda m, x: m.node("HardSigmoid", x, alpha=0.3, beta=0.4),
        ["rescale", "relu6", "rescale"],
    ),
    "slope per channel": (lambda m, x: m.node("PRelu", x, m.weight(8, 1, 1)), ["prelu"]),
    "one slope": (lambda m, x: m.node("PRelu", x, m.weight(1)), ["prelu"]),
    "bias alone": (
        lambda m, x: m.node("Add", m.node("Relu", x), m.weight(8, 1, 1)),
        ["relu", "scale"],
    ),
    "table alone": (
        lambda m, x: m.node("Add", m.node("Relu", x), m.weight(8, 6, 6)),
        ["relu", "flatten", "scale", "reshape"],
    ),
    "bias apart": (lambda m, x: m.node("Add", x, m.weight(1, 8, 1, 1)), []),
    "factor": (lambda m, x: m.node("Mul", m.weight(8, 1, 1), x), ["scale"]),
    "factor and bias": (
        lambda m, x: m.node("Add", m.node("Div", x, m.weight(8, 1, 1)), m.weight(8, 1, 1)),
        ["scale"],
    ),
    "batch norm": (
        lambda m, x: m.node(
            "BatchNormalization", x, *(m.weight(8, positive=True) for _ in range(4))
        ),
        ["batch_norm"],
    ),
    "instance norm": (
        lambda m, x: m.node("InstanceNormalization", x, m.weight(8), m.weight(8)),
        ["instance_norm"],
    ),
    "local response": (lambda m, x: m.node("LRN", x, size=3, alpha=0.1), ["local_response_norm"]),
    "length": (lambda m, x: m.node("LpNormalization", x, axis=1), ["l2_norm"]),
    "transposed": (
        lambda m, x: m.node("ConvTranspose", x, m.weight(8, 3, 3, 3), group=2, strides=[2, 2]),
        ["conv_transpose"],
    ),
    "transposed to a size": (
        lambda m, x: m.node(
            "ConvTranspose", x, m.weight(8, 4, 3, 3), strides=[2, 2], output_shape=[12, 11]
        ),
        ["conv_transpose"],
    ),
    "same": (
        lambda m, x: m.node("Conv", x, m.weight(4, 8, 2, 2), auto_pad="SAME_LOWER", strides=[1, 1]),
        ["conv"],
    ),
    "depthwise": (
        lambda m, x: m.node("Conv", x, m.weight(16, 1, 3, 3), group=8),
        ["depthwise_conv"],
    ),
    "grouped": (lambda m, x: m.node("Conv", x, m.weight(6, 4, 3, 3), group=2), ["conv"]),
    "mean with padding": (
        lambda m, x: m.node(
            "AveragePool", x, kernel_shape=[3, 3], pads=[1] * 4, count_include_pad=1
        ),
        ["avg_pool"],
    ),
    "mean without padding": (
        lambda m, x: m.node("AveragePool", x, kernel_shape=[3, 3], pads=[1, 0, 0, 1]),
        ["avg_pool"],
    ),
    "rounding up": (
        lambda m, x: m.node("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1),
        ["max_pool"],
    ),
    "padded maximum": (
        lambda m, x: m.node(
            "MaxPool",
            m.node("Pad", x, m.integers(0, 0, 1, 0, 0, 0, 0, 1), m.array(-np.inf)),
            kernel_shape=[2, 2],
        ),
        ["max_pool"],
    ),
    "flatten": (
        lambda m, x: m.node("Gemm", m.node("Flatten", x), m.weight(288, 4)),
        ["flatten", "dense"],
    ),
    "factor and bias of a product": (
        lambda m, x: m.node(
            "Gemm",
            m.node("Flatten", x),
            m.weight(4, 288),
            m.weight(4),
            transB=1,
            alpha=0.5,
            beta=2.0,
        ),
        ["flatten", "dense"],
    ),
    "tokens": (
        lambda m, x: m.node(
            "Add",
            m.node(
                "MatMul",
                m.node("Transpose", m.node("Reshape", x, m.integers(0, 8, -1)), perm=[0, 2, 1]),
                m.weight(8, 5),
            ),
            m.weight(5),
        ),
        ["reshape", "dense"],
    ),
    "matrix on the left": (
        lambda m, x: m.node("MatMul", m.weight(4, 36), m.node("Reshape", x, m.integers(1, 36, 8))),
        [],
    ),
    "reversed channels": (
        lambda m, x: m.node("Gather", x, m.integers(2, 1, 0), axis=1),
        ["slice", "slice", "slice", "concat"],
    ),
    "every second cell": (
        lambda m, x: m.node("Slice", x, *(m.integers(k) for k in (1, 6, 3, 2))),
        ["slice", "max_pool"],
    ),
    "padded channels": (
        lambda m, x: m.node("Pad", x, m.integers(0, 1, 0, 0, 0, 2, 0, 0)),
        ["permute", "pad"],
    ),
    "depth to space": (
        lambda m, x: m.node("DepthToSpace", x, blocksize=2, mode="CRD"),
        ["pixel_shuffle"],
    ),
    "depth to space, TensorFlow's": (lambda m, x: m.node("DepthToSpace", x, blocksize=2), []),
    "space to depth": (lambda m, x: m.node("SpaceToDepth", x, blocksize=2), ["space_to_depth"]),
    "nearest": (
        lambda m, x: m.node(
            *("Resize", x, "", m.array([1, 1, 2, 3])),
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        ),
        ["resize"],
    ),
    "linear": (
        lambda m, x: m.node("Resize", x, "", m.array([1, 1, 2, 2]), mode="linear"),
        ["resize"],
    ),
    "spread": (
        lambda m, x: m.node("Expand", m.node("GlobalAveragePool", x), m.integers(1, 8, 4, 5)),
        ["global_avg_pool", "resize"],
    ),
    "softmax over cells": (
        lambda m, x: m.node("Softmax", m.node("Flatten", x, axis=2), axis=-1),
        [],
    ),
}


def made_of(make: Make, opset: int) -> bytes:
    """A convolution, and then the case."""
    made = Building(opset)
    return made.model({"x": (1, 3, 8, 8)}, make(made, conv(made)))


@pytest.mark.parametrize("name", CASES)
def test_values_and_layers(name: str) -> None:
    make, wanted = CASES[name]
    data = made_of(make, 13)
    assert opaque_layers(data) == []
    layers = [next(iter(layer)) for layer in read_onnx(data, name="m.onnx").layers]
    assert layers[0] == "conv"
    if wanted:
        assert layers[1:] == wanted
    check(data)

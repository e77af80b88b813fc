"""Normalisations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from cnncalc.exporters.onnx.arranging import reshape_to
from cnncalc.exporters.onnx.graph import Graph, Tensor, onnx_axis, onnx_shape
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes


def normalization(graph: Graph, norm: p.Normalization, x: Tensor) -> str:
    """ONNX's own node, or the formula where it has none."""
    match norm.kind:
        case "batch":
            learned = _learned(graph, norm, (x.channels,))
            moments = (graph.weight("moving_mean"), graph.weight("moving_variance"))
            return graph.node(
                "BatchNormalization", x.name, *learned, *moments, epsilon=norm.epsilon
            )
        case "layer":
            return _layer(graph, norm, x)
        case "group":
            learned = _learned(graph, norm, (x.channels,))
            how = {"num_groups": norm.groups, "epsilon": norm.epsilon}
            return graph.node("GroupNormalization", x.name, *learned, **how)
        case "instance":
            learned = _learned(graph, norm, (x.channels,))
            return graph.node("InstanceNormalization", x.name, *learned, epsilon=norm.epsilon)
        case "l2":
            length = reduce(graph, "ReduceL2", x.name, [1])
            smallest = graph.numbers("epsilon", norm.epsilon)
            return graph.node("Div", x.name, graph.node("Max", length, smallest))
        case "response":
            return _response(graph, norm, x)
        case "input":
            return _input(graph, norm, x)
        case _:
            assert_never(norm.kind)


def reduce(graph: Graph, op: str, name: str, axes: Sequence[int]) -> str:
    """A sum, mean or length over some axes, which stay with size 1."""
    return graph.node(op, name, graph.integers("axes", axes), keepdims=1)


def per_channel(graph: Graph, name: str, x: Tensor) -> str:
    """One of a layer's arrays with a number per channel, to go with every cell of the map."""
    return graph.weight(name, (x.channels, *(1,) * len(x.space)))


def _learned(graph: Graph, norm: p.Normalization, shape: Sizes) -> tuple[str, str]:
    """Factor and offset, which ONNX wants even where there are none."""
    gamma = graph.weight("gamma") if norm.scale else graph.filled("gamma", shape, 1)
    beta = graph.weight("beta") if norm.center else graph.filled("beta", shape, 0)
    return gamma, beta


def _layer(graph: Graph, norm: p.Normalization, x: Tensor) -> str:
    """ONNX's node spans the last axes, so those that are spanned go there and back."""
    n_axes = len(x.shape)
    others = [axis for axis in range(n_axes) if axis not in norm.axes]
    moved = [onnx_axis(axis, n_axes) for axis in (*others, *norm.axes)]
    order = [0, *moved]
    stays = moved == sorted(moved)
    name = x.name if stays else graph.node("Transpose", x.name, perm=order)
    learned = _learned(graph, norm, tuple(x.shape[axis] for axis in norm.axes))
    how = {"axis": len(others) + 1, "epsilon": norm.epsilon}
    normal = graph.node("LayerNormalization", name, *learned, **how)
    if stays:
        return normal
    return graph.node("Transpose", normal, perm=[order.index(k) for k in range(n_axes + 1)])


def _response(graph: Graph, norm: p.Normalization, x: Tensor) -> str:
    """`gamma·x·g / (mean(g) + epsilon) + beta + x`, g the length of every channel's map."""
    length = reduce(graph, "ReduceL2", x.name, range(2, len(x.shape) + 1))
    mean = reduce(graph, "ReduceMean", length, [1])
    strength = graph.node("Add", mean, graph.numbers("epsilon", norm.epsilon))
    weighed = graph.node("Mul", x.name, graph.node("Div", length, strength))
    if norm.scale:
        weighed = graph.node("Mul", weighed, per_channel(graph, "gamma", x))
    if norm.center:
        weighed = graph.node("Add", weighed, per_channel(graph, "beta", x))
    return graph.node("Add", weighed, x.name)


def _input(graph: Graph, norm: p.Normalization, x: Tensor) -> str:
    """`(x - mean) / max(sqrt(variance), epsilon)`."""
    centred = graph.node("Sub", x.name, per_channel(graph, "mean", x))
    deviation = graph.node("Sqrt", per_channel(graph, "variance", x))
    smallest = graph.numbers("epsilon", norm.epsilon)
    return graph.node("Div", centred, graph.node("Max", deviation, smallest))


def local_response(graph: Graph, norm: p.LocalResponseNormalization, x: Tensor) -> str:
    """ONNX's node where ONNX Runtime computes it: pictures, and as many channels on both sides."""
    if len(x.space) == 2 and norm.size % 2:
        how = {"size": norm.size, "alpha": norm.alpha, "beta": norm.beta, "bias": norm.bias}
        return graph.node("LRN", x.name, **how)
    flat = reshape_to(graph, graph.node("Mul", x.name, x.name), (1, x.channels, -1))
    mean = graph.node(
        "AveragePool",
        flat,
        kernel_shape=[norm.size, 1],
        pads=[norm.size // 2, 0, (norm.size - 1) // 2, 0],
        count_include_pad=1,
    )
    mean = reshape_to(graph, mean, onnx_shape(x.shape))
    share = graph.node("Mul", mean, graph.numbers("alpha", norm.alpha))
    base = graph.node("Add", share, graph.numbers("bias", norm.bias))
    return graph.node("Div", x.name, graph.node("Pow", base, graph.numbers("beta", norm.beta)))

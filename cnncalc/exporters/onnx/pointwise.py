"""Merges, and factors and offsets per channel."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import assert_never

import numpy as np

from cnncalc.exporters.onnx.graph import Graph, Tensor, onnx_axis
from cnncalc.exporters.onnx.normalization import per_channel
from cnncalc.ir import primitives as p


def merge(graph: Graph, primitive: p.Merge, values: Sequence[Tensor]) -> str:
    """One node, or one after the other where ONNX takes two at a time."""
    if len(values) == 1:
        return values[0].name
    names = _aligned(graph, values)
    match primitive.kind:
        case "add":
            return graph.node("Add" if len(names) == 2 else "Sum", *names)
        case "multiply":
            return reduce(lambda product, name: graph.node("Mul", product, name), names)
        case "subtract":
            return reduce(lambda rest, name: graph.node("Sub", rest, name), names)
        case "maximum":
            return graph.node("Max", *names)
        case "average":
            return graph.node("Mean", *names)
        case "concat":
            n_axes = len(values[0].shape)
            return graph.node("Concat", *names, axis=onnx_axis(primitive.axis % n_axes, n_axes))
        case _:
            assert_never(primitive.kind)


def _aligned(graph: Graph, values: Sequence[Tensor]) -> list[str]:
    """All of one rank: a gate gets axes of size 1 behind its channels."""
    n_axes = max(len(value.shape) for value in values)
    names = []
    for value in values:
        missing = range(len(value.shape) + 1, n_axes + 1)
        if missing:
            axes = graph.integers("axes", missing)
            names.append(graph.node("Unsqueeze", value.name, axes))
        else:
            names.append(value.name)
    return names


def channel_scale(graph: Graph, primitive: p.ChannelScale, x: Tensor) -> str:
    """A trained factor, a trained offset, or both."""
    name = x.name
    if primitive.factor:
        name = graph.node("Mul", name, per_channel(graph, "scale", x))
    return graph.node("Add", name, per_channel(graph, "bias", x)) if primitive.bias else name


def rescale(graph: Graph, primitive: p.Rescale, x: Tensor) -> str:
    """A fixed factor and offset; what changes nothing is left out."""
    name = x.name
    steps = (("Mul", "scale", primitive.scale, 1), ("Add", "offset", primitive.offset, 0))
    for op, what, values, neutral in steps:
        if any(value != neutral for value in values):
            column = np.reshape(values, (-1, *(1,) * len(x.space)))
            name = graph.node(op, name, graph.numbers(what, column))
    return name

"""Convolutions, transposed convolutions and dense layers."""

from __future__ import annotations

from itertools import chain

import numpy as np

from cnncalc.exporters.onnx.arranging import channels_first, channels_last, pad_with
from cnncalc.exporters.onnx.graph import Array, Graph, Tensor
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Pair, Sizes


def flat_pads(padding: tuple[Pair, ...]) -> list[int]:
    """Pairs as ONNX lists them: the begins of all axes, then the ends."""
    return list(chain(*zip(*padding, strict=True)))


def convolution(graph: Graph, conv: p.Convolution, x: Tensor) -> str:
    """One node; of a table of connections the kernel is put together before it."""
    shape = (conv.filters, x.channels // conv.groups, *conv.kernel)
    if conv.connections is None:
        kernel = graph.weight(conv.weight_name, shape, _filters_first)
    else:
        kernel = _spread(graph, conv, conv.connections, shape)
    return graph.node(
        "Conv",
        *(x.name, kernel, *_bias(graph, conv.bias)),
        kernel_shape=conv.kernel,
        strides=conv.stride,
        dilations=conv.dilation,
        pads=flat_pads(conv.padding),
        group=conv.groups,
    )


def _spread(graph: Graph, conv: p.Convolution, table: tuple[Sizes, ...], shape: Sizes) -> str:
    """The small kernels of the connections, scattered over one that is zero elsewhere."""
    places = [(filter_, channel) for filter_, seen in enumerate(table) for channel in seen]
    zeros = graph.node("Expand", graph.numbers("zero", 0.0), graph.integers("kernel_shape", shape))
    small = graph.weight(conv.weight_name, (len(places), *conv.kernel), _connections_first)
    indices = graph.integers("connections", np.array(places))
    return graph.node("ScatterND", zeros, indices, small)


def _bias(graph: Graph, there_is_one: bool) -> list[str]:
    return [graph.weight("bias")] if there_is_one else []


def _filters_first(array: Array) -> Array:
    """(*kernel axes, in, out) as (out, in, *kernel axes)."""
    return np.moveaxis(array, (-1, -2), (0, 1))


def _connections_first(array: Array) -> Array:
    """(*kernel axes, connections) as (connections, *kernel axes)."""
    return np.moveaxis(array, -1, 0)


def transposed_convolution(graph: Graph, conv: p.TransposedConvolution, x: Tensor) -> str:
    """One node, and cells behind it where the output padding is a stride or more.

    ONNX Runtime takes no more than that: a convolution would not give the input's size back.
    """
    if all(more < stride for more, stride in zip(conv.output_padding, conv.stride, strict=True)):
        return _transposed(graph, conv, x, output_padding=conv.output_padding)
    # all stamps, of which negative padding then cuts off what is too much
    pairs = zip(conv.padding, conv.output_padding, strict=True)
    amount = tuple((-begin, more - end) for (begin, end), more in pairs)
    nothing = ((0, 0),) * len(amount)
    result = _transposed(graph, conv._replace(padding=nothing, bias=False), x)
    result = pad_with(graph, result, amount)
    if not conv.bias:
        return result
    per_channel = (conv.filters, *(1,) * len(conv.kernel))
    return graph.node("Add", result, graph.weight("bias", per_channel))


def _transposed(graph: Graph, conv: p.TransposedConvolution, x: Tensor, **more: Sizes) -> str:
    groups = conv.groups
    shape = (x.channels, conv.filters // groups, *conv.kernel)
    kernel = graph.weight("kernel", shape, lambda array: _channels_first(array, groups))
    return graph.node(
        "ConvTranspose",
        *(x.name, kernel, *_bias(graph, conv.bias)),
        kernel_shape=conv.kernel,
        strides=conv.stride,
        dilations=conv.dilation,
        pads=flat_pads(conv.padding),
        group=groups,
        **more,
    )


def _channels_first(array: Array, groups: int) -> Array:
    """(*kernel axes, in/groups, out) as (in, out/groups, *kernel axes)."""
    *kernel, within, filters = array.shape
    split = np.moveaxis(array, (-2, -1), (0, 1)).reshape(within, groups, -1, *kernel)
    return np.moveaxis(split, 1, 0).reshape(groups * within, filters // groups, *kernel)


def dense(graph: Graph, layer: p.Dense, x: Tensor) -> str:
    """A matrix product; on a map along its channels, which have to come last for that."""
    kernel, bias = graph.weight("kernel"), _bias(graph, layer.bias)
    if not x.space:
        return graph.node("Gemm", x.name, kernel, *bias)
    product = graph.node("MatMul", channels_last(graph, x), kernel)
    if layer.bias:
        product = graph.node("Add", product, *bias)
    return channels_first(graph, product, (*x.space, layer.units))

"""One primitive as ONNX nodes: the match that a new primitive must be added to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from cnncalc.exporters.expressible import Inexpressible
from cnncalc.exporters.onnx import activation, arranging, normalization, pointwise, pooling, sliding
from cnncalc.exporters.onnx.graph import Graph, Tensor
from cnncalc.exporters.onnx.resizing import resize
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes


def emit(graph: Graph, primitive: p.Primitive, values: Sequence[Tensor], shape: Sizes) -> str:
    """Append the nodes that compute a primitive.

    Args:
        graph: Where they go.
        primitive: What is to be computed.
        values: What arrives.
        shape: Shape of the result, channels last.

    Returns:
        The name of the result.

    Raises:
        Inexpressible: ONNX has no way to say it.
    """
    x = values[0]
    match primitive:
        case p.Convolution():
            return sliding.convolution(graph, primitive, x)
        case p.TransposedConvolution():
            return sliding.transposed_convolution(graph, primitive, x)
        case p.Dense():
            return sliding.dense(graph, primitive, x)
        case p.Pooling():
            return pooling.pooling(graph, primitive, x, shape[:-1])
        case p.AdaptivePooling():
            return pooling.adaptive_pooling(graph, primitive, x)
        case p.Normalization():
            return normalization.normalization(graph, primitive, x)
        case p.LocalResponseNormalization():
            return normalization.local_response(graph, primitive, x)
        case p.Activation():
            return activation.activation(graph, primitive, x)
        case p.Maxout(pieces=pieces):
            return activation.maxout(graph, pieces, x)
        case p.ChannelScale():
            return pointwise.channel_scale(graph, primitive, x)
        case p.Rescale():
            return pointwise.rescale(graph, primitive, x)
        case p.Merge():
            return pointwise.merge(graph, primitive, values)
        case p.Reshape():
            return arranging.reshape(graph, x, shape)
        case p.Permute(order=order):
            return arranging.permute(graph, order, x)
        case p.ChannelShuffle(groups=groups):
            return arranging.channel_shuffle(graph, groups, x)
        case p.DepthToSpace(factor=factor):
            return arranging.depth_to_space(graph, factor, x, shape)
        case p.SpaceToDepth(factor=factor):
            return arranging.space_to_depth(graph, factor, x, shape)
        case p.Pad(amount=amount, mode=mode):
            return arranging.pad(graph, amount, mode, x)
        case p.Crop(amount=amount):
            return arranging.crop(graph, amount, x)
        case p.Slice():
            return arranging.cut(graph, primitive, x)
        case p.Resize():
            return resize(graph, primitive, x, shape[:-1])
        case p.Dropout(kind="element", rate=rate):
            return graph.node("Dropout", x.name, graph.numbers("ratio", rate))
        case p.Dropout() | p.Identity():
            return x.name
        case p.Opaque():
            raise Inexpressible("what an opaque layer computes is not known")
        case _:
            assert_never(primitive)

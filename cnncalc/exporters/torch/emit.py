"""One layer as PyTorch modules: the match that a new primitive must be added to."""

from __future__ import annotations

from typing import assert_never

from cnncalc.exporters.expressible import Inexpressible, known
from cnncalc.exporters.torch import arranging, pointwise, pooling, sliding
from cnncalc.exporters.torch.making import Emission
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes


def emit_layer(e: Emission) -> None:
    """Append the modules and expressions that compute a layer.

    Raises:
        Inexpressible: PyTorch has no way to say it.
    """
    lowered = e.node.lowered
    shapes = [known(shape) for shape in lowered.inputs]
    position = 0
    while position < len(lowered.primitives):
        match lowered.primitives[position : position + 2]:
            case (p.Convolution(weight_name="depthwise_kernel") as one, p.Convolution() as other):
                sliding.separable(e, one, other, shapes[0][-1])
                position += 2
            case _:
                _emit(e, lowered.primitives[position], shapes, known(lowered.shapes[position]))
                position += 1
        shapes = [known(lowered.shapes[position - 1])]


def _emit(e: Emission, primitive: p.Primitive, shapes: list[Sizes], shape: Sizes) -> None:
    x = shapes[0]
    match primitive:
        case p.Convolution():
            sliding.convolution(e, primitive, x[-1])
        case p.TransposedConvolution():
            sliding.transposed(e, primitive, x[-1])
        case p.Dense():
            sliding.dense(e, primitive, x)
        case p.Pooling():
            pooling.pooling(e, primitive, x[:-1], shape[:-1])
        case p.AdaptivePooling():
            pooling.adaptive(e, primitive)
        case p.Normalization():
            pointwise.normalization(e, primitive, x)
        case p.LocalResponseNormalization():
            pointwise.local_response(e, primitive, x)
        case p.Activation():
            pointwise.activation(e, primitive, x)
        case p.ChannelScale():
            pointwise.channel_scale(e, primitive, x)
        case p.Rescale():
            pointwise.rescale(e, primitive)
        case p.Merge():
            pointwise.merge(e, primitive, shapes)
        case p.Dropout():
            pointwise.dropout(e, primitive, x)
        case p.Identity():
            e.add("nn.Identity", role="identity")
        case p.Opaque():
            raise Inexpressible("what an opaque layer computes is not known")
        case _:
            _arrange(e, primitive, x, shape)


def _arrange(
    e: Emission,
    primitive: p.Maxout
    | p.Reshape
    | p.Permute
    | p.ChannelShuffle
    | p.DepthToSpace
    | p.SpaceToDepth
    | p.Pad
    | p.Crop
    | p.Slice
    | p.Resize,
    x: Sizes,
    shape: Sizes,
) -> None:
    match primitive:
        case p.Maxout(pieces=pieces):
            arranging.by_number(e, "Maxout", "pieces", pieces)
        case p.Reshape():
            arranging.reshape(e, x, shape)
        case p.Permute(order=order):
            arranging.permute(e, order)
        case p.ChannelShuffle(groups=groups):
            arranging.channel_shuffle(e, groups, x)
        case p.DepthToSpace(factor=factor):
            arranging.depth_to_space(e, factor, x)
        case p.SpaceToDepth(factor=factor):
            arranging.by_number(e, "SpaceToDepth", "factor", factor)
        case p.Pad():
            arranging.pad(e, primitive)
        case p.Crop():
            arranging.crop(e, primitive)
        case p.Slice():
            arranging.cut(e, primitive, x)
        case p.Resize():
            arranging.resize(e, primitive, x[:-1], shape[:-1])
        case _:
            assert_never(primitive)

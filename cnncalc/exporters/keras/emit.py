"""One layer as Keras layers: the match that a new primitive must be added to."""

from __future__ import annotations

from typing import assert_never

from cnncalc.exporters.expressible import Inexpressible, known
from cnncalc.exporters.keras import arranging, pointwise, pooling, sliding
from cnncalc.exporters.keras.making import Emission
from cnncalc.exporters.keras.sliding import Epilogue
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes


def emit_layer(e: Emission) -> None:
    """Append the Keras layers that compute a layer.

    Raises:
        Inexpressible: Keras has no way to say it.
    """
    lowered = e.node.lowered
    inputs = [known(shape) for shape in lowered.inputs]
    outputs = [known(shape) for shape in lowered.shapes]
    position = 0
    while position < len(lowered.primitives):
        shapes = inputs if position == 0 else [outputs[position - 1]]
        rest = lowered.primitives[position:]
        used = _emit_run(e, rest, shapes, outputs[position:])
        position += used


def _emit_run(
    e: Emission, rest: tuple[p.Primitive, ...], shapes: list[Sizes], outputs: list[Sizes]
) -> int:
    """Append the first primitive, with those after it that Keras has in the same layer."""
    match rest:
        case (p.Convolution(weight_name="depthwise_kernel") as first, p.Convolution() as then, *_):
            epilogue, used = _epilogue(rest[2:])
            sliding.separable(e, first, then, shapes[0], epilogue)
            return 2 + used
        case (p.Convolution() as first, *_):
            epilogue, used = _epilogue(rest[1:])
            sliding.convolution(e, first, shapes[0], epilogue)
            return 1 + used
        case (p.TransposedConvolution() as first, *_):
            epilogue, used = _epilogue(rest[1:])
            sliding.transposed(e, first, outputs[0], epilogue)
            return 1 + used
        case (p.Dense() as first, *_):
            epilogue, used = _epilogue(rest[1:])
            sliding.dense(e, first, epilogue)
            return 1 + used
        case (p.AdaptivePooling() as first, *after) if set(first.size) == {1} and _is_plain(first):
            flattened = bool(after) and isinstance(after[0], p.Reshape)
            pooling.whole_map(e, first, keep=not flattened)
            return 1 + flattened
    _emit(e, rest[0], shapes, outputs[0])
    return 1


def _is_plain(pool: p.AdaptivePooling) -> bool:
    return pool.kind in ("max", "average")


def _epilogue(rest: tuple[p.Primitive, ...]) -> tuple[Epilogue, int]:
    match rest:
        case (p.Activation() as activation, *_):
            name = pointwise.activation_name(activation)
            return Epilogue(name), int(name is not None)
        case _:
            return Epilogue(), 0


def _emit(e: Emission, primitive: p.Primitive, shapes: list[Sizes], shape: Sizes) -> None:
    x = shapes[0]
    match primitive:
        case p.Pooling():
            pooling.pooling(e, primitive, x[:-1], shape[:-1])
        case p.AdaptivePooling():
            pooling.adaptive(e, primitive, x[:-1])
        case p.Normalization():
            pointwise.normalization(e, primitive, x)
        case p.LocalResponseNormalization():
            pointwise.local_response(e, primitive)
        case p.Activation():
            pointwise.activation(e, primitive, x)
        case p.Maxout(pieces=pieces):
            arranging.by_number(e, "Maxout", "pieces", pieces)
        case p.ChannelScale():
            pointwise.channel_scale(e, primitive)
        case p.Rescale():
            pointwise.rescale(e, primitive)
        case p.Merge():
            pointwise.merge(e, primitive, shapes)
        case p.Reshape():
            arranging.reshape(e, shape)
        case p.Permute(order=order):
            arranging.permute(e, order)
        case p.ChannelShuffle(groups=groups):
            arranging.by_number(e, "ChannelShuffle", "groups", groups)
        case p.DepthToSpace(factor=factor):
            arranging.by_number(e, "DepthToSpace", "factor", factor)
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
        case p.Dropout():
            pointwise.dropout(e, primitive, x)
        case p.Identity():
            e.add("layers.Identity", role="identity")
        case p.Opaque():
            raise Inexpressible("what an opaque layer computes is not known")
        case p.Convolution() | p.TransposedConvolution() | p.Dense():
            raise AssertionError("these are emitted with what follows them")
        case _:
            assert_never(primitive)

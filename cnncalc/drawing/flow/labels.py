"""What a box says about a layer: its op with the arguments that matter, in a few words."""

from __future__ import annotations

from typing import assert_never

from cnncalc.ir import primitives as p
from cnncalc.ir.graph import Node
from cnncalc.ir.shapes import Sizes, format_shape
from cnncalc.source.printable import printable

_SHOWN_AS = {"residual": "add"}  # what it computes; the way around is in the picture


def label_of(node: Node) -> str:
    """The op and its key arguments: `conv 3×3 /2, 64`."""
    op = printable(_SHOWN_AS.get(node.op, node.op).replace("_", " "))
    primitives = node.lowered.primitives
    if not primitives:
        return op
    label = op + _arguments(primitives[0])
    match primitives[-1]:
        case p.Convolution(filters) if len(primitives) > 1:  # pointwise, after a depthwise one
            return f"{label.rpartition(',')[0]}, {filters}"
        case p.Activation(function) if len(primitives) > 1:
            return f"{label} + {function.replace('_', ' ')}"
        case _:
            return label


def _arguments(primitive: p.Primitive) -> str:
    match primitive:
        case p.Convolution() | p.TransposedConvolution():
            grouped = 1 < primitive.groups < primitive.filters  # as many as filters is depthwise
            groups = f", {primitive.groups} groups" if grouped else ""
            window = _window(primitive.kernel, primitive.stride, primitive.dilation)
            return f"{window}, {primitive.filters}{groups}"
        case p.Pooling(_, size, stride, dilation):
            return _window(size, stride, dilation)
        case p.AdaptivePooling(_, size):
            return "" if set(size) == {1} else f" to {format_shape(size)}"
        case p.Dense(units):
            return f" {units}"
        case p.Normalization(groups=groups):
            return f" {groups}" if groups > 1 else ""
        case p.LocalResponseNormalization(size):
            return f" {size}"
        case p.Maxout(pieces):
            return f" {pieces}"
        case p.ChannelShuffle(groups):
            return f" {groups}"
        case p.DepthToSpace(factor) | p.SpaceToDepth(factor):
            return f" {factor}"
        case p.Resize(size):
            return f" to {format_shape(size)}"
        case p.Dropout(kind, rate):
            return "" if kind == "path" else f" {rate:g}"  # grows from block to block
        case p.Slice(_, start, stop):
            return f" {start} to {stop - 1}"
        case p.Permute(order):
            return f" {', '.join(map(str, order))}"
        case p.Pad(amount) | p.Crop(amount):
            same = len({size for pair in amount for size in pair}) == 1
            return f" {amount[0][0]}" if same else ""
        case (
            p.Activation()
            | p.ChannelScale()
            | p.Rescale()
            | p.Merge()
            | p.Reshape()  # the shape is written below the box
            | p.Identity()
            | p.Opaque()
        ):
            return ""
        case _:
            assert_never(primitive)


def _window(size: Sizes, stride: Sizes, dilation: Sizes) -> str:
    text = f" {format_shape(size)}"
    if set(stride) != {1}:
        text += f" /{_short(stride)}"
    if set(dilation) != {1}:
        text += f", dilation {_short(dilation)}"
    return text


def _short(sizes: Sizes) -> str:
    return str(sizes[0]) if len(set(sizes)) == 1 else format_shape(sizes)

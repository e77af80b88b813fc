"""Multiply-accumulates and floating-point operations of every primitive.

MACs are those of convolutions and dense layers, bias excluded. FLOPs are two per MAC and, per
output element, what the table in the documentation's definitions says; they are itemised by kind.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple, assert_never

from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Shape, Size, n_elements
from cnncalc.ir.windows import adaptive_bins

_NORMALIZATION_FLOPS = {
    "batch": 2,  # folded: one factor and one offset
    "input": 2,
    "l2": 3,
    "layer": 5,
    "group": 5,
    "instance": 5,
    "response": 5,
}
_BILINEAR_FLOPS = 7
_SOFTMAX_FLOPS = 3


class Operations(NamedTuple):
    """What a primitive costs for one sample.

    Attributes:
        macs: Multiply-accumulates; None when not known.
        flops: Further operations by kind, beside the two per MAC; None when not known.
    """

    macs: Size
    flops: dict[str, int] | None


_UNKNOWN = Operations(None, None)
_FREE = Operations(0, {})


def operations(primitive: p.Primitive, inputs: tuple[Shape, ...], output: Shape) -> Operations:
    """Operations of a primitive for one sample."""
    n_out = n_elements(output)
    match primitive:
        case p.Convolution() | p.Dense():
            return _products(primitive, inputs[0], n_out)
        case p.TransposedConvolution():
            return _transposed(primitive, inputs[0], n_out)
        case p.Opaque(macs=macs):
            return Operations(macs, None)
        case p.AdaptivePooling():
            return _adaptive(primitive, inputs[0])
        case p.Pooling(kind=kind, size=size):
            return _per_element("pooling", prod(size) - (kind != "average"), n_out)
        case p.Normalization(kind=norm):
            return _per_element("normalization", _NORMALIZATION_FLOPS[norm], n_out)
        case p.LocalResponseNormalization(size=channels):
            return _per_element("normalization", channels + 3, n_out)
        case p.Activation(function="softmax" | "log_softmax"):
            return _per_element("activation", _SOFTMAX_FLOPS, n_out)
        case p.Activation():
            return _per_element("activation", 1, n_out)
        case p.Maxout(pieces=pieces):
            return _per_element("activation", pieces - 1, n_out)
        case p.ChannelScale(bias=bias, factor=factor):
            return _per_element("scale", factor + bias, n_out)
        case p.Rescale(offset=offset):
            return _per_element("scale", 1 + any(offset), n_out)
        case p.Merge(kind="concat"):
            return _FREE
        case p.Merge():
            return _per_element("merge", len(inputs) - 1, n_out)
        case p.Resize(mode="bilinear"):
            return _per_element("resize", _BILINEAR_FLOPS, n_out)
        case (
            p.Reshape()
            | p.Permute()
            | p.ChannelShuffle()
            | p.DepthToSpace()
            | p.SpaceToDepth()
            | p.Pad()
            | p.Crop()
            | p.Slice()
            | p.Resize()
            | p.Dropout()
            | p.Identity()
        ):
            return _FREE
        case _:
            assert_never(primitive)


def _per_element(kind: str, flops: int, n_out: Size) -> Operations:
    return Operations(0, None if n_out is None else {kind: flops * n_out})


def _products(primitive: p.Convolution | p.Dense, shape: Shape, n_out: Size) -> Operations:
    channels = shape[-1]
    if n_out is None or channels is None:
        return _UNKNOWN
    match primitive:
        case p.Dense():
            macs = n_out * channels
        case p.Convolution(connections=tuple(connections)):
            positions = n_out // primitive.filters
            macs = positions * prod(primitive.kernel) * sum(map(len, connections))
        case p.Convolution(groups=groups):
            if channels % groups:
                return _UNKNOWN
            macs = n_out * prod(primitive.kernel) * (channels // groups)
    return Operations(macs, {"bias": n_out} if primitive.bias else {})


def _transposed(conv: p.TransposedConvolution, shape: Shape, n_out: Size) -> Operations:
    n_in = n_elements(shape)
    if n_in is None or n_out is None or conv.filters % conv.groups:
        return _UNKNOWN
    macs = n_in * prod(conv.kernel) * (conv.filters // conv.groups)
    return Operations(macs, {"bias": n_out} if conv.bias else {})


def _adaptive(pool: p.AdaptivePooling, shape: Shape) -> Operations:
    """Every bin costs as an ordinary window of its size would."""
    if None in shape:
        return Operations(0, None)
    cells = windows = 1
    for size, output in zip(shape, pool.size, strict=False):
        assert size is not None
        windows *= output
        cells *= _bin_cells(size, output)
    per_channel = cells - (windows if pool.kind == "max" else 0)
    return Operations(0, {"pooling": per_channel * (shape[-1] or 0)})


def _bin_cells(size: int, output: int) -> int:
    """Cells that all bins of one axis cover together; neighbours may share one."""
    if size % output == 0:
        return size
    if output > 10_000:  # a bin and its neighbour share a cell unless they meet at one's border
        from math import gcd

        return size + output - gcd(size, output)
    return sum(stop - start for start, stop in adaptive_bins(size, output))

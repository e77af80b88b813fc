"""A convolution written as what it is: a dense layer with many zeros and few different weights.

A row of the matrix belongs to an input value, a column to an output value. With one channel, one
filter and stride 1 all diagonals of its blocks are constant, and so are the diagonals of blocks: it
is a doubly block Toeplitz matrix.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

import numpy as np

from cnncalc.analysis.facts import LayerFacts
from cnncalc.errors import UsageError
from cnncalc.ir.primitives import Convolution
from cnncalc.ir.shapes import Sizes, format_shape
from cnncalc.numeric.kernels.kernel import Array
from cnncalc.numeric.predicted_fields import sizes
from cnncalc.spec.problems import show

_MOST_ENTRIES = 2**26


class Sharing(NamedTuple):
    """What a convolution saves against a dense layer from the same inputs to the same outputs.

    Attributes:
        n_entries: Entries of the matrix: the weights of the dense layer.
        n_zeros: Those that are zero because the window does not reach that far.
        n_uses: Those that are a weight of the kernel.
        n_weights: Different weights among them: those of the kernel.
    """

    n_entries: int
    n_zeros: int
    n_uses: int
    n_weights: int


def sharing(layer: LayerFacts) -> Sharing:
    """Count zeros and shared weights of a convolution's matrix, at any size without making it.

    Raises:
        UsageError: The layer is no convolution.

    Example:
        >>> import cnncalc
        >>> sharing(cnncalc.analyze(cnncalc.load("ten-filters")).layer("conv_1"))
        Sharing(n_entries=31457280, n_zeros=30745800, n_uses=711480, n_weights=750)
    """
    conv, shape, output = _convolution(layer)
    n_channels = shape[-1]
    pairs = (
        sum(map(len, conv.connections))
        if conv.connections is not None
        else n_channels // conv.groups * conv.filters
    )
    # a place in the kernel is used wherever it is used along every axis
    per_axis = [sum(len(places) for places, _ in axis) for axis in _taps(conv, shape, output)]
    n_uses = pairs * prod(per_axis)
    n_entries = prod(shape) * prod(output)
    return Sharing(n_entries, n_entries - n_uses, n_uses, pairs * prod(conv.kernel))


def dense_matrix(layer: LayerFacts, kernel: Array) -> Array:
    """The matrix M for which `x.reshape(-1) @ M` is the convolution of x, without its bias.

    Args:
        layer: A convolution of any rank, stride, dilation, padding and groups.
        kernel: Its kernel, in the layout of the layer.

    Shapes:
        values of the input × values of the output, channels last in both

    Raises:
        UsageError: The layer is no convolution, the kernel has another shape, or the matrix would
            have more than 2^26 entries.
    """
    conv, shape, output = _convolution(layer)
    if prod(shape) * prod(output) > _MOST_ENTRIES:
        raise UsageError(
            f"the matrix of {show(layer.name)} would be {prod(shape)}×{prod(output)}; it may have"
            f" {_MOST_ENTRIES} entries at most, so take a smaller input"
        )
    full = _full_kernel(layer, conv, shape[-1], kernel)
    cells, places = prod(shape[:-1]), prod(output[:-1])
    matrix = np.zeros((cells, shape[-1], places, conv.filters), kernel.dtype)
    reached = _taps(conv, shape, output)
    for tap in np.ndindex(*conv.kernel):
        outs, ins = _flat([reached[axis][j] for axis, j in enumerate(tap)], shape, output)
        matrix[ins, :, outs, :] = full[tap]
    return matrix.reshape(prod(shape), prod(output))


def _convolution(layer: LayerFacts) -> tuple[Convolution, Sizes, Sizes]:
    primitives = layer.node.lowered.primitives
    if not primitives or not isinstance(primitives[0], Convolution):
        raise UsageError(f"{show(layer.name)} is no convolution, but {show(layer.op)}")
    lowered = layer.node.lowered
    return primitives[0], sizes(lowered.inputs[0]), sizes(lowered.shapes[0])


Reached = tuple[Array, Array]  # output places, and the input cell that each reads


def _taps(conv: Convolution, shape: Sizes, output: Sizes) -> list[list[Reached]]:
    """Per axis and place in the kernel, which outputs read which cells there."""
    found = []
    for axis, n_taps in enumerate(conv.kernel):
        places = np.arange(output[axis])
        start = places * conv.stride[axis] - conv.padding[axis][0]
        taps = []
        for j in range(n_taps):
            cells = start + j * conv.dilation[axis]
            inside = (cells >= 0) & (cells < shape[axis])
            taps.append((places[inside], cells[inside]))
        found.append(taps)
    return found


def _flat(per_axis: list[Reached], shape: Sizes, output: Sizes) -> Reached:
    """Flat places and cells of a tap that is given axis by axis."""
    outs = np.meshgrid(*(places for places, _ in per_axis), indexing="ij")
    ins = np.meshgrid(*(cells for _, cells in per_axis), indexing="ij")
    return (
        np.ravel_multi_index([each.ravel() for each in outs], output[:-1]),
        np.ravel_multi_index([each.ravel() for each in ins], shape[:-1]),
    )


def _full_kernel(layer: LayerFacts, conv: Convolution, n_channels: int, kernel: Array) -> Array:
    """The kernel with the zeros between groups, or where a filter has no connection."""
    needed = next(weight.shape for weight in layer.weights or () if weight.name != "bias")
    if kernel.shape != needed:
        raise UsageError(
            f"the kernel of {show(layer.name)} is {format_shape(needed)},"
            f" not {format_shape(kernel.shape)}"
        )
    full = np.zeros((*conv.kernel, n_channels, conv.filters), kernel.dtype)
    if conv.connections is not None:
        pairs = [(c, f) for f, channels in enumerate(conv.connections) for c in channels]
        for number, (channel, filter_) in enumerate(pairs):
            full[..., channel, filter_] = kernel[..., number]
        return full
    wide, deep = conv.filters // conv.groups, n_channels // conv.groups
    for group in range(conv.groups):
        filters = slice(group * wide, (group + 1) * wide)
        full[..., group * deep : (group + 1) * deep, filters] = kernel[..., filters]
    return full

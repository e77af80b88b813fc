"""What a block of output rows reads: its padded input rows, and windows over them."""

from __future__ import annotations

from math import prod
from typing import NamedTuple, TypeAlias

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Pair, Sizes
from cnncalc.numeric.kernels.kernel import Array

Slices: TypeAlias = tuple[slice, ...]


class Axis(NamedTuple):
    """One spatial axis of a sliding window."""

    size: int
    kernel: int
    stride: int
    dilation: int
    padding: Pair
    output: int

    def reach(self, n_outputs: int) -> int:
        """Cells that this many neighbouring outputs read together: `(n - 1)·S + D(F - 1) + 1`."""
        return (n_outputs - 1) * self.stride + self.dilation * (self.kernel - 1) + 1


def axes(conv: p.Convolution, shape: Sizes, output: Sizes) -> tuple[Axis, ...]:
    """The spatial axes of a convolution between arrays of these shapes, batch first."""
    spatial = zip(
        shape[1:-1],
        conv.kernel,
        conv.stride,
        conv.dilation,
        conv.padding,
        output[1:-1],
        strict=True,
    )
    return tuple(Axis(*axis) for axis in spatial)


class Slab:
    """The input rows under a block of output rows, with the padding around them.

    Only cells that a window reaches are in it. Where nothing is padded the input itself serves.

    Attributes:
        shape: Shape for a whole block, channels last.
        needed: Whether there is padding, so that rows have to be copied.
    """

    def __init__(self, axes: tuple[Axis, ...], channels: int, rows: int) -> None:
        self._first = axes[0]
        lengths = [axis.reach(axis.output) for axis in axes]
        self.shape: Sizes = (axes[0].reach(rows), *lengths[1:], channels)
        self.needed = any(
            axis.padding[0] > 0 or length > axis.size
            for axis, length in zip(axes, lengths, strict=True)
        )
        pairs = [_overlap(*pair) for pair in zip(axes, lengths, strict=True)]
        self._target: Slices = tuple(pair[0] for pair in pairs[1:])
        self._origin: Slices = tuple(pair[1] for pair in pairs[1:])

    def fill(self, slab: Array, sample: Array, row: int, n_rows: int) -> None:
        """Copy what output rows from `row` on read; the sides of the slab are zero already."""
        first = self._first
        low = row * first.stride - first.padding[0]
        count = first.reach(n_rows)
        start, stop = max(low, 0), max(min(low + count, first.size), 0)
        if low < 0:
            slab[:-low] = 0
        if start < stop:
            origin = sample[(slice(start, stop), *self._origin)]
            slab[(slice(start - low, stop - low), *self._target)] = origin
        if low + count > first.size:
            slab[max(stop - low, 0) : count] = 0


def _overlap(axis: Axis, length: int) -> tuple[slice, slice]:
    """Where the input's cells lie in the slab, and which they are."""
    begin = axis.padding[0]
    stop = max(min(axis.size, length - begin), 0)
    return slice(begin, begin + stop), slice(0, stop)


def windows(base: Array, offset: int, axes: tuple[Axis, ...], rows: int, slab: Sizes) -> Array:
    """View of every window: (rows, outputs…, kernel…, channels), in the memory of `base`.

    Args:
        base: C-contiguous array that the slab lies in.
        offset: Where the slab begins, in bytes.
        axes: The spatial axes.
        rows: Output rows.
        slab: Sizes of the array whose rows are read, for the strides.
    """
    item = base.itemsize
    steps = [item * prod(slab[position + 1 :]) for position in range(len(slab) - 1)]
    sliding = [step * axis.stride for step, axis in zip(steps, axes, strict=True)]
    within = [step * axis.dilation for step, axis in zip(steps, axes, strict=True)]
    shape = (rows, *(a.output for a in axes[1:]), *(a.kernel for a in axes), slab[-1])
    return np.ndarray(shape, base.dtype, base, offset, (*sliding, *within, item))

"""Depthwise convolution: every channel with a kernel of its own, so there is no matrix product.

Two ways of the same sum. `einsum` goes over windows with the channels innermost, which pays where
there are many; with few of them whole rows are multiplied, one kernel cell at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.numeric.kernels.filters import bias_of
from cnncalc.numeric.kernels.kernel import Array, Site
from cnncalc.numeric.kernels.rows import Block, RowKernel, Turn, Worker
from cnncalc.numeric.kernels.sliding import windows

_BLOCK_BYTES = 1 << 18


def is_depthwise(site: Site[p.Convolution]) -> bool:
    """Whether every group is one channel."""
    conv = site.primitive
    return conv.groups == site.inputs[0][-1] > 1 and conv.connections is None


def _block_rows(site: Site[p.Convolution]) -> int:
    row_bytes = prod(site.output[2:]) * site.dtype.itemsize
    return max(1, min(_BLOCK_BYTES // row_bytes, site.output[1]))


class DepthwiseWindows(RowKernel):
    """`einsum` over windows: any rank, and any number of filters per channel."""

    name = "windows"

    def __init__(self, site: Site[p.Convolution]) -> None:
        super().__init__(site, _block_rows(site))
        self.reserve(self.slab_shape)
        cells = prod(site.primitive.kernel)
        self.weight_bytes = (cells + 1) * self.filters * site.dtype.itemsize
        rank = len(site.primitive.kernel)
        outer, inner = "uvw"[:rank], "xyz"[:rank]
        self.subscripts = f"{outer}{inner}c,{inner}cm->{outer}cm"
        if self.filters == self.channels:
            self.subscripts = self.subscripts.replace("m", "")

    def load(self, arrays: Mapping[str, Array]) -> None:
        conv = self.site.primitive
        each = self.filters // self.channels
        shape = (*conv.kernel, self.channels, *((each,) if each > 1 else ()))
        self.kernel = np.ascontiguousarray(arrays[conv.weight_name]).reshape(shape)
        self.epilogue.load(bias_of(conv, arrays))

    def worker(self, x: Array, out: Array, scratch: list[Array]) -> Worker:
        return _Summer(self, x, out, *scratch)


class _Summer(Worker):
    def __init__(self, kernel: DepthwiseWindows, x: Array, out: Array, padded: Array) -> None:
        super().__init__(kernel.slab, x, padded)
        self._kernel, self._axes, self._subscripts = kernel.kernel, kernel.axes, kernel.subscripts
        self._out = out.reshape(*out.shape[:-1], *kernel.kernel.shape[len(kernel.axes) :])

    def compute(self, block: Block, turn: Turn) -> None:
        sample, row, n_rows = block
        self.fill(block)
        if self._slab.needed:
            seen = windows(self._padded, 0, self._axes, n_rows, self._slab.shape)
        else:
            step = self._axes[0].stride * self._x.strides[1]
            offset = sample * self._x.strides[0] + row * step
            seen = windows(self._x, offset, self._axes, n_rows, self._x.shape[1:])
        out = self._out[sample, row : row + n_rows]
        np.einsum(self._subscripts, seen, self._kernel, out=out)


class DepthwiseRows(RowKernel):
    """Whole rows times whole rows of weights: two spatial axes, stride 1 along the second."""

    name = "row sums"

    def __init__(self, site: Site[p.Convolution]) -> None:
        super().__init__(site, _block_rows(site))
        self.length = prod(site.output[2:])
        self.products = (self.block_rows, self.length)
        self.reserve(self.products, self.slab_shape)
        cells = prod(site.primitive.kernel)
        self.weight_bytes = (cells * self.length + self.filters) * site.dtype.itemsize

    @staticmethod
    def suits(site: Site[p.Convolution]) -> bool:
        """Whether it is a depthwise convolution of this kind."""
        conv = site.primitive
        return (
            is_depthwise(site)
            and len(conv.kernel) == 2
            and conv.stride[1] == 1
            and conv.filters == conv.groups
        )

    def load(self, arrays: Mapping[str, Array]) -> None:
        conv = self.site.primitive
        kernel = arrays[conv.weight_name].reshape(*conv.kernel, self.channels)
        self.kernel = np.tile(kernel, (1, 1, self.axes[1].output))
        self.epilogue.load(bias_of(conv, arrays))

    def worker(self, x: Array, out: Array, scratch: list[Array]) -> Worker:
        return _RowSummer(self, x, out, *scratch)


class _RowSummer(Worker):
    def __init__(
        self, kernel: DepthwiseRows, x: Array, out: Array, products: Array, padded: Array
    ) -> None:
        super().__init__(kernel.slab, x, padded)
        self._kernel, self._axes, self._length = kernel.kernel, kernel.axes, kernel.length
        self._out = out.reshape(*out.shape[:2], -1)
        self._products = products
        self._step = kernel.axes[1].dilation * kernel.channels

    def compute(self, block: Block, turn: Turn) -> None:
        sample, row, n_rows = block
        rows = self._rows(block)
        out, spare = self._out[sample, row : row + n_rows], self._products[:n_rows]
        down, last = self._axes[0], (n_rows - 1) * self._axes[0].stride + 1
        for i, line in enumerate(self._kernel):
            seen = rows[i * down.dilation : i * down.dilation + last : down.stride]
            for j, weights in enumerate(line):
                cells = seen[:, j * self._step : j * self._step + self._length]
                if i == j == 0:
                    np.multiply(cells, weights, out=out)
                else:
                    np.multiply(cells, weights, out=spare)
                    np.add(out, spare, out=out)

    def _rows(self, block: Block) -> Array:
        if self._slab.needed:
            self.fill(block)
            return self._padded.reshape(len(self._padded), -1)
        sample = self._x[block.sample]
        rows: Array = sample.reshape(len(sample), -1)
        return rows[block.row * self._axes[0].stride :]

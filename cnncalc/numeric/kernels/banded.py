"""Convolution of small maps with few channels as a product with a banded matrix.

All cells of an output row are one row of `rows · band`, where `rows` are the input rows under it,
end to end, and the band repeats the kernel along the output (a Toeplitz matrix). It multiplies many
zeros, yet copies whole rows and not windows, which is what small maps spend their time on.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.numeric.kernels.filters import bias_of, connected
from cnncalc.numeric.kernels.kernel import Array, Site
from cnncalc.numeric.kernels.rows import Block, RowKernel, Turn, Worker


class Banded(RowKernel):
    """Two spatial axes, one group."""

    name = "banded"

    def __init__(self, site: Site[p.Convolution]) -> None:
        super().__init__(site, site.output[1])
        down, across = self.axes
        self.line = self.slab.shape[1] * self.channels
        self.depth = down.kernel * self.line
        self.length = across.output * self.filters
        self.columns = (self.block_rows, down.kernel, self.line)
        self.reserve(self.columns, self.slab.shape)
        self.weight_bytes = (self.depth * self.length + self.filters) * site.dtype.itemsize

    @staticmethod
    def suits(site: Site[p.Convolution]) -> bool:
        """Whether it is a convolution of this kind."""
        conv = site.primitive
        return len(conv.kernel) == 2 and conv.groups == 1 and not site.exact

    @staticmethod
    def n_products(site: Site[p.Convolution]) -> int:
        """Multiplications for one sample, those with zeros too."""
        conv = site.primitive
        _, height, width, filters = site.output
        line = (width - 1) * conv.stride[1] + conv.dilation[1] * (conv.kernel[1] - 1) + 1
        return height * conv.kernel[0] * line * site.inputs[0][-1] * width * filters

    def load(self, arrays: Mapping[str, Array]) -> None:
        conv = self.site.primitive
        kernel = arrays[conv.weight_name]
        if conv.connections is not None:
            kernel = connected(conv, kernel, self.channels)
        across = self.axes[1]
        shape = (conv.kernel[0], self.slab.shape[1], self.channels, across.output, self.filters)
        band = np.zeros(shape, kernel.dtype)
        for position in range(across.output):
            for cell in range(across.kernel):
                column = position * across.stride + cell * across.dilation
                band[:, column, :, position] = kernel[:, cell]
        self.band = band.reshape(self.depth, self.length)
        self.epilogue.load(bias_of(conv, arrays))

    def worker(self, x: Array, out: Array, scratch: list[Array]) -> Worker:
        return _Bander(self, x, out, *scratch)


class _Bander(Worker):
    def __init__(self, kernel: Banded, x: Array, out: Array, columns: Array, padded: Array) -> None:
        super().__init__(kernel.slab, x, padded)
        self._band, self._down = kernel.band, kernel.axes[0]
        self._out = out.reshape(*out.shape[:2], -1)
        self._columns = columns
        self._lines = padded.reshape(len(padded), -1)

    def compute(self, block: Block, turn: Turn) -> None:
        sample, row, n_rows = block
        down, line = self._down, self._lines.strides[0]
        self._slab.fill(self._padded, self._x[sample], row, n_rows)
        shape = (n_rows, *self._columns.shape[1:])
        strides = (line * down.stride, line * down.dilation, self._lines.itemsize)
        columns = self._columns[:n_rows]
        np.copyto(columns, np.ndarray(shape, self._lines.dtype, self._padded, 0, strides))
        out = self._out[sample, row : row + n_rows]
        np.matmul(columns.reshape(n_rows, -1), self._band, out=out)

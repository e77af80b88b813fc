"""Convolution as one product per block: windows gathered into the rows of a matrix (im2col)."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.numeric.kernels.filters import bias_of, bundled, connected
from cnncalc.numeric.kernels.kernel import Array, Site
from cnncalc.numeric.kernels.panels import Panels
from cnncalc.numeric.kernels.rows import Block, RowKernel, Turn, Worker
from cnncalc.numeric.kernels.sliding import windows

_BLOCK_BYTES = 1 << 20
_ENOUGH_POSITIONS = 256
_BUNDLE_CHANNELS = 16


class Gather(RowKernel):
    """`out = windows · kernel`, any rank, stride, dilation and grouping.

    Groups are products of their own; narrow ones are bundled, with zeros between them, until a
    product is worth its call. Of a map with one channel it is not windows that are copied, but for
    each cell of the kernel the row that it sees: fewer runs of values, and longer ones.
    """

    name = "gather"

    def __init__(self, site: Site[p.Convolution]) -> None:
        conv = site.primitive
        channels, filters = site.inputs[0][-1], site.output[-1]
        self._bundle = _bundle(conv.groups, min(channels, filters) // conv.groups)
        self._groups = conv.groups // self._bundle
        self._depth = prod(conv.kernel) * (channels // self._groups)
        positions = prod(site.output[2:-1])
        super().__init__(site, self._rows(site, positions, channels))
        self._columns = (self._groups, self.block_rows * positions, self._depth)
        rows, width = self.block_rows * positions, filters // self._groups
        self.by_cell = has_long_rows(site)
        self.panels = Panels((self._groups,), self._depth, width, rows, site.dtype)
        self.reserve(self._columns, self.slab_shape, self.panels.scratch_shape)
        self.weight_bytes = self.panels.n_bytes + filters * site.dtype.itemsize

    def _rows(self, site: Site[p.Convolution], positions: int, channels: int) -> int:
        """Rows that fill the cache, or make the product large beside the kernel that it reads."""
        row_bytes = positions * self._depth * self._groups * site.dtype.itemsize
        rows = max(_BLOCK_BYTES // row_bytes, -(-_ENOUGH_POSITIONS // positions))
        return max(1, min(rows, site.output[1]))

    def load(self, arrays: Mapping[str, Array]) -> None:
        conv = self.site.primitive
        kernel = arrays[conv.weight_name]
        if conv.connections is not None:
            kernel = connected(conv, kernel, self.channels)
        if conv.groups == 1:
            self.panels.load(kernel.reshape(1, self._depth, -1))
        else:
            self.panels.load(bundled(kernel, conv.groups, self._bundle))
        self.epilogue.load(bias_of(conv, arrays))

    def worker(self, x: Array, out: Array, scratch: list[Array]) -> Worker:
        return _Gatherer(self, x, out, *scratch)


def has_long_rows(site: Site[p.Convolution]) -> bool:
    """Whether what a cell of the kernel sees along a row lies side by side, and is much."""
    conv = site.primitive
    return site.inputs[0][-1] == conv.stride[-1] == 1 and site.output[-2] > conv.kernel[-1]


def _bundle(groups: int, channels: int) -> int:
    """How many groups make one product: the fewest, by which they divide, that are wide enough."""
    for bundle in range(1, groups + 1):
        if groups % bundle == 0 and (groups == 1 or bundle * channels >= _BUNDLE_CHANNELS):
            return bundle
    return groups


class _Gatherer(Worker):
    def __init__(
        self, kernel: Gather, x: Array, out: Array, columns: Array, padded: Array, spare: Array
    ) -> None:
        super().__init__(kernel.slab, x, padded)
        self._panels, self._axes, self._spare = kernel.panels, kernel.axes, spare
        self._by_cell = kernel.by_cell
        self._out = out
        self._columns = columns
        self._buffer = columns.reshape(-1)
        self._groups, _, self._depth = columns.shape
        self._positions = prod(out.shape[2:-1])
        self._full = self._views(kernel.block_rows, self._padded, 0) if self._slab.needed else None
        self._rows = kernel.block_rows

    def _views(self, rows: int, base: Array, offset: int) -> tuple[Array, Array, Array]:
        """Windows and columns shaped alike, and the columns as matrices."""
        sizes = self._slab.shape if base is self._padded else self._x.shape[1:]
        seen = windows(base, offset, self._axes, rows, sizes)
        matrices = self._buffer[: self._groups * rows * self._positions * self._depth]
        if self._by_cell:
            rank = len(self._axes)
            seen = seen.transpose(*range(rank, 2 * rank + 1), *range(rank))
            by_cell = matrices.reshape(1, self._depth, -1)
            return seen, matrices.reshape(seen.shape), by_cell.swapaxes(1, 2)
        if self._groups == 1:
            return seen, matrices.reshape(seen.shape), matrices.reshape(1, -1, self._depth)
        seen = seen.reshape(*seen.shape[:-1], self._groups, -1)
        seen = np.moveaxis(seen, -2, 0)
        return seen, matrices.reshape(seen.shape), matrices.reshape(self._groups, -1, self._depth)

    def compute(self, block: Block, turn: Turn) -> None:
        sample, row, n_rows = block
        if self._full is None:
            step = self._axes[0].stride * self._x.strides[1]
            offset = sample * self._x.strides[0] + row * step
            seen, cells, matrices = self._views(n_rows, self._x, offset)
        else:
            self.fill(block)
            views = self._full
            seen, cells, matrices = (
                views if n_rows == self._rows else self._views(n_rows, self._padded, 0)
            )
        np.copyto(cells, seen)
        out = self._out[sample, row : row + n_rows]
        groups = out.reshape(matrices.shape[1], self._groups, -1).swapaxes(0, 1)
        self._panels.multiply(matrices, groups, self._spare)

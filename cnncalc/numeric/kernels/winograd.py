"""3×3 convolution with 4/9 of the multiplications: Winograd's F(2×2, 3×3).

A tile of 4×4 inputs gives 2×2 outputs by 16 products in place of 36: `Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A`.
Over channels and tiles the 16 are matrix products; the transforms are additions only.

Reference:
    A. Lavin, S. Gray, Fast algorithms for convolutional neural networks, 2015 (arXiv 1509.09308).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.numeric.kernels.filters import bias_of
from cnncalc.numeric.kernels.kernel import Array, Crew, Site, aligned
from cnncalc.numeric.kernels.points import Made, Points
from cnncalc.numeric.kernels.rows import Block, RowKernel, Turn, Worker

_BLOCK_BYTES = 3 << 19
_LARGEST_BLOCK = 1 << 23


class Winograd(RowKernel):
    """3×3, stride 1, one group, two spatial axes."""

    name = "winograd"
    unit = 2

    def __init__(self, site: Site[p.Convolution]) -> None:
        channels, filters = site.inputs[0][-1], site.output[-1]
        height, width = (-(-size // 2) for size in site.output[1:3])
        row_bytes = 16 * width * (channels + filters) * site.dtype.itemsize
        # a block fills the cache, or is large beside the kernels that every block reads
        large = min(16 * channels * filters * site.dtype.itemsize, _LARGEST_BLOCK)
        rows = max(1, min(max(_BLOCK_BYTES, large) // row_bytes, height))
        super().__init__(site, 2 * rows)
        self.tiles = (rows, width)
        # the padded rows are whole tiles, also where the output ends within one
        self.padded = (2 * rows + 2, 2 * width + 2, channels)
        self.points = Points(channels, filters, rows * width, site.dtype)
        self.weight_bytes = self.points.n_bytes + filters * site.dtype.itemsize
        self.shared_bytes = self.points.made_bytes
        self.reserve(*self._scratch_shapes())

    @staticmethod
    def suits(site: Site[p.Convolution]) -> bool:
        """Whether it is a convolution of this kind."""
        conv = site.primitive
        return (
            conv.kernel == (3, 3)
            and conv.stride == conv.dilation == (1, 1)
            and conv.groups == 1
            and conv.connections is None
            and not site.exact
        )

    def _scratch_shapes(self) -> tuple[tuple[int, ...], ...]:
        (rows, width), (_, across, channels) = self.tiles, self.padded
        tiles = rows * width
        # what is transformed along the rows is done with before the products are written, and the
        # transformed input before the products are transformed back
        inner = max(4 * rows * across * channels, 16 * tiles * self.filters)
        outer = max(16 * tiles * channels, 8 * tiles * self.filters)
        return self.padded, (inner,), (outer,), self.points.scratch_shape

    def load(self, arrays: Mapping[str, Array]) -> None:
        conv = self.site.primitive
        self.points.load(arrays[conv.weight_name])
        bias = bias_of(conv, arrays)
        self.bias = bias if bias is not None and bias.any() else None

    def bind(
        self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array
    ) -> Callable[[], None]:
        shared = aligned(self.shared_bytes)
        self._made, make = self.points.bind(scratch[:shared], crew)
        rows = super().bind(inputs, out, crew, scratch[shared:])

        def run() -> None:
            make()
            rows()

        return run

    def worker(self, x: Array, out: Array, scratch: list[Array]) -> Worker:
        return _Tiler(self, self._made, x, out, *scratch)


class _Tiler(Worker):
    def __init__(
        self,
        kernel: Winograd,
        made: Made,
        x: Array,
        out: Array,
        padded: Array,
        inner: Array,
        outer: Array,
        spare: Array,
    ) -> None:
        super().__init__(kernel.slab, x, padded)
        self._points, self._made, self._out, self._spare = kernel.points, made, out, spare
        self._filters, self._bias = kernel.filters, kernel.bias
        self._width = kernel.tiles[1]
        self._inner, self._outer = inner, outer
        (self._begin, _), self._size = kernel.axes[0].padding, x.shape[1]
        self._left = kernel.axes[1].padding[0]

    def start(self) -> None:
        self._padded.fill(0)

    def fill(self, block: Block) -> None:
        """Copy whole tiles: beyond the input there are zeros, whatever they are padded with."""
        low = block.row - self._begin
        count = 2 * -(-block.n_rows // 2) + 2
        start, stop = max(low, 0), max(min(low + count, self._size), 0)
        rows, columns = self._padded[:count], self._x.shape[2]
        if low < 0:
            rows[:-low] = 0
        if start < stop:
            across = min(columns, rows.shape[1] - self._left)
            cells = self._x[block.sample, start:stop, :across]
            rows[start - low : stop - low, self._left : self._left + across] = cells
        rows[max(stop - low, 0) :] = 0

    def compute(self, block: Block, turn: Turn) -> None:
        n_tiles = -(-block.n_rows // 2)
        with turn:
            self.fill(block)
            tiles = self._transformed(n_tiles)
        products = self._products(tiles, n_tiles)
        with turn:
            self._write(products, n_tiles, block)

    def _transformed(self, n_rows: int) -> Array:
        """`Bᵀ d B` of every tile: (4, 4, tiles, channels)."""
        _, across, channels = self._padded.shape
        down = _part(self._inner, (4, n_rows, across, channels))
        tiles = _part(self._outer, (4, 4, n_rows, self._width, channels))
        _combine([self._padded[i : i + 2 * n_rows : 2] for i in range(4)], list(down))
        columns = [down[:, :, i : i + 2 * self._width : 2] for i in range(4)]
        _combine(columns, [tiles[:, i] for i in range(4)])
        return tiles.reshape(4, 4, -1, channels)

    def _products(self, tiles: Array, n_rows: int) -> Array:
        out = _part(self._inner, (4, 4, n_rows * self._width, self._filters))
        self._points.multiply(tiles, self._made, out, self._spare)
        return out.reshape(4, 4, n_rows, self._width, self._filters)

    def _write(self, m: Array, n_rows: int, block: Block) -> None:
        """`Aᵀ m A` of every tile, into the output."""
        if self._bias is not None:
            m[1, 1] += self._bias  # the one product that is in all four outputs, with a plus
        half = _part(self._outer, (2, *m.shape[1:]))
        np.add(m[1], m[2], out=half[0])
        np.add(half[0], m[0], out=half[0])
        np.subtract(m[1], m[2], out=half[1])
        np.subtract(half[1], m[3], out=half[1])
        target = self._out[block.sample, block.row : block.row + block.n_rows]
        spare = m[0, 0]
        for row, s in enumerate(half):
            rows = target[row::2]
            for column, combine, last in ((0, np.add, 0), (1, np.subtract, 3)):
                cells = rows[:, column::2]
                height, width = cells.shape[:2]
                combine(s[1], s[2], out=spare)
                combine(spare[:height, :width], s[last, :height, :width], out=cells)


def _part(buffer: Array, shape: tuple[int, ...]) -> Array:
    return np.ndarray(shape, buffer.dtype, buffer)


def _combine(d: list[Array], out: list[Array]) -> None:
    """`Bᵀ` along one axis: d0 - d2, d1 + d2, d2 - d1, d1 - d3."""
    np.subtract(d[0], d[2], out=out[0])
    np.add(d[1], d[2], out=out[1])
    np.subtract(d[2], d[1], out=out[2])
    np.subtract(d[1], d[3], out=out[3])

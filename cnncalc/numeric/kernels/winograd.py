"""3×3 convolution with 4/9 of the multiplications: Winograd's F(2×2, 3×3).

A tile of 4×4 inputs gives 2×2 outputs by 16 products in place of 36: `Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A`.
Over channels and tiles the 16 are matrix products; the transforms are additions only.

Reference:
    A. Lavin, S. Gray, Fast algorithms for convolutional neural networks, 2015 (arXiv 1509.09308).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod

from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes
from cnncalc.numeric.kernels.chunks import carve
from cnncalc.numeric.kernels.epilogue import Bias
from cnncalc.numeric.kernels.filters import bias_of
from cnncalc.numeric.kernels.kernel import Array, Crew, Site, aligned
from cnncalc.numeric.kernels.points import Points
from cnncalc.numeric.kernels.rows import LEAST_PRODUCTS, RowKernel, Worker
from cnncalc.numeric.kernels.tiles import Room, Tiler

_BLOCK_BYTES = 3 << 18
_LARGEST_BLOCK = 1 << 22


class Winograd(RowKernel):
    """3×3, stride 1, one group, two spatial axes.

    Attributes:
        tiles: Rows and columns of tiles in a block.
        is_one: Whether the output is one block, for one thread. Then nothing is used twice, and
            what is not needed at the same time shares memory.
    """

    name = "winograd"
    unit = 2

    def __init__(self, site: Site[p.Convolution]) -> None:
        channels, filters = site.inputs[0][-1], site.output[-1]
        sizes = site.output[1:3]
        self.tiles = rows, width = _block(site)
        super().__init__(site, 2 * rows)
        self.is_one = is_one_block(site)
        self.points = Points(channels, filters, rows * width, site.dtype, once=not self.is_one)
        self.weight_bytes = self.points.n_bytes + filters * site.dtype.itemsize
        self.shared_bytes = 0 if self.is_one else self.points.n_made * site.dtype.itemsize
        self.reserve(*self._room(sizes))

    def _room(self, sizes: Sequence[int]) -> tuple[Sizes, ...]:
        rows, width = self.tiles
        padded = 4 * (rows + 1) * (width + 1) * self.channels
        row = max(4 * width * self.filters, 2 * (width + 1) * self.channels)
        if self.is_one:
            # two points are made when the padded input is used no more, before that one
            padded = max(padded + self.points.n_values, self.points.n_made)
            if not any(size % 2 for size in sizes) and row <= 4 * width * self.filters:
                row = 0  # there is room in the output
        n_tiles = rows * width
        return (
            (padded,),
            (4 * n_tiles * self.channels,),
            (8 * n_tiles * self.filters,),
            (rows * row,),
            self.points.scratch_shape,
        )

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

    def load(self, arrays: Mapping[str, Array]) -> None:
        conv = self.site.primitive
        self.points.load(arrays[conv.weight_name])
        bias = bias_of(conv, arrays)
        n_tiles = prod(self.tiles)
        self.bias = Bias(bias, n_tiles) if bias is not None and bias.any() else None

    def bind(
        self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array
    ) -> Callable[[], None]:
        if self.is_one:
            return super().bind(inputs, out, crew, scratch)
        shared = aligned(self.shared_bytes)
        (self._made,) = carve(scratch[:shared], self.site.dtype, (self.points.n_made,))
        make = self.points.maker(self._made, crew)
        rows = super().bind(inputs, out, crew, scratch[shared:])

        def run() -> None:
            make()
            rows()

        return run

    def worker(self, x: Array, out: Array, scratch: list[Array]) -> Worker:
        room = Room(*scratch)
        made = room.padded if self.is_one else self._made
        return Tiler(self.slab, self.axes, self.points, made, self.bias, x, out, room)


def is_one_block(site: Site[p.Convolution]) -> bool:
    """Whether the output is one block, and too little for a second thread."""
    n_products = prod(site.output) * 9 * site.inputs[0][-1]
    rows, _ = _block(site)
    return site.output[0] == 1 and 2 * rows >= site.output[1] and n_products < LEAST_PRODUCTS


def _block(site: Site[p.Convolution]) -> tuple[int, int]:
    """Rows and columns of the tiles in a block."""
    channels, filters = site.inputs[0][-1], site.output[-1]
    height, width = (-(-size // 2) for size in site.output[1:3])
    row_bytes = 4 * width * (channels + 3 * filters) * site.dtype.itemsize
    # a block fills the cache, or is large beside the kernels that every block reads
    large = min(8 * channels * filters * site.dtype.itemsize, _LARGEST_BLOCK)
    return max(1, min(max(_BLOCK_BYTES, large) // row_bytes, height)), width

"""AlexNet's normalisation over neighbouring channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.numeric.kernels.chunks import BLOCK_BYTES, Blocks, carve, room_for
from cnncalc.numeric.kernels.kernel import Array, Crew, Kernel, Site


class ResponseNorm(Kernel[p.LocalResponseNormalization]):
    """`x_c / (bias + alpha/size·sum_k(x_k²))^beta`, k from `c - size//2`, `size` of them.

    The squares stand in rows with zeros around them, so that the sum over a window is a sum of
    shifted arrays, whole blocks at a time.
    """

    name = "response"
    in_place: ClassVar[bool] = True

    def __init__(self, site: Site[p.LocalResponseNormalization]) -> None:
        super().__init__(site)
        channels = site.output[-1]
        self._before = min(site.primitive.size // 2, channels - 1)
        self._after = min(site.primitive.size - 1 - site.primitive.size // 2, channels - 1)
        width = channels + self._before + self._after
        n_rows = site.n_outputs // channels
        self._blocks = Blocks.of(n_rows, channels, site.dtype.itemsize, BLOCK_BYTES // 2)
        # the last window of a block ends in the zeros behind it
        self._squares = (self._blocks.size * width + self._before + self._after,)
        self._width = width
        self.scratch_bytes = room_for(site.dtype, self._squares, self._squares)

    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        blocks, channels = self._blocks, out.shape[-1]
        x, y = blocks.view(inputs[0]), blocks.view(out)

        def work(piece: int, scratch: Array) -> None:
            squares, sums = carve(scratch, out.dtype, self._squares, self._squares)
            rows = blocks.rows(piece)
            given, block = x[rows], y[rows]
            n_values = len(given) * self._width
            cells = squares[:n_values].reshape(-1, self._width)
            cells[:, : self._before] = 0
            cells[:, self._before + channels :] = 0
            squares[n_values:] = 0
            with np.errstate(over="ignore"):
                np.multiply(given, given, out=cells[:, self._before : self._before + channels])
                total = self._powers(squares, sums, n_values).reshape(-1, self._width)
            np.divide(given, total[:, :channels], out=block)

        crew.split(work, blocks.n_blocks, scratch)

    def _powers(self, squares: Array, sums: Array, n_values: int) -> Array:
        """What to divide by, for the window that begins at each of the first values."""
        _, alpha, beta, bias = self.site.primitive
        total = sums[:n_values]
        np.copyto(total, squares[:n_values])
        for shift in range(1, self._before + self._after + 1):
            total += squares[shift : shift + n_values]
        total *= alpha / self.site.primitive.size
        total += bias
        match beta:
            case 1:
                return total
            case 0.5:
                return np.sqrt(total, out=total)
            case 0.75:
                root = np.sqrt(total, out=total)
                fourth = np.sqrt(root, out=squares[:n_values])
                return np.multiply(root, fourth, out=total)
            case _:
                return np.power(total, beta, out=total)

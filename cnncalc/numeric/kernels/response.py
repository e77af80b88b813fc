"""AlexNet's normalisation over neighbouring channels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.numeric.kernels.chunks import BLOCK_BYTES, Blocks, carve, room_for
from cnncalc.numeric.kernels.kernel import Array, Site
from cnncalc.numeric.kernels.pieces import Call, PieceKernel


class ResponseNorm(PieceKernel[p.LocalResponseNormalization]):
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
        self.n_pieces = self._blocks.n_blocks
        # the last window of a block ends in the zeros behind it
        self._squares = (self._blocks.size * width + self._before + self._after,)
        self._width = width
        self.scratch_bytes = room_for(site.dtype, self._squares, self._squares)

    def calls(
        self, piece: int, inputs: Sequence[Array], out: Array, scratch: Array
    ) -> Iterable[Call]:
        """Squares among zeros, their sums, the power, the quotient."""
        rows, channels = self._blocks.rows(piece), out.shape[-1]
        given, block = (self._blocks.view(array)[rows] for array in (inputs[0], out))
        squares, sums = carve(scratch, out.dtype, self._squares, self._squares)
        n_values = len(block) * self._width
        cells = squares[:n_values].reshape(-1, self._width)
        total = sums[:n_values]
        yield partial(squares.fill, 0)
        inner = cells[:, self._before : self._before + channels]
        yield partial(np.multiply, given, given, out=inner)
        yield partial(np.copyto, total, squares[:n_values])
        for shift in range(1, self._before + self._after + 1):
            yield partial(np.add, total, squares[shift : shift + n_values], out=total)
        yield partial(self._power, total, squares[:n_values])
        yield partial(np.divide, given, total.reshape(-1, self._width)[:, :channels], out=block)

    def _power(self, total: Array, spare: Array) -> None:
        """`(bias + alpha/size·total)^beta`, in place."""
        size, alpha, beta, bias = self.site.primitive
        total *= alpha / size
        total += bias
        match beta:
            case 1:
                pass
            case 0.5:
                np.sqrt(total, out=total)
            case 0.75:
                # as accurate as a power, and quicker
                np.sqrt(total, out=total)
                np.sqrt(total, out=spare)
                total *= spare
            case _:
                np.power(total, beta, out=total)

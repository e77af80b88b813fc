"""A factor and an offset per channel, which many layers come down to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar

import numpy as np

from cnncalc.numeric.kernels.chunks import Blocks, wide_rows
from cnncalc.numeric.kernels.kernel import Array, P, Site
from cnncalc.numeric.kernels.pieces import Call, PieceKernel


class Affine(PieceKernel[P]):
    """`out = factor·(x - mean) + offset`, each of the three an array per channel or not there.

    Subclasses give the three in `load`. With an offset alone, a mean is better folded into it.
    """

    name = "affine"
    in_place: ClassVar[bool] = True

    def __init__(self, site: Site[P]) -> None:
        super().__init__(site)
        n_rows, width, self._repeats = wide_rows(site.output)
        self._blocks = Blocks.of(n_rows, width, site.dtype.itemsize)
        self.n_pieces = self._blocks.n_blocks
        self.weight_bytes = 2 * width * site.dtype.itemsize
        self._steps: list[tuple[np.ufunc, Array]] = []

    def use(
        self, factor: Array | None, offset: Array | None = None, mean: Array | None = None
    ) -> None:
        """Take the arrays, of any float type, one entry per channel or a single one."""
        channels = self.site.output[-1]
        steps = ((np.subtract, mean), (np.multiply, factor), (np.add, offset))
        self._steps = [
            (
                step,
                np.tile(np.broadcast_to(array, (channels,)), self._repeats).astype(self.site.dtype),
            )
            for step, array in steps
            if array is not None
        ]

    def calls(
        self, piece: int, inputs: Sequence[Array], out: Array, scratch: Array
    ) -> Iterable[Call]:
        """Each step on a block, the first one from input to output."""
        rows = self._blocks.rows(piece)
        given, block = (self._blocks.view(array)[rows] for array in (inputs[0], out))
        if not self._steps:
            yield partial(np.copyto, block, given)
        for step, array in self._steps:
            yield partial(step, given, array, out=block)
            given = block

"""A factor and an offset per channel, which many layers come down to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from cnncalc.numeric.kernels.chunks import Blocks, wide_rows
from cnncalc.numeric.kernels.kernel import Array, Crew, Kernel, P, Site


class Affine(Kernel[P]):
    """`out = factor·(x - mean) + offset`, each of the three an array per channel or not there.

    Subclasses give the three in `load`. With an offset alone, a mean is better folded into it.
    """

    name = "affine"
    in_place: ClassVar[bool] = True

    def __init__(self, site: Site[P]) -> None:
        super().__init__(site)
        n_rows, width, self._repeats = wide_rows(site.output)
        self._blocks = Blocks.of(n_rows, width, site.dtype.itemsize)
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

    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        blocks, steps = self._blocks, self._steps
        x, y = blocks.view(inputs[0]), blocks.view(out)

        def work(piece: int, scratch: Array) -> None:
            rows = blocks.rows(piece)
            given, block = x[rows], y[rows]
            if not steps:
                np.copyto(block, given)
            for step, array in steps:
                step(given, array, out=block)
                given = block

        crew.split(work, blocks.n_blocks, scratch)

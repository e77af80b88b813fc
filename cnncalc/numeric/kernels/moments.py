"""Factors and offsets per channel from statistics of what arrives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import ClassVar

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.numeric.kernels.chunks import Blocks, carve, room_for, wide_rows
from cnncalc.numeric.kernels.kernel import Array, Crew, Kernel, Site
from cnncalc.numeric.kernels.pieces import Call, prepare


class ChannelNorm(Kernel[p.Normalization]):
    """A factor and an offset per channel, from statistics of the channels over many cells.

    A batch normalisation in training has one set of statistics for the whole batch; group,
    instance and response normalisation have one for each sample. Mean first, then the squares of
    what differs from it: three passes, without the cancellation of `E(x²) - E(x)²`. The sum over a
    block's cells is a product with a vector of ones, the fastest sum there is; the sums of the
    blocks are added up in float64.
    """

    name = "moments"
    in_place: ClassVar[bool] = True

    def __init__(self, site: Site[p.Normalization]) -> None:
        super().__init__(site)
        self._channels = site.output[-1]
        self._n_sets = 1 if site.primitive.kind == "batch" else site.output[0]
        n_cells = site.n_outputs // self._n_sets // self._channels
        n_rows, width, self._repeats = wide_rows((n_cells, self._channels))
        self._blocks = Blocks.of(n_rows, width, site.dtype.itemsize)
        self._n_cells = n_cells
        self._room = (self._blocks.size, width)
        self.scratch_bytes = room_for(site.dtype, self._room)
        self._ones = np.ones((1, self._blocks.size), site.dtype)
        # one row per block: sums; one per set: what comes off, what it is multiplied with, offset
        self._sums = np.empty((self._n_sets * self._blocks.n_blocks, 1, width), site.dtype)
        self._mean, self._factor, self._offset = np.zeros((3, self._n_sets, width), site.dtype)
        self.weight_bytes = self._sums.nbytes + 3 * self._mean.nbytes + self._ones.nbytes

    def load(self, arrays: Mapping[str, Array]) -> None:
        """Take gamma and beta, where there are any."""
        self._gamma = arrays.get("gamma", np.ones(self._channels)).astype(np.float64)
        self._beta = arrays.get("beta", np.zeros(self._channels)).astype(np.float64)

    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        """Prepare all passes and make them."""
        self.bind(inputs, out, crew, scratch)()

    def bind(
        self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array
    ) -> Callable[[], None]:
        """A call of all passes, one after the other."""
        shape = (self._n_sets, self._blocks.n_rows, self._blocks.width)
        x, y = inputs[0].reshape(shape), out.reshape(shape)

        def stage(calls: Callable[[Array, Array, int, Array], Iterable[Call]]) -> Call:
            n_pieces = self._n_sets * self._blocks.n_blocks
            return prepare(partial(calls, x, y), n_pieces, x.nbytes, crew, scratch)

        if self.site.primitive.kind == "response":
            stages = [stage(self._squares), self._respond, stage(self._transform)]
        else:
            sums, squares = stage(self._plain_sums), stage(self._squares)
            stages = [sums, self._take_mean, squares, self._normalize, stage(self._transform)]

        def run() -> None:
            for call in stages:
                call()

        return run

    def _place(self, piece: int) -> tuple[int, slice]:
        index, block = divmod(piece, self._blocks.n_blocks)
        return index, self._blocks.rows(block)

    def _sum(self, cells: Array, piece: int) -> Call:
        return partial(np.matmul, self._ones[:, : len(cells)], cells, out=self._sums[piece])

    def _plain_sums(self, x: Array, out: Array, piece: int, scratch: Array) -> Iterable[Call]:
        yield self._sum(x[self._place(piece)], piece)

    def _squares(self, x: Array, out: Array, piece: int, scratch: Array) -> Iterable[Call]:
        index, rows = self._place(piece)
        block = x[index, rows]
        room = carve(scratch, x.dtype, self._room)[0][: len(block)]
        if self.site.primitive.kind != "response":
            yield partial(np.subtract, block, self._mean[index], out=room)
            block = room
        yield partial(np.multiply, block, block, out=room)
        yield self._sum(room, piece)

    def _transform(self, x: Array, out: Array, piece: int, scratch: Array) -> Iterable[Call]:
        index, rows = self._place(piece)
        block = out[index, rows]
        yield partial(np.multiply, x[index, rows], self._factor[index], out=block)
        yield partial(np.add, block, self._offset[index], out=block)

    def _totals(self) -> Array:
        """The sums of each set, per channel."""
        parts = self._sums.reshape(self._n_sets, -1, self._channels)
        totals: Array = np.add.reduce(parts, axis=1, dtype=np.float64)
        return totals

    def _means(self) -> Array:
        """The means of each set, per channel, equal in a group."""
        means, norm = self._totals() / self._n_cells, self.site.primitive
        if norm.kind == "group":
            groups = means.reshape(self._n_sets, norm.groups, -1)
            groups[:] = np.add.reduce(groups, axis=2, keepdims=True) / groups.shape[2]
        return means

    def _keep(self, target: Array, values: Array) -> None:
        target.reshape(self._n_sets, self._repeats, -1)[:] = values[:, None]

    def _take_mean(self) -> None:
        self._exact_mean = self._means()
        self._keep(self._mean, self._exact_mean)

    def _normalize(self) -> None:
        factor = self._gamma / np.sqrt(self._means() + self.site.primitive.epsilon)
        self._keep(self._factor, factor)
        self._keep(self._offset, self._beta - self._exact_mean * factor)

    def _respond(self) -> None:
        """`gamma·x·g/(mean(g) + epsilon) + beta + x` as factor and offset, g the lengths."""
        lengths = np.sqrt(self._totals())
        mean = np.add.reduce(lengths, axis=1, keepdims=True) / self._channels
        factor = 1 + self._gamma * lengths / (mean + self.site.primitive.epsilon)
        self._keep(self._factor, factor)
        self._keep(self._offset, np.broadcast_to(self._beta, factor.shape))

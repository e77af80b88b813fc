"""Normalisations by statistics of what arrives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from math import prod
from typing import ClassVar

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.numeric.kernels.chunks import BLOCK_BYTES, Blocks, carve, room_for
from cnncalc.numeric.kernels.kernel import Array, Crew, Kernel, Site

_WHOLE = np.float64  # statistics are summed up in this, whatever the arrays are


class ChannelNorm(Kernel[p.Normalization]):
    """A factor and an offset per channel, from statistics of the channels over many cells.

    A batch normalisation in training has one set of statistics for the whole batch; group,
    instance and response normalisation have one for each sample. Mean first, then the squares of
    what differs from it: three passes, without the cancellation of `E(x²) - E(x)²`.
    """

    name = "moments"
    in_place: ClassVar[bool] = True

    def __init__(self, site: Site[p.Normalization]) -> None:
        super().__init__(site)
        channels = site.output[-1]
        self._n_sets = 1 if site.primitive.kind == "batch" else site.output[0]
        n_rows = site.n_outputs // self._n_sets // channels
        self._blocks = Blocks.of(n_rows, channels, site.dtype.itemsize)
        self._room = (self._blocks.size, channels)
        self.scratch_bytes = room_for(site.dtype, self._room)
        self._partial = np.empty((self._n_sets * self._blocks.n_blocks, channels), _WHOLE)
        self.weight_bytes = self._partial.nbytes + 2 * channels * _WHOLE().itemsize

    def load(self, arrays: Mapping[str, Array]) -> None:
        channels = self.site.output[-1]
        self._gamma = arrays.get("gamma", np.ones(channels)).astype(_WHOLE)
        self._beta = arrays.get("beta", np.zeros(channels)).astype(_WHOLE)

    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        shape = (self._n_sets, self._blocks.n_rows, self._blocks.width)
        x, y = inputs[0].reshape(shape), out.reshape(shape)
        n_pieces = self._n_sets * self._blocks.n_blocks
        split = partial(crew.split, n_pieces=n_pieces, scratch=scratch)
        if self.site.primitive.kind == "response":
            split(partial(self._sum_squares, x, None))
            factor, offset = self._response()
        else:
            split(partial(self._sum, x))
            mean = self._mean()
            split(partial(self._sum_squares, x, mean.astype(x.dtype)))
            factor = self._gamma / np.sqrt(self._mean() + self.site.primitive.epsilon)
            offset = self._beta - mean * factor
        split(partial(self._apply, x, y, factor.astype(x.dtype), offset.astype(x.dtype)))

    def _place(self, piece: int) -> tuple[int, slice]:
        index, block = divmod(piece, self._blocks.n_blocks)
        return index, self._blocks.rows(block)

    def _sum(self, x: Array, piece: int, scratch: Array) -> None:
        np.add.reduce(x[self._place(piece)], axis=0, dtype=_WHOLE, out=self._partial[piece])

    def _sum_squares(self, x: Array, mean: Array | None, piece: int, scratch: Array) -> None:
        index, rows = self._place(piece)
        (room,) = carve(scratch, x.dtype, self._room)
        block = x[index, rows]
        squares = room[: len(block)]
        if mean is not None:
            block = np.subtract(block, mean[index], out=squares)
        np.multiply(block, block, out=squares)
        np.add.reduce(squares, axis=0, dtype=_WHOLE, out=self._partial[piece])

    def _apply(
        self, x: Array, out: Array, factor: Array, offset: Array, piece: int, scratch: Array
    ) -> None:
        index, rows = self._place(piece)
        block = out[index, rows]
        np.multiply(x[index, rows], factor[index], out=block)
        np.add(block, offset[index], out=block)

    def _sums(self) -> Array:
        sets = self._partial.reshape(self._n_sets, -1, self._blocks.width)
        return np.add.reduce(sets, axis=1, keepdims=True)[:, 0]

    def _mean(self) -> Array:
        """The mean of what has been summed up, for every set and channel, equal in a group."""
        sums, norm = self._sums(), self.site.primitive
        if norm.kind == "group":
            groups = sums.reshape(self._n_sets, norm.groups, -1)
            sums = np.broadcast_to(groups.mean(axis=2, keepdims=True), groups.shape)
        return sums.reshape(self._n_sets, -1) / self._blocks.n_rows

    def _response(self) -> tuple[Array, Array]:
        """`gamma·x·g/(mean(g) + epsilon) + beta + x` as factor and offset, g the lengths."""
        lengths = np.sqrt(self._sums())
        mean = lengths.mean(axis=1, keepdims=True)
        factor = 1 + self._gamma * lengths / (mean + self.site.primitive.epsilon)
        return factor, np.broadcast_to(self._beta, factor.shape)


class AxesNorm(Kernel[p.Normalization]):
    """Layer normalisation: some axes of every sample are normalised, the others left apart.

    Where the last axes are spanned, what remains is rows, and a block is some of them; else a
    block is a sample.
    """

    name = "layer"
    in_place: ClassVar[bool] = True

    def __init__(self, site: Site[p.Normalization]) -> None:
        super().__init__(site)
        sizes, axes = site.output[1:], site.primitive.axes
        width = prod(sizes[axis] for axis in axes)
        if axes == tuple(range(len(sizes)))[-len(axes) :]:
            n_rows = site.n_outputs // width
            self._blocks = Blocks.of(n_rows, width, site.dtype.itemsize, BLOCK_BYTES // 2)
            self._shape: tuple[int, ...] = (self._blocks.size, width)
            self._axes: tuple[int, ...] = (1,)
            self._spanned: tuple[int, ...] = (width,)
        else:
            self._blocks = Blocks(site.output[0], prod(sizes), 1)
            self._shape = (1, *sizes)
            self._axes = tuple(axis + 1 for axis in axes)
            self._spanned = tuple(size if axis in axes else 1 for axis, size in enumerate(sizes))
        kept = tuple(1 if axis in self._axes else size for axis, size in enumerate(self._shape))
        self._room = (self._shape, kept)
        self.scratch_bytes = room_for(site.dtype, *self._room)
        self._scale = 1 / width
        self.weight_bytes = 2 * width * site.dtype.itemsize

    def load(self, arrays: Mapping[str, Array]) -> None:
        self._steps = [
            (step, np.ascontiguousarray(arrays[name]).reshape(self._spanned))
            for step, name in ((np.multiply, "gamma"), (np.add, "beta"))
            if name in arrays
        ]

    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        blocks = self._blocks
        x, y = blocks.view(inputs[0]), blocks.view(out)

        def work(piece: int, scratch: Array) -> None:
            rows = blocks.rows(piece)
            given, block = (each[rows].reshape(-1, *self._shape[1:]) for each in (x, y))
            room, kept = carve(scratch, block.dtype, *self._room)
            self._normalize(given, block, room[: len(block)], kept[: len(block)])

        crew.split(work, blocks.n_blocks, scratch)

    def _normalize(self, x: Array, out: Array, room: Array, kept: Array) -> None:
        np.add.reduce(x, axis=self._axes, keepdims=True, out=kept)
        kept *= self._scale
        np.subtract(x, kept, out=out)
        np.multiply(out, out, out=room)
        np.add.reduce(room, axis=self._axes, keepdims=True, out=kept)
        kept *= self._scale
        kept += self.site.primitive.epsilon
        np.sqrt(kept, out=kept)
        np.reciprocal(kept, out=kept)
        out *= kept
        for step, array in self._steps:
            step(out, array, out=out)


class LengthNorm(Kernel[p.Normalization]):
    """`x / max(sqrt(sum_c(x_c²)), epsilon)`, position by position."""

    name = "length"
    in_place: ClassVar[bool] = True

    def __init__(self, site: Site[p.Normalization]) -> None:
        super().__init__(site)
        channels = site.output[-1]
        n_rows = site.n_outputs // channels
        self._blocks = Blocks.of(n_rows, channels, site.dtype.itemsize, BLOCK_BYTES // 2)
        self._room = ((self._blocks.size, channels), (self._blocks.size, 1))
        self.scratch_bytes = room_for(site.dtype, *self._room)

    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        blocks, epsilon = self._blocks, self.site.primitive.epsilon
        x, y = blocks.view(inputs[0]), blocks.view(out)

        def work(piece: int, scratch: Array) -> None:
            rows = blocks.rows(piece)
            given, block = x[rows], y[rows]
            squares, lengths = (each[: len(block)] for each in carve(scratch, y.dtype, *self._room))
            with np.errstate(over="ignore"):
                np.multiply(given, given, out=squares)
                np.add.reduce(squares, axis=1, keepdims=True, out=lengths)
            np.sqrt(lengths, out=lengths)
            np.maximum(lengths, epsilon, out=lengths)
            np.divide(given, lengths, out=block)

        crew.split(work, blocks.n_blocks, scratch)

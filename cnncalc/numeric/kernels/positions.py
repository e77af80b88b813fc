"""Normalisations of every position, or of some axes of every sample, by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from math import prod
from typing import ClassVar

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.numeric.kernels.chunks import BLOCK_BYTES, Blocks, carve, room_for
from cnncalc.numeric.kernels.kernel import Array, Site
from cnncalc.numeric.kernels.pieces import Call, PieceKernel


def layer_norm(site: Site[p.Normalization]) -> PieceKernel[p.Normalization]:
    """The kernel for a layer normalisation: rows, where the last axes are spanned."""
    rank, axes = len(site.output) - 1, site.primitive.axes
    return RowsNorm(site) if axes == tuple(range(rank))[-len(axes) :] else AxesNorm(site)


class RowsNorm(PieceKernel[p.Normalization]):
    """Layer normalisation over the last axes: the sums over rows are products."""

    name = "rows"
    in_place: ClassVar[bool] = True

    def __init__(self, site: Site[p.Normalization]) -> None:
        super().__init__(site)
        width = prod(site.output[axis + 1] for axis in site.primitive.axes)
        self._blocks = Blocks.of(site.n_outputs // width, width, site.dtype.itemsize)
        self.n_pieces = self._blocks.n_blocks
        self._weights = np.full((width, 1), 1 / width, site.dtype)
        self._room = (self._blocks.size, 1)
        self.scratch_bytes = room_for(site.dtype, self._room)
        self.weight_bytes = 3 * self._weights.nbytes

    def load(self, arrays: Mapping[str, Array]) -> None:
        """Take gamma and beta, where there are any."""
        self._steps = [
            (step, np.ascontiguousarray(arrays[name]).reshape(-1))
            for step, name in ((np.multiply, "gamma"), (np.add, "beta"))
            if name in arrays
        ]

    def calls(
        self, piece: int, inputs: Sequence[Array], out: Array, scratch: Array
    ) -> Iterable[Call]:
        """Mean, difference, its squares, the factor of each row, gamma and beta."""
        rows = self._blocks.rows(piece)
        given, block = (self._blocks.view(array)[rows] for array in (inputs[0], out))
        kept = carve(scratch, out.dtype, self._room)[0][: len(block)]
        yield partial(np.matmul, given, self._weights, out=kept)
        yield partial(np.subtract, given, kept, out=block)
        yield partial(np.einsum, "rc,rc->r", block, block, out=kept[:, 0])
        yield partial(_reciprocal_deviation, kept, len(self._weights), self.site.primitive.epsilon)
        yield partial(np.multiply, block, kept, out=block)
        for step, array in self._steps:
            yield partial(step, block, array, out=block)


def _reciprocal_deviation(squares: Array, n_values: int, epsilon: float) -> None:
    """`1 / sqrt(squares / n_values + epsilon)`, in place."""
    squares *= 1 / n_values
    squares += epsilon
    np.sqrt(squares, out=squares)
    np.reciprocal(squares, out=squares)


class AxesNorm(PieceKernel[p.Normalization]):
    """Layer normalisation over any axes, a sample at a time."""

    name = "axes"
    in_place: ClassVar[bool] = True

    def __init__(self, site: Site[p.Normalization]) -> None:
        super().__init__(site)
        sizes, axes = site.output[1:], site.primitive.axes
        self.n_pieces = site.output[0]
        self._n_values = prod(sizes[axis] for axis in axes)
        self._spanned = tuple(n if axis in axes else 1 for axis, n in enumerate(sizes))
        kept = tuple(1 if axis in axes else n for axis, n in enumerate(sizes))
        self._room = (sizes, kept)
        self.scratch_bytes = room_for(site.dtype, *self._room)
        self.weight_bytes = 2 * self._n_values * site.dtype.itemsize

    def load(self, arrays: Mapping[str, Array]) -> None:
        """Take gamma and beta, where there are any."""
        self._steps = [
            (step, np.ascontiguousarray(arrays[name]).reshape(self._spanned))
            for step, name in ((np.multiply, "gamma"), (np.add, "beta"))
            if name in arrays
        ]

    def calls(
        self, piece: int, inputs: Sequence[Array], out: Array, scratch: Array
    ) -> Iterable[Call]:
        """Mean, difference, its squares, their factor, gamma and beta."""
        norm, given, block = self.site.primitive, inputs[0][piece], out[piece]
        squares, kept = carve(scratch, out.dtype, *self._room)
        total = partial(np.add.reduce, axis=norm.axes, keepdims=True, out=kept)
        yield partial(total, given)
        yield partial(np.multiply, kept, 1 / self._n_values, out=kept)
        yield partial(np.subtract, given, kept, out=block)
        yield partial(np.multiply, block, block, out=squares)
        yield partial(total, squares)
        yield partial(_reciprocal_deviation, kept, self._n_values, norm.epsilon)
        yield partial(np.multiply, block, kept, out=block)
        for step, array in self._steps:
            yield partial(step, block, array, out=block)


class LengthNorm(PieceKernel[p.Normalization]):
    """`x / max(sqrt(sum_c(x_c²)), epsilon)`, position by position."""

    name = "length"
    in_place: ClassVar[bool] = True

    def __init__(self, site: Site[p.Normalization]) -> None:
        super().__init__(site)
        channels = site.output[-1]
        n_rows = site.n_outputs // channels
        self._blocks = Blocks.of(n_rows, channels, site.dtype.itemsize, 2 * BLOCK_BYTES)
        self.n_pieces = self._blocks.n_blocks
        self._room = (self._blocks.size, 1)
        self.scratch_bytes = room_for(site.dtype, self._room)

    def calls(
        self, piece: int, inputs: Sequence[Array], out: Array, scratch: Array
    ) -> Iterable[Call]:
        """The lengths, and the quotients."""
        rows = self._blocks.rows(piece)
        given, block = (self._blocks.view(array)[rows] for array in (inputs[0], out))
        lengths = carve(scratch, out.dtype, self._room)[0][: len(block)]
        yield partial(np.einsum, "rc,rc->r", given, given, out=lengths[:, 0])
        yield partial(np.sqrt, lengths, out=lengths)
        yield partial(np.maximum, lengths, self.site.primitive.epsilon, out=lengths)
        yield partial(np.divide, given, lengths, out=block)

"""The map sampled at another size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from math import prod
from typing import NamedTuple

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes
from cnncalc.numeric.kernels.chunks import BLOCK_BYTES, carve, room_for
from cnncalc.numeric.kernels.kernel import Array, Kernel, Site
from cnncalc.numeric.kernels.pieces import Call, PieceKernel


def resizing(site: Site[p.Resize]) -> Kernel[p.Resize]:
    """The kernel for a resize."""
    match site.primitive.mode:
        case "nearest":
            pairs = zip(site.inputs[0][1:-1], site.output[1:-1], strict=True)
            repeats = all(output % size == 0 for size, output in pairs)
            return Repetition(site) if repeats else NearestCells(site)
        case "bilinear":
            return LinearBlend(site)


class Repetition(PieceKernel[p.Resize]):
    """Nearest cell, for sizes that are multiples: every cell is repeated."""

    name = "repeat"

    def __init__(self, site: Site[p.Resize]) -> None:
        super().__init__(site)
        self.n_pieces = prod(site.inputs[0][:2])

    def calls(
        self, piece: int, inputs: Sequence[Array], out: Array, scratch: Array
    ) -> Iterable[Call]:
        """A row of the input, copied to all the places that it has in the output."""
        sizes, channels = inputs[0].shape[1:-1], out.shape[-1]
        factors = [output // size for size, output in zip(sizes, out.shape[1:-1], strict=True)]
        single = [n for size in sizes[1:] for n in (size, 1)]
        spread = [n for pair in zip(sizes[1:], factors[1:], strict=True) for n in pair]
        row = inputs[0].reshape(self.n_pieces, 1, *single, channels)[piece]
        places = out.reshape(self.n_pieces, factors[0], *spread, channels)[piece]
        return (partial(np.copyto, places, row),)


class NearestCells(PieceKernel[p.Resize]):
    """Nearest cell: output cell u is input cell `floor(u·W/O)`."""

    name = "nearest"

    def __init__(self, site: Site[p.Resize]) -> None:
        super().__init__(site)
        self.n_pieces = site.output[0]
        places = [
            np.arange(output) * size // output
            for size, output in zip(site.inputs[0][1:-1], site.output[1:-1], strict=True)
        ]
        mesh = np.ix_(*places)
        self._cells = np.ravel_multi_index(mesh, site.inputs[0][1:-1]).reshape(-1)
        self.weight_bytes = self._cells.nbytes

    def calls(
        self, piece: int, inputs: Sequence[Array], out: Array, scratch: Array
    ) -> Iterable[Call]:
        """All cells of a sample."""
        channels = out.shape[-1]
        x, y = (array[piece].reshape(-1, channels) for array in (inputs[0], out))
        return (partial(x.take, self._cells, 0, y, "clip"),)


class _Blend(NamedTuple):
    """How one axis is blended: output u is `(1 - weight[u])·x[low[u]] + weight[u]·x[high[u]]`.

    Attributes:
        low: A cell for each output.
        high: The next one, or the same where its weight is 0: nothing is read that has no part.
        weight: The share of the second cell.
        factor: Outputs per input, if the weights repeat after so many outputs; else 0.
    """

    low: Array
    high: Array
    weight: Array
    factor: int


def _blend(size: int, output: int, resize: p.Resize, dtype: np.dtype[np.floating]) -> _Blend | None:
    """The blend along an axis; None where every cell stays as it is."""
    if size == output:
        return None
    if resize.align_corners:
        places = np.arange(output) * ((size - 1) / max(output - 1, 1))
    else:
        places = np.clip((np.arange(output) + 0.5) * (size / output) - 0.5, 0, size - 1)
    low = np.minimum(places.astype(np.intp), size - 1)
    weight = places - low
    high = np.where(weight > 0, np.minimum(low + 1, size - 1), low)
    factor = 0 if resize.align_corners or output % size else output // size
    return _Blend(low, high, weight.astype(dtype), factor)


class LinearBlend(PieceKernel[p.Resize]):
    """Linear interpolation along every axis in turn, some output rows at a time.

    The centre of output cell u lies at `(u + 1/2)·W/O - 1/2`, cut off at the ends, or with
    `align_corners` at `u·(W - 1)/(O - 1)`, as in PyTorch.
    """

    name = "blend"

    def __init__(self, site: Site[p.Resize]) -> None:
        super().__init__(site)
        sizes, outputs = site.inputs[0][1:-1], site.output[1:-1]
        self._blends = [
            _blend(size, output, site.primitive, site.dtype)
            for size, output in zip(sizes, outputs, strict=True)
        ]
        self.weight_bytes = sum(array.nbytes for blend in self._blends for array in (blend[:3] if blend else ()))
        # sizes of a block, without its rows, before the first axis and after each
        stages = [
            (*outputs[1:k], *sizes[max(k, 1) :], site.output[-1]) for k in range(len(sizes) + 1)
        ]
        largest = max(map(prod, stages)) * site.dtype.itemsize
        self._rows = max(1, min(outputs[0], BLOCK_BYTES // largest))
        self.n_pieces = site.output[0] * -(-outputs[0] // self._rows)
        self._shapes: list[Sizes] = [(self._rows, *stage) for stage in stages[1:]]
        largest_shape = max(self._shapes, key=prod)
        self._room = (*self._shapes[:-1], largest_shape)
        self.scratch_bytes = room_for(site.dtype, *self._room)

    def calls(
        self, piece: int, inputs: Sequence[Array], out: Array, scratch: Array
    ) -> Iterable[Call]:
        """Every axis of a block of output rows, from scratch to scratch."""
        n_blocks = self.n_pieces // len(out)
        sample, position = divmod(piece, n_blocks)
        rows = slice(position * self._rows, min((position + 1) * self._rows, out.shape[1]))
        x, block = inputs[0][sample], out[sample, rows]
        *stages, spare = carve(scratch, out.dtype, *self._room)
        first, *targets = (*(stage[: len(block)] for stage in stages), block)
        blend, *blends = self._blends
        if blend is None:
            x = x[rows]
        else:
            yield from _blend_rows(x, blend, rows.start, first, spare.reshape(-1))
            x = first
        for axis, (blend, target) in enumerate(zip(blends, targets, strict=True), 1):
            if blend is not None:
                take = _blend_phases if blend.factor else _blend_cells
                yield from take(x, blend, axis, target, spare.reshape(-1))
                x = target
        if x is not block:
            yield partial(np.copyto, block, x)


def _blend_rows(
    x: Array, blend: _Blend, start: int, out: Array, spare: Array
) -> Iterable[Call]:
    """The outputs from `start` on of the first axis, row by row."""
    for row, low, high, weight in zip(
        out, *(array[start:].tolist() for array in blend[:3]), strict=False
    ):
        yield from _blend_two(x[low], x[high], weight, row, spare)


def _blend_phases(x: Array, blend: _Blend, axis: int, out: Array, spare: Array) -> Iterable[Call]:
    """One axis, where all outputs of one phase have the same weight."""
    factor, last = blend.factor, x.shape[axis] - 1
    cells, targets = x.swapaxes(0, axis), out.swapaxes(0, axis)
    for phase in range(factor):
        target = targets[phase::factor]
        place = (2 * phase + 1 - factor) / (2 * factor)
        weight = place % 1
        if weight == 0:
            yield partial(np.copyto, target, cells)
        elif place < 0:
            yield partial(np.copyto, target[0], cells[0])
            yield from _blend_two(cells[:-1], cells[1:], weight, target[1:], spare)
        else:
            yield from _blend_two(cells[:-1], cells[1:], weight, target[:-1], spare)
            yield partial(np.copyto, target[last], cells[last])


def _blend_two(
    low: Array, high: Array, weight: float, out: Array, spare: Array
) -> Iterable[Call]:
    if weight == 0:
        yield partial(np.copyto, out, low)
        return
    # in the order that the cells have in memory, which may not be that of the axes
    other = np.moveaxis(spare[: out.size].reshape(np.moveaxis(out, 0, -2).shape), -2, 0)
    yield partial(np.multiply, low, 1 - weight, out=out)
    yield partial(np.multiply, high, weight, out=other)
    yield partial(np.add, out, other, out=out)


def _blend_cells(x: Array, blend: _Blend, axis: int, out: Array, spare: Array) -> Iterable[Call]:
    """One axis, whatever the weights."""
    weight = blend.weight.reshape(-1, *(1,) * (x.ndim - 1 - axis))
    other = spare[: out.size].reshape(out.shape)
    yield partial(x.take, blend.low, axis, out, "clip")
    yield partial(x.take, blend.high, axis, other, "clip")
    yield partial(np.multiply, out, 1 - weight, out=out)
    yield partial(np.multiply, other, weight, out=other)
    yield partial(np.add, out, other, out=out)

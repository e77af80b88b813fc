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
    """How one axis is blended: output u is `near[u]·x[low[u]] + far[u]·x[high[u]]`.

    Attributes:
        low: A cell for each output.
        high: The next one, or the same where it has no weight: what has no part is not read.
        near: The weight of the first cell, in a shape that suits the array.
        far: The weight of the second.
    """

    low: Array
    high: Array
    near: Array
    far: Array


def _blend(site: Site[p.Resize], axis: int) -> _Blend | None:
    """The blend along a spatial axis; None where every cell stays as it is."""
    size, output = site.inputs[0][axis + 1], site.output[axis + 1]
    if size == output:
        return None
    if site.primitive.align_corners:
        places = np.arange(output) * ((size - 1) / max(output - 1, 1))
    else:
        places = np.clip((np.arange(output) + 0.5) * (size / output) - 0.5, 0, size - 1)
    low = np.minimum(places.astype(np.intp), size - 1)
    far = places - low
    high = np.where(far > 0, np.minimum(low + 1, size - 1), low)
    rest = len(site.output) - axis - 3
    # before the channels, a weight for each of them makes for long inner loops
    shape = (output, *(1,) * rest, site.output[-1] if rest == 0 else 1)
    far = np.broadcast_to(far.reshape(-1, *(1,) * (rest + 1)), shape)
    return _Blend(low, high, (1 - far).astype(site.dtype), far.astype(site.dtype))


class LinearBlend(PieceKernel[p.Resize]):
    """Linear interpolation along every axis in turn, some output rows at a time.

    The centre of output cell u lies at `(u + 1/2)·W/O - 1/2`, cut off at the ends, or with
    `align_corners` at `u·(W - 1)/(O - 1)`, as in PyTorch.
    """

    name = "blend"

    def __init__(self, site: Site[p.Resize]) -> None:
        super().__init__(site)
        sizes, outputs = site.inputs[0][1:-1], site.output[1:-1]
        self._blends = [_blend(site, axis) for axis in range(len(sizes))]
        self.weight_bytes = sum(array.nbytes for blend in self._blends for array in blend or ())
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
        targets = (*(stage[: len(block)] for stage in stages), block)
        first, *others = self._blends
        if first is None:
            x = x[rows]
        else:
            first = _Blend(*(each[rows] for each in first))
        for axis, (blend, target) in enumerate(zip((first, *others), targets, strict=True)):
            if blend is not None:
                other = spare.reshape(-1)[: target.size].reshape(target.shape)
                yield partial(x.take, blend.low, axis, target, "clip")
                yield partial(x.take, blend.high, axis, other, "clip")
                yield partial(np.multiply, target, blend.near, out=target)
                yield partial(np.multiply, other, blend.far, out=other)
                yield partial(np.add, target, other, out=target)
                x = target
        if x is not block:
            yield partial(np.copyto, block, x)

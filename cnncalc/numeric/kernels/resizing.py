"""The map sampled at another size."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes
from cnncalc.numeric.kernels.chunks import BLOCK_BYTES, carve, room_for
from cnncalc.numeric.kernels.kernel import Array, Crew, Kernel, Site


def resizing(site: Site[p.Resize]) -> Kernel[p.Resize]:
    """The kernel for a resize."""
    match site.primitive.mode:
        case "nearest":
            pairs = zip(site.inputs[0][1:-1], site.output[1:-1], strict=True)
            repeats = all(output % size == 0 for size, output in pairs)
            return Repetition(site) if repeats else NearestCells(site)
        case "bilinear":
            return LinearBlend(site)


class Repetition(Kernel[p.Resize]):
    """Nearest cell, for sizes that are multiples: every cell is repeated."""

    name = "repeat"

    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        x = inputs[0]
        sizes, channels = x.shape[1:-1], x.shape[-1]
        factors = [output // size for size, output in zip(sizes, out.shape[1:-1], strict=True)]
        n_rows = len(x) * sizes[0]
        rows = x.reshape(n_rows, 1, *(n for size in sizes[1:] for n in (size, 1)), channels)
        spread = [n for pair in zip(sizes[1:], factors[1:], strict=True) for n in pair]
        result = out.reshape(n_rows, factors[0], *spread, channels)

        def work(row: int, scratch: Array) -> None:
            np.copyto(result[row], rows[row])

        crew.split(work, n_rows, scratch)


class NearestCells(Kernel[p.Resize]):
    """Nearest cell: output cell u is input cell `floor(u·W/O)`."""

    name = "nearest"

    def __init__(self, site: Site[p.Resize]) -> None:
        super().__init__(site)
        places = [
            np.arange(output) * size // output
            for size, output in zip(site.inputs[0][1:-1], site.output[1:-1], strict=True)
        ]
        mesh = np.ix_(*places)
        self._cells = np.ravel_multi_index(mesh, site.inputs[0][1:-1]).reshape(-1)
        self.weight_bytes = self._cells.nbytes

    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        n_samples, channels = len(out), out.shape[-1]
        x, y = (array.reshape(n_samples, -1, channels) for array in (inputs[0], out))

        def work(sample: int, scratch: Array) -> None:
            x[sample].take(self._cells, 0, y[sample], "clip")

        crew.split(work, n_samples, scratch)


class _Blend(NamedTuple):
    """How one axis is blended: output u is `(1 - weight[u])·x[low[u]] + weight[u]·x[high[u]]`."""

    low: Array
    high: Array
    weight: Array


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
    # a cell of weight 0 is not read: it may be NaN
    return _Blend(
        low, np.where(weight > 0, np.minimum(low + 1, size - 1), low), weight.astype(dtype)
    )


class LinearBlend(Kernel[p.Resize]):
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
        self.weight_bytes = sum(array.nbytes for blend in self._blends for array in blend or ())
        # sizes of a block, without its rows, before the first axis and after each
        stages = [
            (*outputs[1:k], *sizes[max(k, 1) :], site.output[-1]) for k in range(len(sizes) + 1)
        ]
        largest = max(map(prod, stages)) * site.dtype.itemsize
        self._rows = max(1, min(outputs[0], BLOCK_BYTES // largest))
        self._shapes: list[Sizes] = [(self._rows, *stage) for stage in stages[1:]]
        largest_shape = max(self._shapes, key=prod)
        self._room = (*self._shapes[:-1], largest_shape)
        self.scratch_bytes = room_for(site.dtype, *self._room)

    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        x, n_rows = inputs[0], out.shape[1]
        n_blocks = -(-n_rows // self._rows)

        def work(piece: int, scratch: Array) -> None:
            sample, block = divmod(piece, n_blocks)
            start = block * self._rows
            stop = min(start + self._rows, n_rows)
            self._block(x[sample], out[sample, start:stop], start, stop, scratch)

        crew.split(work, len(x) * n_blocks, scratch)

    def _block(self, x: Array, out: Array, start: int, stop: int, scratch: Array) -> None:
        *stages, spare = carve(scratch, out.dtype, *self._room)
        targets = [stage[: stop - start] for stage in stages] + [out]
        spare = spare.reshape(-1)
        first, *others = self._blends
        if first is None:
            x = x[start:stop]
        else:
            first = _Blend(*(each[start:stop] for each in first))
        for axis, (blend, target) in enumerate(zip((first, *others), targets, strict=True)):
            if blend is not None:
                _interpolate(x, blend, axis, target, spare[: target.size].reshape(target.shape))
                x = target
        if x is not out:
            np.copyto(out, x)


def _interpolate(x: Array, blend: _Blend, axis: int, out: Array, spare: Array) -> None:
    weight = blend.weight.reshape(-1, *(1,) * (x.ndim - 1 - axis))
    x.take(blend.low, axis, out, "clip")
    x.take(blend.high, axis, spare, "clip")
    out *= 1 - weight
    spare *= weight
    out += spare

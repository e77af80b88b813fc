"""Pooling, one axis after the other: windows are boxes, so a maximum or a sum needs no more.

The first axis goes first: there whole rows are compared, which is the fastest thing that NumPy
does, and less is left for the other axes. Borders are not padded; each of the window's cells is
applied where it lies on the map.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from functools import partial
from math import inf, prod
from typing import NamedTuple

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Pair, Sizes
from cnncalc.ir.windows import adaptive_bins
from cnncalc.numeric.kernels.chunks import BLOCK_BYTES, Blocks, carve, room_for, wide_rows
from cnncalc.numeric.kernels.kernel import Array, Kernel, P, Site
from cnncalc.numeric.kernels.pieces import Call, PieceKernel


class _Window(NamedTuple):
    """One axis of a pooling window."""

    size: int
    kernel: int
    stride: int
    dilation: int
    begin: int
    output: int

    def reads(self, cell: int, start: int, stop: int) -> tuple[Pair, slice]:
        """Those of the outputs from `start` to `stop` that have this cell, and where they read."""
        shift = cell * self.dilation - self.begin
        first = max(start, -(shift // self.stride))
        last = min(stop - 1, (self.size - 1 - shift) // self.stride)
        read = slice(first * self.stride + shift, last * self.stride + shift + 1, self.stride)
        return (first, last + 1), read

    def counts(self, begin: int, end: int) -> Array:
        """For each output, how many cells of its window lie from `-begin` to before `W + end`."""
        starts = np.arange(self.output)[:, None] * self.stride - self.begin
        cells = starts + np.arange(self.kernel) * self.dilation
        counts: Array = ((cells >= -begin) & (cells < self.size + end)).sum(axis=1, dtype=np.intp)
        return counts


class _ByAxes(PieceKernel[P]):
    """Reduces one axis after the other, for some rows of the output at a time."""

    def __init__(self, site: Site[P], kind: p.PoolKind) -> None:
        super().__init__(site)
        self._ufunc = np.maximum if kind == "max" else np.add
        sizes, outputs, channels = site.inputs[0][1:-1], site.output[1:-1], site.output[-1]
        stages = [(*outputs[1 : k + 1], *sizes[k + 1 :], channels) for k in range(len(sizes) - 1)]
        largest = max(map(prod, [*stages, (channels,)])) * site.dtype.itemsize
        self._blocks = Blocks(outputs[0], 1, max(1, min(outputs[0], BLOCK_BYTES // largest)))
        self.n_pieces = site.output[0] * self._blocks.n_blocks
        self._room: list[Sizes] = [(self._blocks.size, *stage) for stage in stages]
        self.scratch_bytes = room_for(site.dtype, *self._room)
        self._factor: Array | None = None

    def _average(self, counts: Sequence[Array]) -> None:
        """Divide by the number of cells, the product of these counts per axis."""
        cells = prod(np.ix_(*counts), start=np.ones((), np.intp))
        # what no window cell covers stays 0
        factor = 1 / np.maximum(cells, 1).astype(self.site.dtype)
        is_one = bool(np.all(factor == factor.flat[0]))
        self._factor = factor.reshape(-1)[:1] if is_one else factor[..., None]
        self.weight_bytes = self._factor.nbytes

    @abstractmethod
    def reduce(self, axis: int, x: Array, out: Array, start: int, stop: int) -> Iterable[Call]:
        """Reduce an axis, of which the outputs from `start` to `stop` are wanted."""

    def calls(
        self, piece: int, inputs: Sequence[Array], out: Array, scratch: Array
    ) -> Iterable[Call]:
        """Every axis of a block of output rows, from scratch to scratch."""
        sample, position = divmod(piece, self._blocks.n_blocks)
        rows = self._blocks.rows(position)
        x, block = inputs[0][sample], out[sample, rows]
        stages = carve(scratch, out.dtype, *self._room)
        for axis, target in enumerate((*(stage[: len(block)] for stage in stages), block)):
            start, stop = (rows.start, rows.stop) if axis == 0 else (0, target.shape[axis])
            yield from self.reduce(axis, x, target, start, stop)
            x = target
        if self._factor is not None:
            factor = self._factor if self._factor.ndim == 1 else self._factor[rows]
            yield partial(np.multiply, block, factor, out=block)


class PoolingKernel(_ByAxes[p.Pooling]):
    """Maximum, mean or sum of a sliding window.

    A window without any real cell gives -inf (max) or 0 (average, sum).
    """

    name = "pooling"

    def __init__(self, site: Site[p.Pooling]) -> None:
        pool = site.primitive
        super().__init__(site, pool.kind)
        self._windows = [
            _Window(*axis)
            for axis in zip(
                site.inputs[0][1:-1],
                pool.size,
                pool.stride,
                pool.dilation,
                (begin for begin, _ in pool.padding),
                site.output[1:-1],
                strict=True,
            )
        ]
        if pool.kind == "average":
            counted = pool.padding if pool.count_padding else ((0, 0),) * len(pool.padding)
            pairs = zip(self._windows, counted, strict=True)
            self._average([window.counts(*pads) for window, pads in pairs])

    def reduce(self, axis: int, x: Array, out: Array, start: int, stop: int) -> Iterable[Call]:
        """Cell by cell of the window, those first that all outputs have."""
        window, before = self._windows[axis], (slice(None),) * axis
        full: list[Array] = []
        partly: list[tuple[Array, Array]] = []
        for cell in range(window.kernel):
            (first, last), read = window.reads(cell, start, stop)
            if last - first == stop - start:
                full.append(x[(*before, read)])
            elif first < last:
                target = out[(*before, slice(first - start, last - start))]
                partly.append((target, x[(*before, read)]))
        if not full:
            yield partial(out.fill, -inf if self._ufunc is np.maximum else 0)
        elif len(full) == 1:
            yield partial(np.copyto, out, full[0])
        else:
            yield partial(self._ufunc, full[0], full[1], out=out)
        for target, source in (*((out, cells) for cells in full[2:]), *partly):
            yield partial(self._ufunc, target, source, out=target)


class AdaptivePoolingKernel(_ByAxes[p.AdaptivePooling]):
    """Pooling to a given size: bin i of an axis covers `floor(i·W/O)` to `ceil((i + 1)·W/O)`."""

    name = "bins"

    def __init__(self, site: Site[p.AdaptivePooling]) -> None:
        pool = site.primitive
        super().__init__(site, pool.kind)
        pairs = zip(site.inputs[0][1:-1], site.output[1:-1], strict=True)
        self._bins = [adaptive_bins(size, output) for size, output in pairs]
        if pool.kind == "average":
            self._average([np.array([stop - start for start, stop in bins]) for bins in self._bins])

    def reduce(self, axis: int, x: Array, out: Array, start: int, stop: int) -> Iterable[Call]:
        """Bin by bin."""
        cells, targets = x.swapaxes(0, axis), out.swapaxes(0, axis)
        for target, (first, last) in zip(targets, self._bins[axis][start:stop], strict=True):
            if last - first == 1:
                yield partial(np.copyto, target, cells[first])
                continue
            yield partial(self._ufunc, cells[first], cells[first + 1], out=target)
            for position in range(first + 2, last):
                yield partial(self._ufunc, target, cells[position], out=target)


class GlobalMean(PieceKernel[p.AdaptivePooling]):
    """The mean, or the sum, of the whole map: a product with a vector of equal weights."""

    name = "mean"

    def __init__(self, site: Site[p.AdaptivePooling]) -> None:
        super().__init__(site)
        self.n_pieces = site.output[0]
        n_cells = prod(site.inputs[0][1:-1])
        weight = 1 / n_cells if site.primitive.kind == "average" else 1
        self._weights = np.full((1, n_cells), weight, site.dtype)
        self.weight_bytes = self._weights.nbytes

    def calls(
        self, piece: int, inputs: Sequence[Array], out: Array, scratch: Array
    ) -> Iterable[Call]:
        """The product for one sample."""
        channels = out.shape[-1]
        x, y = (array[piece].reshape(-1, channels) for array in (inputs[0], out))
        return (partial(np.matmul, self._weights, x, out=y),)


class GlobalMaximum(PieceKernel[p.AdaptivePooling]):
    """The maximum of the whole map, several cells at a time where there are few channels."""

    name = "maximum"

    def __init__(self, site: Site[p.AdaptivePooling]) -> None:
        super().__init__(site)
        self.n_pieces = site.output[0]
        self._width = wide_rows(site.inputs[0][1:])[1]
        self.scratch_bytes = room_for(site.dtype, (self._width,))

    def calls(
        self, piece: int, inputs: Sequence[Array], out: Array, scratch: Array
    ) -> Iterable[Call]:
        """The maximum over long rows, then over the cells in what is left of them."""
        x = inputs[0][piece].reshape(-1, self._width)
        (row,) = carve(scratch, out.dtype, (self._width,))
        y = out[piece].reshape(-1)
        yield partial(np.maximum.reduce, x, axis=0, out=row)
        yield partial(np.maximum.reduce, row.reshape(-1, len(y)), axis=0, out=y)


def adaptive_pooling(site: Site[p.AdaptivePooling]) -> Kernel[p.AdaptivePooling]:
    """The kernel for an adaptive pooling, to one cell or to more."""
    if set(site.primitive.size) != {1}:
        return AdaptivePoolingKernel(site)
    return GlobalMaximum(site) if site.primitive.kind == "max" else GlobalMean(site)

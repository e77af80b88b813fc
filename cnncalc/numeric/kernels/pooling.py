"""Pooling, one axis after the other: windows are boxes, so a maximum or a sum needs no more.

The first axis goes first: there whole rows are compared, which is the fastest thing that NumPy
does, and less is left for the other axes. Borders are not padded; each of the window's cells is
applied where it lies on the map.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf, prod
from typing import NamedTuple

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Pair, Sizes
from cnncalc.ir.windows import adaptive_bins
from cnncalc.numeric.kernels.chunks import BLOCK_BYTES, Blocks, carve, room_for
from cnncalc.numeric.kernels.kernel import Array, Crew, Kernel, P, Site


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
        return ((cells >= -begin) & (cells < self.size + end)).sum(axis=1, dtype=np.intp)


class _ByAxes(Kernel[P]):
    """Reduces one axis after the other, for some rows of the output at a time."""

    def __init__(self, site: Site[P], kind: p.PoolKind) -> None:
        super().__init__(site)
        self._ufunc = np.maximum if kind == "max" else np.add
        sizes, outputs, channels = site.inputs[0][1:-1], site.output[1:-1], site.output[-1]
        stages = [(*outputs[1 : k + 1], *sizes[k + 1 :], channels) for k in range(len(sizes) - 1)]
        largest = max(map(prod, [*stages, (channels,)])) * site.dtype.itemsize
        self._blocks = Blocks(outputs[0], 1, max(1, min(outputs[0], BLOCK_BYTES // largest)))
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

    def _reduce(self, axis: int, x: Array, out: Array, start: int, stop: int) -> None:
        """Reduce an axis, of which the outputs from `start` to `stop` are wanted."""
        raise NotImplementedError

    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        x, blocks = inputs[0], self._blocks

        def work(piece: int, scratch: Array) -> None:
            sample, block = divmod(piece, blocks.n_blocks)
            rows = blocks.rows(block)
            self._block(x[sample], out[sample, rows], rows, scratch)

        crew.split(work, len(x) * blocks.n_blocks, scratch)

    def _block(self, x: Array, out: Array, rows: slice, scratch: Array) -> None:
        stages = carve(scratch, out.dtype, *self._room)
        targets = [*(stage[: rows.stop - rows.start] for stage in stages), out]
        for axis, target in enumerate(targets):
            start, stop = (rows.start, rows.stop) if axis == 0 else (0, target.shape[axis])
            self._reduce(axis, x, target, start, stop)
            x = target
        if self._factor is not None:
            np.multiply(out, self._factor[rows] if self._factor.ndim > 1 else self._factor, out=out)


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

    def _reduce(self, axis: int, x: Array, out: Array, start: int, stop: int) -> None:
        window, ufunc = self._windows[axis], self._ufunc
        before = (slice(None),) * axis
        full: list[tuple[Array, Array]] = []
        partial: list[tuple[Array, Array]] = []
        for cell in range(window.kernel):
            (first, last), read = window.reads(cell, start, stop)
            if first < last:
                part = (out[(*before, slice(first - start, last - start))], x[(*before, read)])
                (full if last - first == stop - start else partial).append(part)
        if not full:
            out.fill(-inf if ufunc is np.maximum else 0)
        elif len(full) == 1:
            np.copyto(*full[0])
        else:
            ufunc(full[0][1], full[1][1], out=out)
        for target, source in (*full[2:], *partial):
            ufunc(target, source, out=target)


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

    def _reduce(self, axis: int, x: Array, out: Array, start: int, stop: int) -> None:
        x, out = x.swapaxes(0, axis), out.swapaxes(0, axis)
        for target, (first, last) in zip(out, self._bins[axis][start:stop], strict=True):
            self._ufunc.reduce(x[first:last], axis=0, out=target)


class GlobalPooling(Kernel[p.AdaptivePooling]):
    """Pooling of the whole map: one value per channel and sample."""

    name = "global"

    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        kind, channels = self.site.primitive.kind, out.shape[-1]
        x, y = inputs[0].reshape(len(out), -1, channels), out.reshape(-1, channels)
        reduce: Callable[..., Array] = np.maximum.reduce if kind == "max" else np.add.reduce

        def work(sample: int, scratch: Array) -> None:
            reduce(x[sample], axis=0, out=y[sample])
            if kind == "average":
                np.multiply(y[sample], 1 / x.shape[1], out=y[sample])

        crew.split(work, len(x), scratch)


def adaptive_pooling(site: Site[p.AdaptivePooling]) -> Kernel[p.AdaptivePooling]:
    """The kernel for an adaptive pooling, to one cell or to more."""
    is_global = set(site.primitive.size) == {1}
    return GlobalPooling(site) if is_global else AdaptivePoolingKernel(site)

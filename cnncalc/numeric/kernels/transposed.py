"""Transposed convolution: every input cell stamps the kernel on the output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes
from cnncalc.numeric.kernels.chunks import carve, room_for
from cnncalc.numeric.kernels.epilogue import Epilogue
from cnncalc.numeric.kernels.filters import bias_of
from cnncalc.numeric.kernels.kernel import Array, Crew, Kernel, Site

_BLOCK_BYTES = 1 << 19


class _Stamp(NamedTuple):
    """Where a kernel cell lands, per axis: input cells `start` to `stop`, outputs from `first`."""

    start: int
    stop: int
    first: int


class Stamps(Kernel[p.TransposedConvolution]):
    """`out[S·i + D·k - P] += x[i] · kernel[k]`: a product per kernel cell and block of input rows.

    Threads share the work by samples and by filters, so that no two write to one place.
    """

    name = "stamps"
    keeps_weights = True

    def __init__(self, site: Site[p.TransposedConvolution]) -> None:
        super().__init__(site)
        conv = site.primitive
        shape = site.inputs[0]
        self._each = site.output[-1] // conv.groups
        row_bytes = prod(shape[2:-1]) * self._each * site.dtype.itemsize
        self._rows = max(1, min(_BLOCK_BYTES // row_bytes, shape[1]))
        kernel = prod(conv.kernel) * shape[-1] * self._each
        self.weight_bytes = (kernel + site.output[-1]) * site.dtype.itemsize
        self._stamps = [
            [_stamp(axis, cell, conv, shape, site.output) for cell in range(size)]
            for axis, size in enumerate(conv.kernel)
        ]
        self._epilogue = Epilogue(site)
        self.scratch_bytes = room_for(site.dtype, self._block(self._each))

    def _block(self, filters: int) -> Sizes:
        return (self._rows, *self.site.inputs[0][2:-1], filters)

    def load(self, arrays: Mapping[str, Array]) -> None:
        self._kernel = np.ascontiguousarray(arrays["kernel"])
        self._epilogue.load(bias_of(self.site.primitive, arrays))

    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        x, groups = inputs[0], self.site.primitive.groups
        chunks = 1 if len(x) % crew.n_threads == 0 else min(crew.n_threads, self._each)
        edges = [self._each * chunk // chunks for chunk in range(chunks + 1)]

        def work(piece: int, own: Array) -> None:
            rest, chunk = divmod(piece, chunks)
            sample, group = divmod(rest, groups)
            first = group * self._each
            filters = slice(first + edges[chunk], first + edges[chunk + 1])
            each = x.shape[-1] // groups
            source = x[sample, ..., group * each : (group + 1) * each]
            self._stamp_all(source, out[sample], filters, own)

        crew.split(work, len(x) * groups * chunks, scratch)
        finish, cells = self._epilogue.bind(inputs, out), prod(out.shape[1:-1])

        def end(sample: int, _: Array) -> None:
            finish(sample * cells, (sample + 1) * cells)

        crew.split(end, len(x), scratch)

    def _stamp_all(self, source: Array, out: Array, filters: slice, scratch: Array) -> None:
        out[..., filters] = 0
        n_filters = filters.stop - filters.start
        (products,) = carve(scratch, self.site.dtype, self._block(n_filters))
        for row in range(0, len(source), self._rows):
            rows = source[row : row + self._rows]
            cells, target = rows.reshape(-1, rows.shape[-1]), products[: len(rows)]
            for cell in product(*(range(size) for size in self.site.primitive.kernel)):
                kernel = self._kernel[cell][:, filters]
                np.matmul(cells, kernel, out=target.reshape(-1, n_filters))
                self._add(target, row, cell, out[..., filters])

    def _add(self, values: Array, row: int, cell: Sizes, out: Array) -> None:
        """Add the products of the input rows from `row` on where this kernel cell lands."""
        conv = self.site.primitive
        stamps = [self._stamps[axis][index] for axis, index in enumerate(cell)]
        stride, head = conv.stride[0], stamps[0]
        start, stop = max(head.start, row), min(head.stop, row + len(values))
        if stop <= start:
            return
        stamps[0] = _Stamp(start - row, stop - row, head.first + (start - head.start) * stride)
        origin = tuple(slice(s.start, s.stop) for s in stamps)
        place = tuple(
            slice(s.first, s.first + (s.stop - s.start - 1) * step + 1, step)
            for s, step in zip(stamps, conv.stride, strict=True)
        )
        if all(s.stop > s.start for s in stamps):
            out[place] += values[origin]


def _stamp(
    axis: int, cell: int, conv: p.TransposedConvolution, shape: Sizes, output: Sizes
) -> _Stamp:
    """Input cells whose stamp of this kernel cell lies within the output."""
    stride = conv.stride[axis]
    offset = conv.dilation[axis] * cell - conv.padding[axis][0]
    start = max(0, -(offset // stride))
    stop = min(shape[axis + 1], -((offset - output[axis + 1]) // stride))
    return _Stamp(start, stop, start * stride + offset)

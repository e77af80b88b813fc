"""What moves values and computes none."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.numeric.kernels.chunks import Blocks
from cnncalc.numeric.kernels.kernel import Array, Crew, Kernel, P


class PassKernel(Kernel[p.Reshape | p.Dropout | p.Identity]):
    """The same values in the same order: nothing to do when `out` is the input's own memory.

    Dropout stays off in training mode too: there is no training here, only its statistics.
    """

    name = "pass"
    in_place: ClassVar[bool] = True

    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        x, y = inputs[0].reshape(-1), out.reshape(-1)
        if np.may_share_memory(x, y):
            return
        blocks = Blocks.of(out.size, 1, out.itemsize)

        def work(piece: int, scratch: Array) -> None:
            np.copyto(y[blocks.rows(piece)], x[blocks.rows(piece)])

        crew.split(work, blocks.n_blocks, scratch)


class _Copying(Kernel[P]):
    """A kernel that copies one view to another, of the same shape, the samples first."""

    name = "copy"

    @abstractmethod
    def views(self, x: Array, out: Array) -> tuple[Array, Array]:
        """What is copied, and where to."""

    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        source, target = self.views(inputs[0], out)
        n_samples, n_rows = target.shape[:2]
        blocks = Blocks.of(n_rows, target.size // (n_samples * n_rows), out.itemsize)

        def work(piece: int, scratch: Array) -> None:
            sample, block = divmod(piece, blocks.n_blocks)
            rows = blocks.rows(block)
            np.copyto(target[sample, rows], source[sample, rows])

        crew.split(work, n_samples * blocks.n_blocks, scratch)


class PermuteKernel(_Copying[p.Permute]):
    """Axis i of the result is axis `order[i]` of the input."""

    def views(self, x: Array, out: Array) -> tuple[Array, Array]:
        return x.transpose(0, *(axis + 1 for axis in self.site.primitive.order)), out


class ChannelShuffleKernel(_Copying[p.ChannelShuffle]):
    """Output channel `i·groups + g` is input channel `g·C/groups + i`."""

    def views(self, x: Array, out: Array) -> tuple[Array, Array]:
        groups = self.site.primitive.groups
        n, each = len(x), x.shape[-1] // groups
        return x.reshape(n, -1, groups, each).swapaxes(2, 3), out.reshape(n, -1, each, groups)


class DepthToSpaceKernel(_Copying[p.DepthToSpace]):
    """Channel `c·r² + i·r + j` becomes row i and column j of a block, in channel c."""

    def views(self, x: Array, out: Array) -> tuple[Array, Array]:
        rank, factor = out.ndim - 2, self.site.primitive.factor
        blocks = x.reshape(*x.shape[:-1], out.shape[-1], *(factor,) * rank)
        pairs = (axis for k in range(rank) for axis in (k + 1, rank + 2 + k))
        source = blocks.transpose(0, *pairs, rank + 1)
        return source, out.reshape(source.shape)


class SpaceToDepthKernel(_Copying[p.SpaceToDepth]):
    """Row i and column j of a block become channels `(i·r + j)·C + c`."""

    def views(self, x: Array, out: Array) -> tuple[Array, Array]:
        rank, factor = out.ndim - 2, self.site.primitive.factor
        cells = (size for blocks in out.shape[1:-1] for size in (blocks, factor))
        blocks = x.reshape(len(x), *cells, x.shape[-1])
        within = (2 * k + 2 for k in range(rank))
        source = blocks.transpose(0, *(2 * k + 1 for k in range(rank)), *within, 2 * rank + 1)
        return source, out.reshape(source.shape)


class CropKernel(_Copying[p.Crop]):
    """The cells that are left."""

    def views(self, x: Array, out: Array) -> tuple[Array, Array]:
        pairs = zip(self.site.primitive.amount, out.shape[1:-1], strict=True)
        return x[(slice(None), *(slice(begin, begin + n) for (begin, _), n in pairs))], out


class SliceKernel(_Copying[p.Slice]):
    """The cells from `start` up to `stop` of one axis."""

    def views(self, x: Array, out: Array) -> tuple[Array, Array]:
        axis, start, stop = self.site.primitive
        return x[(slice(None),) * (axis + 1) + (slice(start, stop),)], out


class PadKernel(Kernel[p.Pad]):
    """Cells added around the map: zeros, mirrored cells, or copies of the outermost ones."""

    name = "pad"

    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        fill = self._fill_zeros if self.site.primitive.mode == "zero" else self._fill_borders
        x = inputs[0]
        begins = [pair[0] for pair in self.site.primitive.amount]
        inner = tuple(slice(b, b + n) for b, n in zip(begins, x.shape[1:-1], strict=True))

        def work(sample: int, scratch: Array) -> None:
            np.copyto(out[sample][inner], x[sample])
            fill(out[sample], inner)

        crew.split(work, len(x), scratch)

    def _fill_zeros(self, cells: Array, inner: tuple[slice, ...]) -> None:
        for axis, kept in enumerate(inner):
            # along the axes before, the borders are filled already
            before = inner[:axis]
            cells[(*before, slice(None, kept.start))] = 0
            cells[(*before, slice(kept.stop, None))] = 0

    def _fill_borders(self, cells: Array, inner: tuple[slice, ...]) -> None:
        mirrors = self.site.primitive.mode == "reflect"
        for axis, kept in enumerate(inner):
            row = cells.swapaxes(0, axis)
            first, last = kept.start, kept.stop - 1
            for distance in range(1, first + 1):
                row[first - distance] = row[first + distance if mirrors else first]
            for distance in range(1, len(row) - last):
                row[last + distance] = row[last - distance if mirrors else last]

"""What moves values and computes none."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import ClassVar

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.numeric.kernels.chunks import Blocks
from cnncalc.numeric.kernels.kernel import Array, Crew, Kernel, P, Site
from cnncalc.numeric.kernels.pieces import Call, PieceKernel, prepare


class PassKernel(PieceKernel[p.Reshape | p.Dropout | p.Identity]):
    """The same values in the same order: nothing to do when `out` is the input's own memory.

    Dropout stays off in training mode too: there is no training here, only its statistics.
    """

    name = "pass"
    in_place: ClassVar[bool] = True

    def __init__(self, site: Site[p.Reshape | p.Dropout | p.Identity]) -> None:
        super().__init__(site)
        self._blocks = Blocks.of(site.n_outputs, 1, site.dtype.itemsize)
        self.n_pieces = self._blocks.n_blocks

    def calls(
        self, piece: int, inputs: Sequence[Array], out: Array, scratch: Array
    ) -> Iterable[Call]:
        """A copy, or nothing."""
        rows = self._blocks.rows(piece)
        given, block = (self._blocks.view(array)[rows] for array in (inputs[0], out))
        return () if np.may_share_memory(given, block) else (partial(np.copyto, block, given),)


class _Moving(Kernel[P]):
    """A kernel that copies views of its input to views of its output."""

    name = "copy"

    @abstractmethod
    def moves(self, x: Array, out: Array) -> Iterable[tuple[Array, Array]]:
        """Pairs of what is copied and where to, of one shape, the samples first."""

    def bind(
        self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array
    ) -> Callable[[], None]:
        """A call that makes all copies, in blocks of rows of one sample."""
        pieces = []
        for source, target in self.moves(inputs[0], out):
            n_samples, n_rows = target.shape[:2]
            blocks = Blocks.of(n_rows, target.size // (n_samples * n_rows), out.itemsize)
            pieces += [
                partial(np.copyto, target[sample, rows], source[sample, rows])
                for sample in range(n_samples)
                for rows in map(blocks.rows, range(blocks.n_blocks))
            ]

        def calls(piece: int, own: Array) -> Iterable[Call]:
            return pieces[piece : piece + 1]

        return prepare(calls, len(pieces), 2 * out.nbytes, crew, scratch)

    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        """Prepare all copies and make them."""
        self.bind(inputs, out, crew, scratch)()


class PermuteKernel(_Moving[p.Permute]):
    """Axis i of the result is axis `order[i]` of the input."""

    def moves(self, x: Array, out: Array) -> Iterable[tuple[Array, Array]]:
        """The whole map at once."""
        yield x.transpose(0, *(axis + 1 for axis in self.site.primitive.order)), out


class ChannelShuffleKernel(_Moving[p.ChannelShuffle]):
    """Output channel `i·groups + g` is input channel `g·C/groups + i`."""

    def moves(self, x: Array, out: Array) -> Iterable[tuple[Array, Array]]:
        """Group by group: a group's channels lie together, and are many more than the groups."""
        groups = self.site.primitive.groups
        n, each = len(x), x.shape[-1] // groups
        before, after = x.reshape(n, -1, groups, each), out.reshape(n, -1, each, groups)
        for group in range(groups):
            yield before[:, :, group], after[..., group]


class DepthToSpaceKernel(_Moving[p.DepthToSpace]):
    """Channel `c·r² + i·r + j` becomes row i and column j of a block, in channel c."""

    def moves(self, x: Array, out: Array) -> Iterable[tuple[Array, Array]]:
        """The whole map at once."""
        rank, factor = out.ndim - 2, self.site.primitive.factor
        blocks = x.reshape(*x.shape[:-1], out.shape[-1], *(factor,) * rank)
        pairs = (axis for k in range(rank) for axis in (k + 1, rank + 2 + k))
        source = blocks.transpose(0, *pairs, rank + 1)
        yield source, out.reshape(source.shape)


class SpaceToDepthKernel(_Moving[p.SpaceToDepth]):
    """Row i and column j of a block become channels `(i·r + j)·C + c`."""

    def moves(self, x: Array, out: Array) -> Iterable[tuple[Array, Array]]:
        """The whole map at once."""
        rank, factor = out.ndim - 2, self.site.primitive.factor
        cells = (size for blocks in out.shape[1:-1] for size in (blocks, factor))
        blocks = x.reshape(len(x), *cells, x.shape[-1])
        within = (2 * k + 2 for k in range(rank))
        source = blocks.transpose(0, *(2 * k + 1 for k in range(rank)), *within, 2 * rank + 1)
        yield source, out.reshape(source.shape)


class CropKernel(_Moving[p.Crop]):
    """The cells that are left."""

    def moves(self, x: Array, out: Array) -> Iterable[tuple[Array, Array]]:
        """The whole map at once."""
        pairs = zip(self.site.primitive.amount, out.shape[1:-1], strict=True)
        yield x[(slice(None), *(slice(begin, begin + n) for (begin, _), n in pairs))], out


class SliceKernel(_Moving[p.Slice]):
    """The cells from `start` up to `stop` of one axis."""

    def moves(self, x: Array, out: Array) -> Iterable[tuple[Array, Array]]:
        """The whole map at once."""
        axis, start, stop = self.site.primitive
        yield x[(slice(None),) * (axis + 1) + (slice(start, stop),)], out


class PadKernel(PieceKernel[p.Pad]):
    """Cells added around the map: zeros, mirrored cells, or copies of the outermost ones."""

    name = "pad"

    def __init__(self, site: Site[p.Pad]) -> None:
        super().__init__(site)
        self.n_pieces = site.output[0]

    def calls(
        self, piece: int, inputs: Sequence[Array], out: Array, scratch: Array
    ) -> Iterable[Call]:
        """The map into the middle of a sample, then the borders, one axis after the other."""
        x, cells = inputs[0][piece], out[piece]
        begins = (begin for begin, _ in self.site.primitive.amount)
        inner = tuple(slice(b, b + n) for b, n in zip(begins, x.shape[:-1], strict=True))
        yield partial(np.copyto, cells[inner], x)
        for axis, kept in enumerate(inner):
            # along the axes before, the borders are filled already, with zeros at least
            if self.site.primitive.mode == "zero":
                before = inner[:axis]
                yield partial(np.copyto, cells[(*before, slice(None, kept.start))], 0)
                yield partial(np.copyto, cells[(*before, slice(kept.stop, None))], 0)
            else:
                yield from self._borders(cells.swapaxes(0, axis), kept.start, kept.stop - 1)

    def _borders(self, rows: Array, first: int, last: int) -> Iterable[Call]:
        """Fill the rows before the first and behind the last one from those between."""
        mirrors = self.site.primitive.mode == "reflect"
        for distance in range(1, first + 1):
            source = rows[first + distance if mirrors else first]
            yield partial(np.copyto, rows[first - distance], source)
        for distance in range(1, len(rows) - last):
            source = rows[last - distance if mirrors else last]
            yield partial(np.copyto, rows[last + distance], source)

"""What is computed value by value or channel by channel, whatever the cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from math import prod
from typing import ClassVar

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.numeric.functions import Function, activation, prelu
from cnncalc.numeric.kernels.affine import Affine
from cnncalc.numeric.kernels.chunks import BLOCK_BYTES, Blocks, carve, room_for, wide_rows
from cnncalc.numeric.kernels.kernel import Array, Site
from cnncalc.numeric.kernels.pieces import Call, PieceKernel


class ActivationKernel(PieceKernel[p.Activation]):
    """A function of every value, of every position for softmax: see `functions`."""

    name = "activation"
    in_place: ClassVar[bool] = True

    def __init__(self, site: Site[p.Activation]) -> None:
        super().__init__(site)
        n_rows, width, self._repeats = wide_rows(site.output)
        if site.primitive.function == "prelu":
            self._function = Function(lambda x, scratch: None, 1)  # until the weights are there
            self.weight_bytes = width * site.dtype.itemsize
        else:
            self._function = activation(site.primitive, site.dtype)
            width = site.output[-1] if self._function.by_position else 1
            n_rows = site.n_outputs // width
        n_arrays = 1 + self._function.n_temporaries
        self._blocks = Blocks.of(n_rows, width, site.dtype.itemsize, 2 * BLOCK_BYTES // n_arrays)
        self.n_pieces = self._blocks.n_blocks
        self._room = (self._function.n_temporaries * self._blocks.size * width,)
        self.scratch_bytes = room_for(site.dtype, self._room)

    def load(self, arrays: Mapping[str, Array]) -> None:
        if self.site.primitive.function == "prelu":
            slopes = np.broadcast_to(arrays["alpha"], self.site.output[-1:])
            self._function = prelu(np.tile(slopes, self._repeats))

    def calls(
        self, piece: int, inputs: Sequence[Array], out: Array, scratch: Array
    ) -> Iterable[Call]:
        """A copy, unless it works in place, and the function on it."""
        rows = self._blocks.rows(piece)
        given, block = (self._blocks.view(array)[rows] for array in (inputs[0], out))
        if not np.may_share_memory(given, block):
            yield partial(np.copyto, block, given)
        yield partial(self._function.apply, block, *carve(scratch, block.dtype, self._room))


class MaxoutKernel(PieceKernel[p.Maxout]):
    """`out_c = max(x_[c·pieces], …, x_[c·pieces + pieces - 1])`."""

    name = "maxout"

    def __init__(self, site: Site[p.Maxout]) -> None:
        super().__init__(site)
        channels, itemsize = site.output[-1], site.dtype.itemsize * site.primitive.pieces
        self._blocks = Blocks.of(site.n_outputs // channels, channels, itemsize)
        self.n_pieces = self._blocks.n_blocks

    def calls(
        self, piece: int, inputs: Sequence[Array], out: Array, scratch: Array
    ) -> Iterable[Call]:
        """A maximum of two channels, then of the result and each other one."""
        rows, pieces = self._blocks.rows(piece), self.site.primitive.pieces
        given = inputs[0].reshape(self._blocks.n_rows, self._blocks.width, pieces)[rows]
        block = self._blocks.view(out)[rows]
        yield partial(np.maximum, given[..., 0], given[..., -1], out=block)
        for index in range(1, pieces - 1):
            yield partial(np.maximum, block, given[..., index], out=block)


class ScaleKernel(Affine[p.ChannelScale]):
    """`out_c = scale_c·x_c + bias_c`."""

    def load(self, arrays: Mapping[str, Array]) -> None:
        self.use(arrays.get("scale"), arrays.get("bias"))


class RescaleKernel(Affine[p.Rescale]):
    """`out_c = scale_c·x_c + offset_c`, with fixed numbers."""

    def load(self, arrays: Mapping[str, Array]) -> None:
        scale, offset = self.site.primitive
        self.use(
            None if set(scale) == {1} else np.array(scale),
            np.array(offset) if any(offset) else None,
        )


_MERGES: dict[p.MergeKind, np.ufunc] = {
    "add": np.add,
    "average": np.add,
    "maximum": np.maximum,
    "multiply": np.multiply,
    "subtract": np.subtract,
}


class MergeKernel(PieceKernel[p.Merge]):
    """Several maps become one, value by value; a vector or 1×1×C meets every cell of its sample.

    The maps are taken in their order. Writing into the first one's memory is safe even if it is
    merged with itself: a block is written once, when all of its values have been read.
    """

    name = "merge"
    in_place: ClassVar[bool] = True

    def __init__(self, site: Site[p.Merge]) -> None:
        super().__init__(site)
        itemsize = site.dtype.itemsize
        if all(shape == site.output for shape in site.inputs):
            self._n_samples = 1
            self._blocks = Blocks.of(site.n_outputs, 1, itemsize)
        else:
            self._n_samples, channels = site.output[0], site.output[-1]
            self._blocks = Blocks.of(prod(site.output[1:-1]), channels, itemsize)
        self.n_pieces = self._n_samples * self._blocks.n_blocks
        self._room = (self._blocks.size, self._blocks.width)
        if len(site.inputs) > 2:
            self.scratch_bytes = room_for(site.dtype, self._room)

    def _view(self, array: Array) -> Array:
        """The array as (samples, rows, width), one row per sample for a gate."""
        return array.reshape(self._n_samples, -1, self._blocks.width)

    def calls(
        self, piece: int, inputs: Sequence[Array], out: Array, scratch: Array
    ) -> Iterable[Call]:
        """All but the last merge into the scratch, the last one into the output."""
        sample, position = divmod(piece, self._blocks.n_blocks)
        rows = self._blocks.rows(position)
        block = self._view(out)[sample, rows]
        first, *others = (self._part(array, sample, rows) for array in inputs)
        if not others:
            yield partial(np.copyto, block, first)
            return
        merge = _MERGES[self.site.primitive.kind]
        if len(others) > 1:
            room = carve(scratch, out.dtype, self._room)[0][: len(block)]
            for other in others[:-1]:
                yield partial(merge, first, other, out=room)
                first = room
        yield partial(merge, first, others[-1], out=block)
        if self.site.primitive.kind == "average":
            yield partial(np.multiply, block, 1 / len(inputs), out=block)

    def _part(self, array: Array, sample: int, rows: slice) -> Array:
        """The rows of a map, or a gate."""
        cells: Array = self._view(array)[sample]
        return cells if len(cells) < self._blocks.n_rows else cells[rows]


class ConcatKernel(PieceKernel[p.Merge]):
    """Maps behind one another along one axis."""

    name = "concat"

    def __init__(self, site: Site[p.Merge]) -> None:
        super().__init__(site)
        axis = site.primitive.axis % (len(site.output) - 1)
        n_rows = prod(site.output[: axis + 1])
        self._blocks = Blocks.of(n_rows, site.n_outputs // n_rows, site.dtype.itemsize)
        self.n_pieces = self._blocks.n_blocks

    def calls(
        self, piece: int, inputs: Sequence[Array], out: Array, scratch: Array
    ) -> Iterable[Call]:
        """A copy of each map's part of a block of rows."""
        rows, start = self._blocks.rows(piece), 0
        block = self._blocks.view(out)[rows]
        for array in inputs:
            given = array.reshape(self._blocks.n_rows, -1)[rows]
            stop = start + given.shape[1]
            yield partial(np.copyto, block[:, start:stop], given)
            start = stop

"""What is computed value by value or channel by channel, whatever the cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import ClassVar

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.numeric.functions import Function, activation, prelu
from cnncalc.numeric.kernels.affine import Affine
from cnncalc.numeric.kernels.chunks import BLOCK_BYTES, Blocks, carve, room_for, wide_rows
from cnncalc.numeric.kernels.kernel import Array, Crew, Kernel, Site


class ActivationKernel(Kernel[p.Activation]):
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
        self._room = (self._function.n_temporaries * self._blocks.size * width,)
        self.scratch_bytes = room_for(site.dtype, self._room)

    def load(self, arrays: Mapping[str, Array]) -> None:
        if self.site.primitive.function == "prelu":
            self._function = prelu(np.tile(arrays["alpha"], self._repeats))

    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        blocks, apply = self._blocks, self._function.apply
        x, y = blocks.view(inputs[0]), blocks.view(out)
        is_in_place = np.may_share_memory(x, y)

        def work(piece: int, scratch: Array) -> None:
            rows = blocks.rows(piece)
            block = y[rows]
            if not is_in_place:
                np.copyto(block, x[rows])
            apply(block, *carve(scratch, block.dtype, self._room))

        crew.split(work, blocks.n_blocks, scratch)


class MaxoutKernel(Kernel[p.Maxout]):
    """`out_c = max(x_[c·pieces], …, x_[c·pieces + pieces - 1])`."""

    name = "maxout"

    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        pieces = self.site.primitive.pieces
        blocks = Blocks.of(out.size // out.shape[-1], out.shape[-1], out.itemsize * pieces)
        x = inputs[0].reshape(blocks.n_rows, blocks.width, pieces)
        y = blocks.view(out)

        def work(piece: int, scratch: Array) -> None:
            rows = blocks.rows(piece)
            given, block = x[rows], y[rows]
            np.maximum(given[..., 0], given[..., -1], out=block)
            for index in range(1, pieces - 1):
                np.maximum(block, given[..., index], out=block)

        crew.split(work, blocks.n_blocks, scratch)


class ScaleKernel(Affine[p.ChannelScale]):
    """`out_c = scale_c·x_c + bias_c`."""

    def load(self, arrays: Mapping[str, Array]) -> None:
        self.use(arrays["scale"], arrays.get("bias"))


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


class MergeKernel(Kernel[p.Merge]):
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
        self._room = (self._blocks.size, self._blocks.width)
        if len(site.inputs) > 2:
            self.scratch_bytes = room_for(site.dtype, self._room)

    def _view(self, array: Array) -> Array:
        """The array as (samples, rows, width), one row per sample for a gate."""
        return array.reshape(self._n_samples, -1, self._blocks.width)

    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        blocks, maps = self._blocks, [self._view(array) for array in inputs]
        result = self._view(out)

        def work(piece: int, scratch: Array) -> None:
            sample, block = divmod(piece, blocks.n_blocks)
            rows = blocks.rows(block)
            parts = [
                each[sample, rows] if each.shape == result.shape else each[sample] for each in maps
            ]
            self._merge(parts, result[sample, rows], scratch)

        crew.split(work, self._n_samples * blocks.n_blocks, scratch)

    def _merge(self, parts: list[Array], out: Array, scratch: Array) -> None:
        kind = self.site.primitive.kind
        first, *others = parts
        if not others:
            np.copyto(out, first)
            return
        if len(others) > 1:
            (room,) = carve(scratch, out.dtype, self._room)
            for other in others[:-1]:
                first = _MERGES[kind](first, other, out=room[: len(out)])
        _MERGES[kind](first, others[-1], out=out)
        if kind == "average":
            np.multiply(out, 1 / len(parts), out=out)


class ConcatKernel(Kernel[p.Merge]):
    """Maps behind one another along one axis."""

    name = "concat"

    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        axis = self.site.primitive.axis % (out.ndim - 1)
        n_rows = prod(out.shape[: axis + 1])
        blocks = Blocks.of(n_rows, out.size // n_rows, out.itemsize)
        maps, joined = [each.reshape(n_rows, -1) for each in inputs], blocks.view(out)

        def work(piece: int, scratch: Array) -> None:
            rows = blocks.rows(piece)
            start = 0
            for each in maps:
                stop = start + each.shape[1]
                np.copyto(joined[rows, start:stop], each[rows])
                start = stop

        crew.split(work, blocks.n_blocks, scratch)

"""Work in chunks that fit into a cache, and in scratch memory that is given."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np

from cnncalc.ir.shapes import Sizes
from cnncalc.numeric.kernels.kernel import Array, aligned

BLOCK_BYTES = 1 << 18
_WIDE = 2048  # values: an inner loop of NumPy's this long costs nothing to start


def room_for(dtype: np.dtype[Any], *shapes: Sizes) -> int:
    """Bytes of scratch memory that arrays of these shapes take."""
    return sum(aligned(prod(shape) * dtype.itemsize) for shape in shapes)


def carve(scratch: Array, dtype: np.dtype[Any], *shapes: Sizes) -> list[Array]:
    """Arrays of these shapes, one behind another in scratch memory."""
    arrays, start = [], 0
    for shape in shapes:
        n_bytes = prod(shape) * dtype.itemsize
        arrays.append(scratch[start : start + n_bytes].view(dtype).reshape(shape))
        start += aligned(n_bytes)
    return arrays


class Blocks(NamedTuple):
    """An array as rows, and how many of them make one block.

    Attributes:
        n_rows: Rows in the array.
        width: Values in a row.
        size: Rows in a block; the last one may have fewer.
    """

    n_rows: int
    width: int
    size: int

    @classmethod
    def of(cls, n_rows: int, width: int, itemsize: int, n_bytes: int = BLOCK_BYTES) -> Blocks:
        """Blocks of about `n_bytes`, and of one row at least."""
        return cls(n_rows, width, max(1, min(n_rows, n_bytes // (width * itemsize))))

    @property
    def n_blocks(self) -> int:
        """How many blocks there are."""
        return -(-self.n_rows // self.size)

    def rows(self, block: int) -> slice:
        """The rows of a block."""
        start = block * self.size
        return slice(start, min(start + self.size, self.n_rows))

    def view(self, array: Array) -> Array:
        """A C-contiguous array as rows."""
        return array.reshape(self.n_rows, self.width)


def wide_rows(shape: Sequence[int]) -> tuple[int, int, int]:
    """Rows and width of an array whose channels are repeated, and how often.

    What is done channel by channel is faster on long rows: several positions with few channels
    make one row, and what belongs to the channels is repeated as often.
    """
    channels = shape[-1]
    positions = prod(shape[:-1])
    most = max(1, min(positions, _WIDE // channels))
    repeats = next(n for n in range(most, 0, -1) if positions % n == 0)
    return positions // repeats, channels * repeats, repeats

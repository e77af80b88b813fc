"""The weights of Winograd's sixteen products, in the room of the nine that they are made of.

`U = G g Gᵀ` has 16 points for the 9 weights of a kernel. The rows of G are dependent: the last is
the second and the third less the first. So the last row and column of U are sums of the others;
nine points are kept, and the other seven are made anew in each run, in working memory, which takes
a small part of the time of the products that follow.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from cnncalc.ir.shapes import Sizes
from cnncalc.numeric.kernels.chunks import carve, room_for
from cnncalc.numeric.kernels.kernel import Array, Crew
from cnncalc.numeric.kernels.panels import Panels

_G = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5]])  # the fourth row is (0, 0, 1)
_CHUNK = 1 << 14  # values of a point: the sixteen of them stay in the cache


class Points:
    """Sixteen products with weights (channels, filters), at the places of a square of 4×4.

    Attributes:
        n_bytes: Size of what is kept.
        made_bytes: Size of what is made in every run.
        scratch_shape: What `multiply` needs room for.
    """

    def __init__(self, channels: int, filters: int, rows: int, dtype: np.dtype[Any]) -> None:
        self._panels = Panels((3, 3), channels, filters, rows, dtype)
        self._dtype = dtype
        self._shapes: list[tuple[Sizes, Sizes]] = list(
            zip(self._panels.part_shapes(3), self._panels.part_shapes(4), strict=True)
        )
        self.n_bytes = self._panels.n_bytes
        self.made_bytes = sum(room_for(dtype, *pair) for pair in self._shapes)
        self.scratch_shape = self._panels.scratch_shape

    def load(self, kernel: Array) -> None:
        """Take a kernel of shape (3, 3, channels, filters)."""
        both = np.kron(_G, _G).astype(self._dtype)
        *_, channels, _ = kernel.shape

        def points(columns: slice) -> Array:
            made: Array = np.matmul(both, kernel[..., columns].reshape(9, -1))
            return made.reshape(3, 3, channels, -1)

        self._panels.load_columns(points)

    def bind(self, room: Array, crew: Crew) -> tuple[Made, Callable[[], None]]:
        """Where the made points will be, in `made_bytes` of room, and a call that makes them."""
        made: Made = []
        tasks: list[Callable[[], None]] = []
        for kept, pair in zip(self._panels.parts, self._shapes, strict=True):
            right, below = carve(room, self._dtype, *pair)
            room = room[room_for(self._dtype, *pair) :]
            made.append((right, below))
            flat = kept.reshape(3, 3, -1), right.reshape(3, -1), below.reshape(4, -1)
            for start in range(0, flat[1].shape[1], _CHUNK):
                chunk = slice(start, start + _CHUNK)
                tasks.append(partial(_make, *(points[..., chunk] for points in flat)))
        empty = room[:0]
        return made, partial(crew.split, lambda piece, _: tasks[piece](), len(tasks), empty)

    def multiply(self, x: Array, made: Made, out: Array, scratch: Array) -> None:
        """`out[i, j] = x[i, j] · U[i, j]`, both of shape (4, 4, rows, …)."""
        multiply = self._panels.multiply
        multiply(x[:3, :3], out[:3, :3], scratch)
        multiply(x[:3, 3], out[:3, 3], scratch, parts=[right for right, _ in made])
        multiply(x[3], out[3], scratch, parts=[below for _, below in made])


Made = list[tuple[Array, Array]]


def _make(kept: Array, right: Array, below: Array) -> None:
    """Last column and last row of some points: U₃ = U₁ + U₂ - U₀ along either axis."""
    np.add(kept[:, 1], kept[:, 2], out=right)
    np.subtract(right, kept[:, 0], out=right)
    np.add(kept[1], kept[2], out=below[:3])
    np.subtract(below[:3], kept[0], out=below[:3])
    np.add(right[1], right[2], out=below[3])
    np.subtract(below[3], right[0], out=below[3])

"""The weights of Winograd's sixteen products, in the room of the nine that they are made of.

`U = G g Gᵀ` has 16 points for the 9 weights of a kernel. The rows of G are dependent: the last is
the second and the third less the first. So the last row and column of U are sums of the others;
nine points are kept, and the other seven are made anew in each run, in working memory. For a map
of several blocks they are made once, before the first block. For a map that is one block they are
made of some filters at a time, just before the products that they are for: that takes little room,
and the products find them in the cache.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import accumulate, pairwise
from math import prod
from typing import Any, NamedTuple

import numpy as np

from cnncalc.numeric.kernels.kernel import Array, Crew
from cnncalc.numeric.kernels.panels import Panels
from cnncalc.numeric.kernels.pieces import Call

_G = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5]])  # the fourth row is (0, 0, 1)
_CHUNK = 1 << 14  # values of a point: the sixteen of them stay in the cache
_GROUP_BYTES = 1 << 17  # of a point that is made for one use; two are there at a time
_MULTIPLE = 32  # a group's filters are a multiple of this


class Factor(NamedTuple):
    """Weights of some of the four products that a row of points is for.

    Attributes:
        start: The first of them, of the four.
        stop: The one behind the last.
        make: What makes the weights; to be called just before they are used.
        parts: The weights, as `Panels.multiply` takes them.
    """

    start: int
    stop: int
    make: list[Call]
    parts: list[Array]


class Group(NamedTuple):
    """Filters that are computed together.

    Attributes:
        filters: Which they are.
        panels: The kept points of them.
    """

    filters: slice
    panels: Panels


class Points:
    """Sixteen products with weights (channels, filters), at the places of a square of 4×4.

    Attributes:
        groups: The filters.
        n_bytes: Size of what is kept.
        n_values: Values of one point of a group, at most.
        scratch_shape: What a product needs room for.

    Args:
        channels: Channels that come in.
        filters: Channels that come out.
        rows: Rows of a product, at most.
        dtype: Type of all arrays.
        once: Whether all points are made before the first product, and there is one group.
    """

    def __init__(
        self, channels: int, filters: int, rows: int, dtype: np.dtype[Any], *, once: bool
    ) -> None:
        self._dtype, self._once = dtype, once
        width = filters if once else _width(channels * dtype.itemsize, filters)
        self.groups = [
            Group(slice(start, stop), Panels((3, 3), channels, stop - start, rows, dtype))
            for start, stop in pairwise([*range(0, filters, width), filters])
        ]
        self.n_bytes = sum(group.panels.n_bytes for group in self.groups)
        self.n_values = channels * width
        self.scratch_shape = max((g.panels.scratch_shape[-3:] for g in self.groups), key=prod)

    @property
    def n_made(self) -> int:
        """Values that are made and there at a time."""
        return (7 if self._once else 2) * self.n_values

    def load(self, kernel: Array) -> None:
        """Take a kernel of shape (3, 3, channels, filters)."""
        for filters, panels in self.groups:
            panels.load_columns(partial(_transformed, kernel[..., filters], self._dtype))

    def maker(self, room: Array, crew: Crew) -> Callable[[], None]:
        """A call that makes the points of all filters, in `n_made` values of room."""
        tasks: list[Callable[[], None]] = []
        for _, panels in self.groups:
            for kept, made in zip(panels.parts, _planes(panels, room, 7), strict=True):
                nine, seven = kept.reshape(3, 3, -1), made.reshape(7, -1)
                for start in range(0, seven.shape[1], _CHUNK):
                    chunk = slice(start, start + _CHUNK)
                    tasks.append(partial(_make, nine[..., chunk], seven[:, chunk]))
        return partial(crew.split, lambda piece, _: tasks[piece](), len(tasks), room[:0])

    def rows(self, group: Group, room: Array) -> list[list[Factor]]:
        """What the four rows of products are multiplied by, in `n_made` values of room.

        Where the points are made once, it is `maker` that makes them there.
        """
        kept = group.panels.parts
        rows = [[Factor(0, 3, [], [part[row] for part in kept])] for row in range(3)]
        if self._once:
            made = _planes(group.panels, room, 7)
            for row, factors in enumerate(rows):
                factors.append(Factor(3, 4, [], [part[row : row + 1] for part in made]))
            below = Factor(0, 3, [], [part[3:6] for part in made])
            return [*rows, [below, Factor(3, 4, [], [part[6:] for part in made])]]
        planes = _planes(group.panels, room, 2)
        one, other = [part[1:] for part in planes], [part[:1] for part in planes]
        for row, factors in enumerate(rows):
            factors.append(Factor(3, 4, _lasts((part[row] for part in kept), one), one))
        return [*rows, _below(kept, one, other)]


def _below(kept: list[Array], one: list[Array], other: list[Array]) -> list[Factor]:
    """The last row, point by point: the last one, `U₃₁ - U₃₀ + U₃₂`, grows in the place of U₃₁."""
    columns = [[part[:, column] for part in kept] for column in range(3)]
    pairs = list(zip(one, other, strict=True))
    less: list[Call] = [partial(np.subtract, total, point, total) for total, point in pairs]
    more: list[Call] = [partial(np.add, total, point, total) for total, point in pairs]
    return [
        Factor(1, 2, _lasts(columns[1], one), one),
        Factor(0, 1, _lasts(columns[0], other), other),
        Factor(2, 3, [*less, *_lasts(columns[2], other)], other),
        Factor(3, 4, more, one),
    ]


def _width(filter_bytes: int, filters: int) -> int:
    """Filters of a group: about equally many in each."""
    n_groups = -(-filter_bytes * filters // _GROUP_BYTES)
    return min(-(-filters // (n_groups * _MULTIPLE)) * _MULTIPLE, filters)


def _transformed(kernel: Array, dtype: np.dtype[Any], columns: slice) -> Array:
    """The nine points of some filters."""
    both = np.kron(_G, _G).astype(dtype)
    made: Array = np.matmul(both, kernel[..., columns].reshape(9, -1))
    return made.reshape(3, 3, kernel.shape[2], -1)


def _planes(panels: Panels, room: Array, count: int) -> list[Array]:
    """So many points at the end of the room, cut into parts as those that are kept."""
    shapes = panels.part_shapes(count)
    edges = [0, *accumulate(prod(shape[1:]) for shape in shapes)]
    planes = room[len(room) - count * edges[-1] :].reshape(count, -1)
    return [
        planes[:, start:stop].reshape(shape)
        for (start, stop), shape in zip(pairwise(edges), shapes, strict=True)
    ]


def _last(points: Array, out: Array) -> None:
    """The last of four points along the first axis: `U₃ = U₁ - U₀ + U₂`."""
    first, second, third = points
    np.subtract(second, first, out)
    np.add(out, third, out)


def _lasts(points: Iterable[Array], out: Iterable[Array]) -> list[Call]:
    """`_last` for every part, into the first point of the output."""
    return [partial(_last, each, made[0]) for each, made in zip(points, out, strict=True)]


def _make(kept: Array, made: Array) -> None:
    """The last column, and then the last row, of some points."""
    below = made[3:6]
    _last(kept.swapaxes(0, 1), made[:3])
    _last(kept, below)
    _last(below, made[6])

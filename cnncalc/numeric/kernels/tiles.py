"""Blocks of Winograd's tiles, one row of their 4×4 points after the other.

A row of points is transformed, multiplied and summed up before the next, so that what lies between
stays in the cache. Even and odd rows and columns of the padded input are apart: what is added up
then lies in long rows, which is several times as fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import product
from math import prod
from typing import NamedTuple, TypeAlias

import numpy as np

from cnncalc.numeric.kernels.epilogue import Bias
from cnncalc.numeric.kernels.kernel import Array
from cnncalc.numeric.kernels.pieces import Call, make
from cnncalc.numeric.kernels.points import Points
from cnncalc.numeric.kernels.rows import Block, Turn, Worker
from cnncalc.numeric.kernels.sliding import Axis, Slab

_ORDER = (1, 0, 2, 3)  # of the rows of points: the first one is in both sums
# Bᵀ: d0 - d2, d1 + d2, d2 - d1, d1 - d3
_TERMS = ((np.subtract, 0, 2), (np.add, 1, 2), (np.subtract, 2, 1), (np.subtract, 1, 3))

Calls: TypeAlias = list[Call]


class Room(NamedTuple):
    """Working memory for blocks of tiles, in rows of values.

    Attributes:
        padded: The padded input.
        tiles: A row of transformed points.
        sums: Two rows of products, added up along the columns of points: `Aᵀ m`.
        row: What a row of points is made of, and then its products.
        spare: What a product needs besides.
    """

    padded: Array
    tiles: Array
    sums: Array
    row: Array
    spare: Array


class Tiler(Worker):
    """Computes blocks of tiles.

    Args:
        slab: What blocks read.
        axes: The two axes.
        points: The weights.
        made: Room of the points that are made.
        bias: What is added to every output, if anything.
        x: The input.
        out: The output.
        room: Working memory. If it has none for `row`, that is where the outputs of the only block
            will be.
    """

    def __init__(
        self,
        slab: Slab,
        axes: Sequence[Axis],
        points: Points,
        made: Array,
        bias: Bias | None,
        x: Array,
        out: Array,
        room: Room,
    ) -> None:
        super().__init__(slab, x, room.padded)
        self._axes, self._points, self._bias, self._out, self._room = axes, points, bias, out, room
        self._width, self._channels = -(-out.shape[2] // 2), x.shape[-1]
        self._made = made
        self._stages: dict[int, list[tuple[Calls, Calls]]] = {}
        self._ends: dict[Block, tuple[Calls, Calls]] = {}

    def prepare(self, blocks: Iterable[Block]) -> None:
        """Blocks of one size differ in where they come from and where they go."""
        for block in blocks:
            height = -(-block.n_rows // 2)
            rows = self._out[block.sample, block.row : block.row + block.n_rows]
            if not self._room.row.size:
                self._room = self._room._replace(row=rows.reshape(-1))
            if height not in self._stages:
                stages = zip(self._transforms(height), self._products(height), strict=True)
                self._stages[height] = [*stages, ([*self._finish(height)], [])]
            self._ends[block] = [*self._fill(block, height)], [*self._write(rows, height)]

    def start(self) -> None:
        """Nothing: the padding is cleared block by block."""

    def compute(self, block: Block, turn: Turn) -> None:
        first, last = self._ends[block]
        with turn:
            make(first)
        for transforms, products in self._stages[-(-block.n_rows // 2)]:
            with turn:
                make(transforms)
            make(products)
        with turn:
            make(last)

    def _apart(self, height: int) -> Array:
        """The padded input: whether the row is odd, the column is odd; rows, columns, channels."""
        return _part(self._room.padded, 2, 2, height + 1, self._width + 1, self._channels)

    def _sums(self, height: int) -> Array:
        return _part(self._room.sums, 2, 4, height, self._width, self._out.shape[-1])

    def _fill(self, block: Block, height: int) -> Iterator[Call]:
        """Zeros around the input, and the input."""
        down, across = self._axes
        apart, x = self._apart(height), self._x[block.sample]
        rows = [_share(down, block.row, odd, height + 1) for odd in (0, 1)]
        columns = [_share(across, 0, odd, self._width + 1) for odd in (0, 1)]
        for odd in (0, 1):
            by_column = apart[:, odd].swapaxes(1, 2)
            for cells, (target, _) in ((apart[odd], rows[odd]), (by_column, columns[odd])):
                for strip in (cells[:, : target.start], cells[:, target.stop :]):
                    if strip.size:
                        yield partial(strip.fill, 0)
        for i, (target, source) in enumerate(rows):
            for j, (place, origin) in enumerate(columns):
                yield partial(np.copyto, apart[i, j, target, place], x[source, origin])

    def _transforms(self, height: int) -> list[Calls]:
        """`Bᵀ d B` of every tile, for each row of points."""
        row = _part(self._room.row, 2, height, self._width + 1, self._channels)
        cells, places = _cells(self._apart(height)), _cells(row)
        across = [
            partial(function, places[first], places[second], points)
            for (function, first, second), points in zip(_TERMS, self._tiles(height), strict=True)
        ]
        terms = (_TERMS[i] for i in _ORDER)
        return [
            [partial(function, cells[first], cells[second], row), *across]
            for function, first, second in terms
        ]

    def _tiles(self, height: int) -> Array:
        return _part(self._room.tiles, 4, height, self._width, self._channels)

    def _products(self, height: int) -> list[Calls]:
        """Products of each row of points, added to the sums."""
        tiles = self._tiles(height).reshape(4, -1, self._channels)
        views: dict[tuple[int, int], Array] = {}
        sums = self._sums(height).reshape(2, 4, len(tiles[0]), -1)
        last = _part(self._room.row, *sums.shape[1:])
        rows: list[Calls] = [[] for _ in _ORDER]
        for group in self._points.groups:
            factors = self._points.rows(group, self._made)
            for i, calls in zip(_ORDER, rows, strict=True):
                out = (sums[i] if i < 2 else last)[..., group.filters]
                for start, stop, making, parts in factors[i]:
                    x = views.setdefault((start, stop), tiles[start:stop])
                    y = out[start:stop]
                    calls += [*making, group.panels.bound(x, y, self._room.spare, parts)]
        return [
            [*calls, *self._added(i, sums[0], sums[1], last)]
            for i, calls in zip(_ORDER, rows, strict=True)
        ]

    def _added(self, i: int, first: Array, second: Array, last: Array) -> Iterator[Call]:
        """Row i of the products added to the sums, m0 + m1 + m2 and m1 - m2 - m3."""
        if i == 1 and self._bias is not None:  # one of its products is in all four outputs
            yield partial(self._bias.add, second[1])
        if i == 0:
            yield partial(np.add, first, second, first)
        if i == 2:
            yield partial(np.add, first, last, first)
        if i > 1:
            yield partial(np.subtract, second, last, second)

    def _finish(self, height: int) -> Iterator[Call]:
        """The sums added up along the rows of points too, `(Aᵀ m) A`, in the first two columns."""
        s = self._sums(height).swapaxes(0, 1)
        yield partial(np.add, s[0], s[1], s[0])
        yield partial(np.add, s[0], s[2], s[0])
        yield partial(np.subtract, s[1], s[2], s[1])
        yield partial(np.subtract, s[1], s[3], s[1])

    def _write(self, rows: Array, height: int) -> Iterator[Call]:
        """The outputs of every tile to their places."""
        sums = self._sums(height)
        for i, j in product((0, 1), repeat=2):
            cells = rows[i::2, j::2]
            yield partial(np.copyto, cells, sums[i, j, : len(cells), : cells.shape[1]])


def _share(axis: Axis, first: int, odd: int, count: int) -> tuple[slice, slice]:
    """Which even or odd padded cells from `first` on are of the input, and where it has them."""
    low = first - axis.padding[0] + odd
    start = max(0, -(low // 2))
    stop = min(count, -((low - axis.size) // 2))
    if start >= stop:
        return slice(count, count), slice(0, 0)
    return slice(start, stop), slice(low + 2 * start, low + 2 * stop - 1, 2)


def _cells(apart: Array) -> list[Array]:
    """The four cells of every tile along an axis whose even and odd cells are apart."""
    return [cells[:, part] for part in (slice(None, -1), slice(1, None)) for cells in apart]


def _part(room: Array, *shape: int) -> Array:
    return room[: prod(shape)].reshape(shape)

"""What slides, the slow way: one output position after the other, in float64.

Everything is batch first and channels last. Where windows start is counted, not divided.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes
from tests.numeric.arrays import Array, Arrays
from tests.properties.naive import bins, transposed_cells, window_starts


class Place(NamedTuple):
    """One window: where its result goes, and what it covers.

    Attributes:
        position: Of the output cell.
        cells: Input cells of every tap that hits the map, per axis.
        taps: The taps that hit it, per axis.
        counted: Number of taps on the map or its padding.
    """

    position: Sizes
    cells: tuple[list[int], ...]
    taps: tuple[list[int], ...]
    counted: int


def places(sizes: Sizes, window: p.Convolution | p.Pooling) -> tuple[Sizes, Iterator[Place]]:
    """The output's sizes, and every window in order."""
    kernel = window.kernel if isinstance(window, p.Convolution) else window.size
    ceil = isinstance(window, p.Pooling) and window.ceil
    axes = list(zip(kernel, window.stride, window.dilation, window.padding, strict=True))
    starts = [
        window_starts(size, k, s, d, *pair, ceil=ceil) or [-pair[0]]  # it fits in part only
        for size, (k, s, d, pair) in zip(sizes, axes, strict=True)
    ]

    def walk() -> Iterator[Place]:
        for position in product(*(range(len(along)) for along in starts)):
            taps, cells, counted = [], [], 1
            for axis, (k, _, d, (begin, end)) in enumerate(axes):
                reached = [starts[axis][position[axis]] + d * tap for tap in range(k)]
                taps.append([tap for tap in range(k) if 0 <= reached[tap] < sizes[axis]])
                cells.append([cell for cell in reached if 0 <= cell < sizes[axis]])
                counted *= sum(-begin <= cell < sizes[axis] + end for cell in reached)
            yield Place(position, tuple(cells), tuple(taps), counted)

    return tuple(map(len, starts)), walk()


def at(x: Array, cells: tuple[list[int], ...]) -> Array:
    """The cells of a batch of maps, all channels of them."""
    return x[np.ix_(range(len(x)), *cells, range(x.shape[-1]))]


def flat(window: Array) -> Array:
    """A window of any rank as (batch, cells, channels); it may be empty."""
    return window.reshape(len(window), prod(window.shape[1:-1]), window.shape[-1])


def convolution(conv: p.Convolution, x: Array, arrays: Arrays) -> Array:
    """Every filter sees its channels: all of them, its group's, or those it is connected to."""
    kernel = arrays[conv.weight_name].astype(np.float64)
    sizes, walk = places(x.shape[1:-1], conv)
    out: Array = np.zeros((len(x), *sizes, conv.filters))
    for place in walk:
        window = flat(at(x, place.cells))
        taps = kernel[np.ix_(*place.taps, *map(range, kernel.shape[len(sizes) :]))]
        taps = taps.reshape(window.shape[1], *kernel.shape[len(sizes) :])
        out[:, *place.position] = _filters(conv, window, taps)
    return out + arrays["bias"].astype(np.float64) if conv.bias else out


def _filters(conv: p.Convolution, window: Array, taps: Array) -> Array:
    """One output cell: window (batch, taps, channels), taps (taps, in / groups, out)."""
    if conv.connections is None:
        n, n_taps, channels = window.shape
        grouped = window.reshape(n, n_taps, conv.groups, channels // conv.groups)
        split = taps.reshape(n_taps, taps.shape[1], conv.groups, conv.filters // conv.groups)
        return np.einsum("ntgc,tcgf->ngf", grouped, split).reshape(n, conv.filters)
    results, first = [], 0
    for seen in conv.connections:
        own = taps[:, first : first + len(seen)]
        results.append(np.einsum("ntc,tc->n", window[..., list(seen)], own))
        first += len(seen)
    return np.stack(results, axis=-1)


def transposed(conv: p.TransposedConvolution, x: Array, arrays: Arrays) -> Array:
    """Every input cell stamps the kernel on the output; what falls beside it is lost."""
    kernel = arrays["kernel"].astype(np.float64)
    axes = list(
        zip(conv.kernel, conv.stride, conv.dilation, conv.padding, conv.output_padding, strict=True)
    )
    sizes = [
        transposed_cells(size, k, s, d, *pair, added)
        for size, (k, s, d, pair, added) in zip(x.shape[1:-1], axes, strict=True)
    ]
    out: Array = np.zeros((len(x), *sizes, conv.filters))
    for cell in product(*map(range, x.shape[1:-1])):
        grouped = x[:, *cell].reshape(len(x), conv.groups, -1)
        for tap in product(*map(range, conv.kernel)):
            place = tuple(
                s * i + d * t - begin
                for i, t, (_, s, d, (begin, _), _) in zip(cell, tap, axes, strict=True)
            )
            if all(0 <= i < size for i, size in zip(place, sizes, strict=True)):
                stamp = kernel[tap].reshape(grouped.shape[-1], conv.groups, -1)
                stamped = np.einsum("ngc,cgf->ngf", grouped, stamp)
                out[:, *place] += stamped.reshape(len(x), -1)
    return out + arrays["bias"].astype(np.float64) if conv.bias else out


def pooling(pool: p.Pooling, x: Array) -> Array:
    """Padding is minus infinity to a maximum and nothing to a sum."""
    sizes, walk = places(x.shape[1:-1], pool)
    out: Array = np.zeros((len(x), *sizes, x.shape[-1]))
    for place in walk:
        window = flat(at(x, place.cells))
        counted = place.counted if pool.count_padding else window.shape[1]
        out[:, *place.position] = reduced(pool.kind, window, counted)
    return out


def adaptive(pool: p.AdaptivePooling, x: Array) -> Array:
    """The windows follow from the sizes."""
    out: Array = np.zeros((len(x), *pool.size, x.shape[-1]))
    along = [list(bins(size, n)) for size, n in zip(x.shape[1:-1], pool.size, strict=True)]
    for position in product(*map(range, pool.size)):
        ranges = [along[axis][i] for axis, i in enumerate(position)]
        window = flat(at(x, tuple(list(range(first, last)) for first, last in ranges)))
        out[:, *position] = reduced(pool.kind, window, window.shape[1])
    return out


def reduced(kind: p.PoolKind, window: Array, counted: int) -> Array:
    """A window (batch, cells, channels) as one cell."""
    if kind == "max":
        return window.max(axis=1, initial=-np.inf)
    total = window.sum(axis=1)
    return total / counted if kind == "average" else total

"""Pooling."""

from __future__ import annotations

from math import prod
from typing import assert_never

import numpy as np

from cnncalc.exporters.expressible import Inexpressible
from cnncalc.exporters.onnx.arranging import pad_with
from cnncalc.exporters.onnx.graph import Graph, Tensor
from cnncalc.exporters.onnx.resizing import MOST_CELLS
from cnncalc.exporters.onnx.sliding import flat_pads
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Pair, Sizes
from cnncalc.ir.windows import adaptive_bins

_NODES = {"max": "MaxPool", "average": "AveragePool", "sum": "AveragePool"}
_Padding = tuple[Pair, ...]


def pooling(graph: Graph, pool: p.Pooling, x: Tensor, size: Sizes) -> str:
    """One node where it takes the padding, after padding in a node of its own where it does not.

    Rounding is always down: where it was up, the padding at the end is made to fit.

    Raises:
        Inexpressible: The mean of a window without a cell of the input, which is no number.
    """
    padding = _fitting(pool, x.space, size)
    match pool.kind:
        case "max":
            if _takes(pool, padding) and not _sees_padding_only(pool, x.space, size):
                return _slide(graph, pool, x.name, padding)
            padded = pad_with(graph, x.name, padding, -np.inf)
            return _slide(graph, pool, padded, _none(pool))
        case "average" if pool.count_padding:
            return _mean_with_padding(graph, pool, x, padding)
        case "average":
            if _sees_padding_only(pool, x.space, size):
                raise Inexpressible("a window lies in the padding, and no cells have no mean")
            return _slide(graph, pool, x.name, padding, count_include_pad=0)
        case "sum":
            name = x.name
            if not _takes(pool, padding):
                name, padding = pad_with(graph, name, padding), _none(pool)
            mean = _slide(graph, pool, name, padding, count_include_pad=1)
            return graph.node("Mul", mean, graph.numbers("n_cells", prod(pool.size)))
        case _:
            assert_never(pool.kind)


def _fitting(pool: p.Pooling, space: Sizes, size: Sizes) -> _Padding:
    """The padding with which rounding down gives this size."""
    columns = zip(space, size, pool.size, pool.stride, pool.dilation, pool.padding, strict=True)
    fitting = []
    for before, after, kernel, stride, dilation, (begin, end) in columns:
        reach = (after - 1) * stride + dilation * (kernel - 1) + 1
        needed = max(reach - before - begin, 0)
        fitting.append((begin, needed if pool.ceil or end >= kernel else end))
    return tuple(fitting)


def _takes(pool: p.Pooling, padding: _Padding) -> bool:
    """Whether ONNX Runtime takes the padding: less than the window along every axis."""
    return all(max(pair) < kernel for pair, kernel in zip(padding, pool.size, strict=True))


def _none(pool: p.Pooling) -> _Padding:
    return ((0, 0),) * len(pool.size)


def _sees_padding_only(pool: p.Pooling, space: Sizes, size: Sizes) -> bool:
    """Whether a window covers no cell of the input: it lies beside it, or may step over it."""
    columns = zip(space, size, pool.size, pool.stride, pool.dilation, pool.padding, strict=True)
    return any(
        begin > dilation * (kernel - 1)
        or (after - 1) * stride - begin >= before
        or (begin > 0 and dilation > before)
        for before, after, kernel, stride, dilation, (begin, _) in columns
    )


def _slide(graph: Graph, pool: p.Pooling, name: str, padding: _Padding, **more: int) -> str:
    return graph.node(
        _NODES[pool.kind],
        name,
        kernel_shape=pool.size,
        strides=pool.stride,
        dilations=pool.dilation,
        pads=flat_pads(padding),
        **more,
    )


def _mean_with_padding(graph: Graph, pool: p.Pooling, x: Tensor, padding: _Padding) -> str:
    """The mean in which padding counts as zeros, but not the cells beyond it."""
    pairs = zip(padding, pool.padding, strict=True)
    beyond = tuple((0, max(end - given, 0)) for (_, end), (_, given) in pairs)
    if not any(map(any, beyond)) and _takes(pool, padding):
        return _slide(graph, pool, x.name, padding, count_include_pad=1)
    padded = pad_with(graph, x.name, tuple(map(_smaller, padding, pool.padding)))
    return _slide(graph, pool, padded, beyond, count_include_pad=0)


def _smaller(padding: Pair, given: Pair) -> Pair:
    return padding[0], min(padding[1], given[1])


def adaptive_pooling(graph: Graph, pool: p.AdaptivePooling, x: Tensor) -> str:
    """Global pooling, one sliding window where all bins are alike, or bin by bin along each axis.

    Raises:
        Inexpressible: It would have to list more than a million cells.
    """
    if pool.kind != "sum" and all(size == 1 for size in pool.size):
        return graph.node("GlobalMaxPool" if pool.kind == "max" else "GlobalAveragePool", x.name)
    if all(map(_is_regular, x.space, pool.size)):
        kernel, stride = zip(*map(_window, x.space, pool.size), strict=True)
        ones = (1,) * len(kernel)
        sliding = p.Pooling(pool.kind, kernel, stride, ones, ((0, 0),) * len(kernel))
        return pooling(graph, sliding, x, pool.size)
    name = x.name
    for axis, (before, after) in enumerate(zip(x.space, pool.size, strict=True)):
        if before != after:
            name = _bins(graph, pool.kind, name, axis, x.space, after)
    return name


def _window(before: int, after: int) -> Pair:
    """Size of the first bin, and step to the second."""
    kernel = -(-before // after)
    return kernel, before // after if after > 1 else kernel


def _is_regular(before: int, after: int) -> bool:
    """Whether all bins have one size and follow each other at one distance."""
    if before % after == 0:
        return True
    if after > min(before, MOST_CELLS):
        return False
    kernel, stride = _window(before, after)
    windows = [(u * stride, u * stride + kernel) for u in range(after)]
    return adaptive_bins(before, after) == windows


def _bins(graph: Graph, kind: p.PoolKind, name: str, axis: int, space: Sizes, after: int) -> str:
    """Lay the cells of every bin out along an axis of their own, and reduce that.

    Bins differ in size: the shorter ones have their last cell again, with the weight 0 in a sum.
    """
    before = space[axis]
    longest = min(before, -(-before // after) + 1)
    if longest * after > MOST_CELLS:
        raise Inexpressible(f"pooling to {after:,} cells has to list all of the bins' cells")
    bins = np.array(adaptive_bins(before, after))
    begins, ends = bins[:, :1], bins[:, 1:]
    cells = begins + np.arange(longest)
    indices = graph.integers("cells", np.minimum(cells, ends - 1))
    laid_out = graph.node("Gather", name, indices, axis=axis + 2)
    axes = graph.integers("axes", [axis + 3])
    if kind == "max":
        return graph.node("ReduceMax", laid_out, axes, keepdims=0)
    shares = np.where(cells < ends, 1 / (ends - begins) if kind == "average" else 1, 0)
    along = shares.reshape(*shares.shape, *(1,) * (len(space) - axis - 1))
    weighted = graph.node("Mul", laid_out, graph.numbers("shares", along))
    return graph.node("ReduceSum", weighted, axes, keepdims=0)

"""Borders: cells at the rim of a map that a pad layer added, as far as they are still told apart.

Keras writes the padding of a convolution as a layer of its own. What is lost of it is no loss of
the map's, so whoever asks whether a window fits looks at it as if it had padded the map itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, assert_never

from cnncalc.ir import primitives as p
from cnncalc.ir.graph import Graph, Lowered
from cnncalc.ir.shapes import Pair, Shape
from cnncalc.ir.windows import Window

Border: TypeAlias = tuple[Pair, ...]
"""Added cells per spatial axis, (begin, end); empty where there are none."""


class Borders:
    """The borders of every map of a graph; they hold for inputs of any size.

    Args:
        graph: The graph.

    Attributes:
        arriving: For every node, the border of what feeds it.
    """

    def __init__(self, graph: Graph) -> None:
        self.arriving: list[Border] = [()] * len(graph.nodes)
        lowered = (node.lowered for node in graph.nodes)
        if not any(isinstance(item, p.Pad) for one in lowered for item in one.primitives):
            return
        leaving: list[Border] = []
        for node in graph.nodes:
            border = _shared([leaving[index] for index in node.inputs])
            self.arriving[node.index] = border
            steps = list(zip(node.lowered.primitives, _fed(node.lowered), strict=True))
            for primitive, shape in steps:
                border = _after(primitive, border, shape)
            leaving.append(border if steps else ())  # of what is not known there is nothing to say

    def windows(self, index: int, lowered: Lowered) -> tuple[tuple[Window, ...], ...]:
        """The windows of a node as `Lowered.windows` has them, its border counted as padding.

        Args:
            index: The node.
            lowered: The node's layer, for the inputs that the graph has or for others.
        """
        border = self.arriving[index]
        if not border:
            return lowered.windows
        found = []
        steps = zip(lowered.primitives, lowered.windows, _fed(lowered), strict=True)
        for primitive, windows, shape in steps:
            found.append(_padded(windows, border))
            border = _after(primitive, border, shape)
        return tuple(found)


def _padded(windows: tuple[Window, ...], border: Border) -> tuple[Window, ...]:
    """The same windows over the map without its border, which is part of the padding instead."""
    if len(windows) != len(border):
        return windows
    return tuple([_with_more_padding(*both) for both in zip(windows, border, strict=True)])


def _with_more_padding(window: Window, added: Pair) -> Window:
    size, remainder = window.size, window.remainder
    if size is None or remainder is None:
        return window
    begin, end = window.begin + added[0], window.end + added[1]
    size = max(0, size - sum(added))  # a crop may have left nothing but the border
    lost = window.real_cells_lost and min(size, max(0, remainder - end))
    return window._replace(size=size, begin=begin, end=end, real_cells_lost=lost)


def _fed(lowered: Lowered) -> list[Shape]:
    """The shape that each primitive works on: that of the first input, then what came out."""
    first = lowered.inputs[0] if lowered.inputs else None
    return [first or (), *lowered.shapes][: len(lowered.primitives)]


def _shared(borders: Sequence[Border]) -> Border:
    """What all of several maps have of a border."""
    if len(borders) < 2:
        return borders[0] if borders else ()
    if len({len(border) for border in borders}) > 1:
        return ()
    axes = zip(*borders, strict=True)
    return tuple([(min(b for b, _ in axis), min(e for _, e in axis)) for axis in axes])


def _after(primitive: p.Primitive, border: Border, shape: Shape) -> Border:
    """The border of what a primitive makes of a map that has one."""
    match primitive:
        case p.Pad(amount=amount):
            return _moved(border, amount, 1)
        case p.Crop(amount=amount):
            return _moved(border, amount, -1)
        case p.Merge(kind="concat", axis=axis):
            return border if axis in (-1, len(shape) - 1) else ()
        case (
            p.Activation()
            | p.ChannelScale()
            | p.ChannelShuffle()
            | p.Dense()
            | p.Dropout()
            | p.Identity()
            | p.LocalResponseNormalization()
            | p.Maxout()
            | p.Merge()
            | p.Normalization()
            | p.Rescale()
        ):
            return border  # every cell is made from those at its place
        case (
            p.AdaptivePooling()
            | p.Convolution()
            | p.DepthToSpace()
            | p.Opaque()
            | p.Permute()
            | p.Pooling()
            | p.Reshape()
            | p.Resize()
            | p.Slice()
            | p.SpaceToDepth()
            | p.TransposedConvolution()
        ):
            return ()
        case _:
            assert_never(primitive)


def _moved(border: Border, amount: tuple[Pair, ...], sign: int) -> Border:
    if len(border) != len(amount):
        border = ((0, 0),) * len(amount)
    pairs = zip(border, amount, strict=True)
    moved = tuple([(max(0, b + sign * m), max(0, e + sign * n)) for (b, e), (m, n) in pairs])
    return moved if any(map(any, moved)) else ()

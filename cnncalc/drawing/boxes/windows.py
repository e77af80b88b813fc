"""Which cells of one map belong to a cell of another, as shares of their heights and widths."""

from __future__ import annotations

from typing import NamedTuple

from cnncalc.drawing.boxes.chain import FeatureMap
from cnncalc.drawing.boxes.shapes import Extent, Vector, extent
from cnncalc.drawing.boxes.solids import Span
from cnncalc.ir import primitives as p
from cnncalc.ir.windows import Window

_LOW, _HIGH = 0.62, 0.3  # where on a map a window is shown


class Pair(NamedTuple):
    """A window on one map and the cell that belongs to it on another.

    Attributes:
        span: The cells of the window.
        cell: The middle of the other cell, as shares of height and width.
    """

    span: Span
    cell: tuple[float, float]


class _Along(NamedTuple):
    """The same along one axis."""

    begin: float
    end: float
    cell: float


_ALL = _Along(0.0, 1.0, 0.5)  # of the width that a 1-D map does not have


def seen_by_a_cell(
    before: FeatureMap, after: FeatureMap, *, low: bool, facing: bool
) -> Pair | None:
    """A window on the map before and the cell that comes of it; None where no window slides.

    Args:
        before: The map that is read.
        after: The map that is made of it.
        low: Whether the window lies low.
        facing: Whether the width is seen from the front; the window is at its begin elsewhere.
    """
    found = extent(before.shape)
    lowered = after.node.lowered
    slid = lowered.windows[0] if lowered.windows else ()
    transposed = isinstance(next(iter(lowered.primitives), None), p.TransposedConvolution)
    if not isinstance(found, Extent) or not slid or transposed:
        return None
    windows = slid[-1:] if found.columns is None else slid[-2:]
    if any(not window.size or not window.output or window.output < 1 for window in windows):
        return None
    share = _LOW if low else _HIGH
    rows = _window(windows[0], share)
    columns = _window(windows[1], share if facing else 0.0) if len(windows) == 2 else _ALL
    return _pair(rows, columns)


def stamped_by_a_cell(
    before: FeatureMap, after: FeatureMap, *, low: bool, facing: bool
) -> Pair | None:
    """A cell of the map before and the window that a transposed convolution stamps with it."""
    first = next(iter(after.node.lowered.primitives), None)
    small, large = extent(before.shape), extent(after.shape)
    if not isinstance(first, p.TransposedConvolution) or not isinstance(large, Extent):
        return None
    if isinstance(small, Vector):
        small = Extent(1, 1, small.units)
    if small is None:
        return None
    share = _LOW if low else _HIGH
    if large.columns is None or small.columns is None:
        return _pair(_stamp(first, -1, small.rows, large.rows, share), _ALL)
    return _pair(
        _stamp(first, -2, small.rows, large.rows, share),
        _stamp(first, -1, small.columns, large.columns, share if facing else 0.0),
    )


def _pair(rows: _Along, columns: _Along) -> Pair:
    return Pair(Span(rows.begin, columns.begin, rows.end, columns.end), (rows.cell, columns.cell))


def _window(window: Window, share: float) -> _Along:
    """One position of a window, if possible one that lies in the map and not in the padding."""
    size, count = window.size or 1, window.output or 1
    first_inside = -(-window.begin // window.stride)
    position = min(max(int(share * count), first_inside), count - 1)
    begin = position * window.stride - window.begin
    return _along(begin, window.effective_kernel, size, (position + 0.5) / count)


def _stamp(
    layer: p.TransposedConvolution, axis: int, size: int, output: int, share: float
) -> _Along:
    """What one cell stamps, if possible a cell whose stamp is not cut off."""
    stride, padding = layer.stride[axis], layer.padding[axis][0]
    position = min(max(int(share * size), -(-padding // stride)), size - 1)
    kernel = layer.dilation[axis] * (layer.kernel[axis] - 1) + 1
    return _along(position * stride - padding, kernel, output, (position + 0.5) / size)


def _along(begin: int, kernel: int, size: int, cell: float) -> _Along:
    start, stop = max(0, min(begin, size - 1)), min(size, max(begin + kernel, 1))
    return _Along(start / size, stop / size, cell)

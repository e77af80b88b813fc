"""Padding as other libraries want to hear it."""

from __future__ import annotations

from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Pair, Sizes
from cnncalc.ir.windows import adaptive_bins, same_padding

Padding = tuple[Pair, ...]
_MOST_BINS = 10**4


def fitting(window: p.Convolution | p.Pooling, space: Sizes, size: Sizes) -> Padding:
    """The least padding with which rounding down gives this size.

    The beginning is as it was; the end is as much as the last window needs.

    Args:
        window: What slides.
        space: Spatial sizes of the input.
        size: Spatial sizes of the output.
    """
    kernels = window.size if isinstance(window, p.Pooling) else window.kernel
    columns = zip(space, size, kernels, window.stride, window.dilation, window.padding, strict=True)
    return tuple(
        (begin, max((after - 1) * stride + dilation * (kernel - 1) + 1 - before - begin, 0))
        for before, after, kernel, stride, dilation, (begin, _) in columns
    )


def is_same(window: p.Convolution | p.Pooling, space: Sizes, size: Sizes) -> bool:
    """Whether the padding is exactly TensorFlow's SAME."""
    kernels = window.size if isinstance(window, p.Pooling) else window.kernel
    wanted = tuple(map(same_padding, space, kernels, window.stride, window.dilation))
    full = all(
        after == -(-before // step)
        for before, after, step in zip(space, size, window.stride, strict=True)
    )
    return full and fitting(window, space, size) == wanted


def is_none(padding: Padding) -> bool:
    """Whether there is no padding at all."""
    return not any(map(any, padding))


def sees_padding_only(pool: p.Pooling, space: Sizes, size: Sizes) -> bool:
    """Whether a window may cover no cell of the input."""
    columns = zip(space, size, pool.size, pool.stride, pool.dilation, pool.padding, strict=True)
    return any(
        begin > dilation * (kernel - 1)
        or (after - 1) * stride - begin >= before
        or (begin > 0 and dilation > before)
        for before, after, kernel, stride, dilation, (begin, _) in columns
    )


def as_sliding(pool: p.AdaptivePooling, space: Sizes) -> p.Pooling | None:
    """The same pooling with one window that slides, where all of its bins are alike."""
    kernel, stride = zip(*map(_window, space, pool.size), strict=True)
    if not all(map(_is_regular, space, pool.size)):
        return None
    ones = (1,) * len(kernel)
    return p.Pooling(pool.kind, kernel, stride, ones, ((0, 0),) * len(kernel))


def _window(before: int, after: int) -> Pair:
    kernel = -(-before // after)
    return kernel, before // after if after > 1 else kernel


def _is_regular(before: int, after: int) -> bool:
    if before % after == 0:
        return True
    if after > min(before, _MOST_BINS):
        return False
    kernel, stride = _window(before, after)
    windows = [(u * stride, u * stride + kernel) for u in range(after)]
    return adaptive_bins(before, after) == windows

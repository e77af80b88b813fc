"""The small edits with which a stride fits: padding, kernel, stride, in this order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cnncalc.analysis.facts import LayerFacts
from cnncalc.ir.shapes import Pair, Sizes
from cnncalc.ir.windows import Window, loses, slide
from cnncalc.linter.geometry import (
    Values,
    argument,
    has_argument,
    kernel_argument,
    sides,
)


def edits_that_fit(layer: LayerFacts, windows: tuple[Window, ...]) -> Iterator[Values]:
    """The nearest value of each argument with which every window fits, best first.

    They are worked out from this layer alone: whether the network takes them is another question.

    Args:
        layer: The layer.
        windows: Its windows, what a pad layer added before it being part of their padding.
    """
    if argument(layer, "rounding") == "floor":
        yield {"rounding": "ceil"}
    else:
        padding = _padding(layer, windows)
        if padding is not None:
            yield {"padding": padding}
    yield from _kernel(layer, windows)
    strides = _per_axis(windows, _stride)
    if strides is not None and argument(layer, "stride") is not None:
        yield {"stride": strides}


def _padding(layer: LayerFacts, windows: tuple[Window, ...]) -> tuple[Pair, ...] | None:
    """More padding at the end, or half of it on each side where that is as much."""
    if not has_argument(layer, "padding") or argument(layer, "padding") == "causal":
        return None
    padded = []
    for window, (begin, end) in zip(windows, sides(layer.windows), strict=True):
        short = window.stride - (window.remainder or 0) if loses(window) else 0
        half = short // 2 if short % 2 == 0 else 0
        pair = (begin + half, end + short - half)
        if max(window.begin + half, window.end + short - half) >= window.effective_kernel and short:
            return None  # a window that sees padding only is no gain
        padded.append(pair)
    return tuple(padded)


def _kernel(layer: LayerFacts, windows: tuple[Window, ...]) -> Iterator[Values]:
    name = kernel_argument(layer)
    steps = argument(layer, "stride") is not None or name == "kernel"
    kernels = _per_axis(windows, _kernel_with_stride if steps else _kernel_as_stride)
    if kernels is not None:
        yield {name: kernels}


def _per_axis(windows: tuple[Window, ...], nearest: Callable[[Window], int | None]) -> Sizes | None:
    """A value for every axis: the nearest that fits, where the one that there is does not."""
    found = [nearest(window) for window in windows]
    values = tuple([value for value in found if value is not None])
    return values if len(values) == len(found) else None


def _kernel_with_stride(window: Window) -> int | None:
    """The nearest kernel, of two the larger; it stays within the map and leaves no gaps."""
    return _nearest(window, window.kernel, window.stride, lambda k: (k, window.stride))


def _kernel_as_stride(window: Window) -> int | None:
    """The nearest size of a pool that moves by its own size."""
    return _nearest(window, window.kernel, 1, lambda k: (k, k))


def _stride(window: Window) -> int | None:
    """The nearest stride above 1: stride 1 fits always, but reduces nothing."""
    kernel, stride = window.kernel, window.stride
    return _nearest(window, stride, max(1, stride // 2), lambda s: (kernel, s))


def _nearest(
    window: Window, value: int, reach: int, arguments: Callable[[int], Pair]
) -> int | None:
    if not loses(window):
        return value
    for distance in range(1, min(reach, 100) + 1):
        for near in (value + distance, value - distance):
            if near > 1 and _fits(window, *arguments(near)):
                return near
    return None


def _fits(window: Window, kernel: int, stride: int) -> bool:
    size, padding = window.size or 0, (window.begin, window.end)
    slid = slide(size, kernel, stride, window.dilation, padding)
    effective = slid.effective_kernel
    return max(stride, 1 + max(padding)) <= effective <= size and not slid.real_cells_lost

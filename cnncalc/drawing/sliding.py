"""What slides over what in a layer, and the sums that say how often it fits."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import NamedTuple

from cnncalc.analysis.facts import LayerFacts
from cnncalc.errors import UsageError
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Shape, axis_name, format_shape
from cnncalc.ir.windows import Window
from cnncalc.source.printable import quoted


class Sliding(NamedTuple):
    """The windows of a layer, one per spatial axis.

    Of a transposed convolution they slide over the output: `size` is that of the output, `output`
    the number of input cells, each of which stamps the kernel once.

    Attributes:
        windows: The windows.
        stamps: Whether this is a transposed convolution.
        before: Sizes per axis that arrive.
        after: Sizes per axis that come out.
        channels: What becomes of the channels, in words.
    """

    windows: tuple[Window, ...]
    stamps: bool
    before: tuple[int, ...]
    after: tuple[int, ...]
    channels: str


def sliding(layer: LayerFacts) -> Sliding:
    """What slides in a layer.

    Raises:
        UsageError: Nothing does, or its sizes are not known.
    """
    lowered = layer.node.lowered
    shapes: list[Shape | None] = [*lowered.inputs[:1], *lowered.shapes]
    for position, primitive in enumerate(lowered.primitives):
        if not isinstance(primitive, p.Convolution | p.Pooling | p.TransposedConvolution):
            continue
        if len(shapes) <= position + 1:
            break
        before, after = _sizes(shapes[position]), _sizes(shapes[position + 1])
        if before is None or after is None or not before or min(*before, *after, 1) < 1:
            break
        if isinstance(primitive, p.TransposedConvolution):
            windows = _stamps(primitive, before, after)
        else:
            windows = layer.windows  # those of the first primitive that slides any
        channels = _channels(primitive, shapes[position])
        return Sliding(
            windows, isinstance(primitive, p.TransposedConvolution), before, after, channels
        )
    else:
        raise UsageError(f"{quoted(layer.name)} ({layer.op}) slides no window over its input")
    raise UsageError(
        f"the window of {quoted(layer.name)} cannot be drawn: it does not fit into its input, "
        f"{format_shape(lowered.inputs[0])}, or a size is not known"
    )


def _sizes(shape: Shape | None) -> tuple[int, ...] | None:
    sizes = tuple(size for size in (shape or ())[:-1] if size is not None)
    return sizes if shape is not None and len(sizes) == len(shape) - 1 else None


def _stamps(
    conv: p.TransposedConvolution, before: tuple[int, ...], after: tuple[int, ...]
) -> tuple[Window, ...]:
    columns = zip(after, conv.kernel, conv.stride, conv.dilation, conv.padding, before, strict=True)
    windows = []
    for size, kernel, stride, dilation, (begin, end), count in columns:
        reach = (count - 1) * stride + dilation * (kernel - 1) + 1
        rest = max(0, size + begin + end - reach)
        lost = min(size, max(0, rest - end))
        windows.append(Window(size, kernel, stride, dilation, begin, end, count, rest, lost))
    return tuple(windows)


def _channels(
    primitive: p.Convolution | p.Pooling | p.TransposedConvolution, shape: Shape | None
) -> str:
    channels = shape[-1] if shape else None
    if isinstance(primitive, p.Pooling):
        return "Every channel is pooled by itself."
    filters = "the one filter" if primitive.filters == 1 else f"each of {primitive.filters} filters"
    if isinstance(primitive, p.TransposedConvolution):
        return f"Every cell of the input adds its value times the kernel, for {filters}."
    if channels is None:
        return ""
    if primitive.groups == channels > 1:
        return "Every channel has filters of its own, which read no other (depthwise)."
    if primitive.groups > 1:
        return (
            f"{filters.capitalize()} reads {channels // primitive.groups} of {channels} channels."
        )
    if primitive.connections is not None:
        return "Every filter reads the channels that its connections name."
    count = "the one channel" if channels == 1 else f"all {channels} channels"
    return f"{filters.capitalize()} reads {count} at once."


def described(slides: Sliding) -> str:
    """The windows in short: `3×3, stride 2, padding 1: 7×7 → 4×4`."""
    windows = slides.windows
    parts = [f"{_each([w.kernel for w in windows], '×', whole=True)}"]
    parts.append(f"stride {_each([w.stride for w in windows], '×')}")
    pads = [f"{w.begin}" if w.begin == w.end else f"{w.begin}+{w.end}" for w in windows]
    parts.append(f"padding {_each(pads, ' and ')}")
    if prod(w.dilation for w in windows) > 1:
        parts.append(f"dilation {_each([w.dilation for w in windows], '×')}")
    return f"{', '.join(parts)}: {format_shape(slides.before)} → {format_shape(slides.after)}"


def _each(values: list[int] | list[str], between: str, *, whole: bool = False) -> str:
    texts = [str(value) for value in values]
    return texts[0] if len(set(texts)) == 1 and not whole else between.join(texts)


def worked(slides: Sliding) -> Iterator[str]:
    """The sum of every axis, once for those that are alike: `(7 - 3 + 2·1)/2 + 1 = 4`."""
    rank = len(slides.windows)
    axes: dict[Window, list[str]] = {}
    for axis, window in enumerate(slides.windows):
        axes.setdefault(window, []).append(axis_name(rank, axis))
    for window, names in axes.items():
        sums = _stamped(window) if slides.stamps else _slid(window)
        yield f"{' and '.join(names)}: {sums}"


def _slid(window: Window) -> str:
    size, stride = window.size or 0, window.stride
    span = f"{size} − {_kernel(window)}{_padding(window, '+')}"
    room = size + window.begin + window.end - window.effective_kernel
    rest = room % stride
    left, right = ("⌈", "⌉") if window.ceil else ("⌊", "⌋")
    quotient = f"({span})/{stride}"
    if rest:
        quotient = f"{left}{quotient}{right}"
    sums = f"{quotient} + 1"
    rounded = -(-room // stride) if window.ceil else room // stride
    if rounded + 1 != window.output:
        sums += " − 1"
    sums += f" = {window.output}"
    if window.ceil or not rest:
        return sums
    lost = window.real_cells_lost or 0
    cells = f"{lost} {'cell' if lost == 1 else 'cells'} of the input"
    return f"{sums}; {rest} left over: {cells if lost else 'padding only'}"


def _stamped(window: Window) -> str:
    count, added = window.output or 0, (window.remainder or 0)
    sums = f"({count} − 1)·{window.stride} + {_kernel(window)}{_padding(window, '−')}"
    if added:
        sums += f" + {added}"
    return f"{sums} = {window.size}"


def _kernel(window: Window) -> str:
    if window.dilation == 1 or window.kernel == 1:
        return str(window.kernel)
    return f"({window.dilation}·({window.kernel} − 1) + 1)"


def _padding(window: Window, sign: str) -> str:
    if window.begin == window.end:
        return f" {sign} 2·{window.begin}"
    return f" {sign} {window.begin} {sign} {window.end}"

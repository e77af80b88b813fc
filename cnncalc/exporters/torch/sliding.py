"""Convolution and matrix product."""

from __future__ import annotations

from cnncalc.exporters.code.literals import Value
from cnncalc.exporters.code.steps import Argument
from cnncalc.exporters.expressible import Inexpressible
from cnncalc.exporters.padding import is_none
from cnncalc.exporters.torch.making import Emission, even, first, flat, per_axis
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes

MOST_AXES = 3
_KERNEL = {"weight": "kernel"}


def check_rank(rank: int) -> None:
    """See that PyTorch slides windows over so many axes.

    Raises:
        Inexpressible: There are more than three.
    """
    if rank > MOST_AXES:
        raise Inexpressible(f"PyTorch slides no window over {rank} axes")


def _names(kernel: dict[str, str], *, bias: bool) -> dict[str, str]:
    return {**kernel, "bias": "bias"} if bias else kernel


def _window(conv: p.Convolution, padding: Sizes) -> tuple[Argument, ...]:
    return (
        Argument("stride", per_axis(conv.stride), 1),
        Argument("padding", per_axis(padding), 0),
        Argument("dilation", per_axis(conv.dilation), 1),
    )


def _pad(e: Emission, conv: p.Convolution) -> Sizes:
    """Pad before where the two sides differ; what is left for the convolution itself."""
    padding = even(conv.padding)
    if padding is None:
        e.pad(conv.padding)
        return (0,) * len(conv.kernel)
    return padding


def convolution(e: Emission, conv: p.Convolution, channels: int) -> None:
    """A convolution of any kind, padded before where the two sides differ."""
    rank = len(conv.kernel)
    check_rank(rank)
    window = _window(conv, _pad(e, conv))
    bias = Argument("bias", conv.bias, True)
    sizes = (first("in_channels", channels), first("filters", conv.filters))
    kernel = first("kernel", per_axis(conv.kernel))
    if conv.connections is not None:
        table = first("connections", conv.connections)
        names = _names({"kernel": "kernel"}, bias=conv.bias)
        whole = Argument("kernel", conv.kernel, positional=True)
        e.add("ConnectedConv", sizes[0], whole, table, *window, bias, role="conv", weights=names)
    else:
        groups = Argument("groups", conv.groups, 1)
        names = _names(_KERNEL, bias=conv.bias)
        function = f"nn.Conv{rank}d"
        e.add(function, *sizes, kernel, *window, groups, bias, role="conv", weights=names)


def separable(
    e: Emission, depthwise: p.Convolution, pointwise: p.Convolution, channels: int
) -> None:
    """A depthwise and a pointwise convolution."""
    rank = len(depthwise.kernel)
    check_rank(rank)
    window = _window(depthwise, _pad(e, depthwise))
    names = {"depthwise_weight": "depthwise_kernel", "weight": "pointwise_kernel"}
    e.add(
        f"SeparableConv{rank}d",
        first("in_channels", channels),
        first("filters", pointwise.filters),
        first("kernel", per_axis(depthwise.kernel)),
        *window,
        Argument("multiplier", depthwise.filters // channels, 1),
        Argument("bias", pointwise.bias, True),
        role="conv",
        weights=_names(names, bias=pointwise.bias),
    )


def transposed(e: Emission, conv: p.TransposedConvolution, channels: int) -> None:
    """PyTorch's module where its padding can say it, and else one that pads and crops around it.

    PyTorch pads both sides alike and adds fewer cells than a stride; what it cannot say follows
    from the unpadded result: zeros behind the input make it longer, and cropping makes it shorter.
    """
    rank = len(conv.kernel)
    check_rank(rank)
    added = tuple(
        extra - end + begin
        for extra, (begin, end) in zip(conv.output_padding, conv.padding, strict=True)
    )
    bounds = map(max, conv.stride, conv.dilation)
    fits = all(0 <= extra < bound for extra, bound in zip(added, bounds, strict=True))
    begins: Sizes = tuple(begin for begin, _ in conv.padding)
    crop: tuple[tuple[int, int], ...] = ()
    if not fits:
        crop = _around(e, conv)
        begins = added = (0,) * rank
    _stamp(e, conv, channels, per_axis(begins), per_axis(added))
    if crop and not is_none(crop):
        e.add("Crop", first("amount", flat(crop)), role="crop")


def _around(e: Emission, conv: p.TransposedConvolution) -> tuple[tuple[int, int], ...]:
    """Append zeros to the input as far as needed; what must come off the result."""
    longer, crop = [], []
    columns = zip(conv.stride, conv.padding, conv.output_padding, strict=True)
    for stride, (begin, end), extra in columns:
        missing = max(extra - end, 0)
        cells = -(-missing // stride)
        longer.append((0, cells))
        crop.append((begin, cells * stride + end - extra))
    e.pad(tuple(longer))
    return tuple(crop)


def _stamp(
    e: Emission, conv: p.TransposedConvolution, channels: int, padding: Value, added: Value
) -> None:
    rank = len(conv.kernel)
    is_grouped = conv.groups > 1
    names = {"kernel": "kernel"} if is_grouped else _KERNEL
    e.add(
        f"GroupedConvTranspose{rank}d" if is_grouped else f"nn.ConvTranspose{rank}d",
        first("in_channels", channels),
        first("filters", conv.filters),
        first("kernel", conv.kernel if is_grouped else per_axis(conv.kernel)),
        Argument("stride", per_axis(conv.stride), 1),
        Argument("padding", padding, 0),
        Argument("output_padding", added, 0),
        Argument("groups", conv.groups, 1),
        Argument("bias", conv.bias, True),
        Argument("dilation", per_axis(conv.dilation), 1),
        role="conv",
        weights=_names(names, bias=conv.bias),
    )


def dense(e: Emission, primitive: p.Dense, shape: Sizes) -> None:
    """A matrix product along the channels."""
    e.add(
        "nn.Linear" if len(shape) == 1 else "ChannelLinear",
        first("in_channels", shape[-1]),
        first("units", primitive.units),
        Argument("bias", primitive.bias, True),
        role="dense",
        weights=_names(_KERNEL, bias=primitive.bias),
    )

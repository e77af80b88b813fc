"""Convolution and matrix product."""

from __future__ import annotations

from typing import NamedTuple

from cnncalc.exporters.code.literals import Value
from cnncalc.exporters.code.steps import Argument
from cnncalc.exporters.keras.making import Emission, around, per_axis
from cnncalc.exporters.padding import is_none
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Shape, Sizes

_MOST_AXES_OF_DEPTHWISE = 2


class Epilogue(NamedTuple):
    """What a layer with weights does to its result.

    Attributes:
        activation: An activation by the name that Keras has for it, or None.
    """

    activation: str | None = None

    @property
    def argument(self) -> Argument:
        """The argument of a Keras layer."""
        return Argument("activation", self.activation, None)


def convolution(e: Emission, conv: p.Convolution, shape: Sizes, epilogue: Epilogue) -> None:
    """A convolution of any kind, padded before where Keras has no such padding.

    Keras refuses stride and dilation together; then every cell is computed, and a pooling of size
    1 with that stride picks those that are wanted.
    """
    both = max(conv.stride) > 1 and max(conv.dilation) > 1
    rank, ones = len(conv.kernel), (1,) * len(conv.kernel)
    stride = ones if both else conv.stride
    padding = "valid" if both else _padding(e, conv, stride)
    if padding == "valid":
        e.pad(conv.padding)
    arguments = (
        Argument("strides", per_axis(stride), 1),
        Argument("padding", padding, "valid"),
        Argument("dilation_rate", per_axis(conv.dilation), 1),
    )
    last = (Argument("use_bias", conv.bias, True), epilogue.argument)
    weights = _weights(conv)
    kernel = Argument("kernel_size", per_axis(conv.kernel), positional=True)
    if conv.connections is not None:
        _connected(e, conv, stride, last)
    elif _is_depthwise(e, conv, shape, stride):
        multiplier = Argument("depth_multiplier", conv.filters // shape[-1], 1)
        function = f"layers.DepthwiseConv{rank}D"
        e.add(function, kernel, multiplier, *arguments, *last, role="conv", weights=weights)
    else:
        filters = Argument("filters", conv.filters, positional=True)
        groups = Argument("groups", conv.groups, 1)
        function = f"layers.Conv{rank}D"
        e.add(function, filters, kernel, *arguments, groups, *last, role="conv", weights=weights)
    if both:
        size = Argument("pool_size", 1, positional=True)
        strides = Argument("strides", per_axis(conv.stride))
        e.add(f"layers.MaxPooling{rank}D", size, strides, role="stride")


def separable(
    e: Emission, depthwise: p.Convolution, pointwise: p.Convolution, shape: Sizes, after: Epilogue
) -> None:
    """A depthwise and a pointwise convolution, as one Keras layer where there is one."""
    both = max(depthwise.stride) > 1 and max(depthwise.dilation) > 1
    rank = len(depthwise.kernel)
    if both or rank > _MOST_AXES_OF_DEPTHWISE or len(set(depthwise.stride)) > 1:
        convolution(e, depthwise, shape, Epilogue())
        convolution(e, pointwise, shape, after)
        return
    padding = _padding(e, depthwise, depthwise.stride)
    if padding == "valid":
        e.pad(depthwise.padding)
    names = ("depthwise_kernel", "pointwise_kernel", *(("bias",) if pointwise.bias else ()))
    e.add(
        f"layers.SeparableConv{rank}D",
        Argument("filters", pointwise.filters, positional=True),
        Argument("kernel_size", per_axis(depthwise.kernel), positional=True),
        Argument("strides", per_axis(depthwise.stride), 1),
        Argument("padding", padding, "valid"),
        Argument("dilation_rate", per_axis(depthwise.dilation), 1),
        Argument("depth_multiplier", depthwise.filters // shape[-1], 1),
        Argument("use_bias", pointwise.bias, True),
        after.argument,
        role="conv",
        weights=dict(zip(names, names, strict=True)),
    )


def _padding(e: Emission, conv: p.Convolution, stride: Sizes) -> Value:
    if conv.connections is not None or conv.weight_name == "pointwise_kernel":
        return "valid"
    if e.mode == "causal":
        plain = conv.groups == 1 and stride == (1,) and conv.weight_name == "kernel"
        return "causal" if plain and e.node.op == "conv" else "valid"
    return "same" if e.mode == "same" else "valid"


def _weights(conv: p.Convolution) -> dict[str, str]:
    return {"kernel": conv.weight_name, **({"bias": "bias"} if conv.bias else {})}


def _is_depthwise(e: Emission, conv: p.Convolution, shape: Sizes, stride: Sizes) -> bool:
    by_channel = conv.groups == shape[-1] and (conv.groups > 1 or e.node.op == "depthwise_conv")
    return by_channel and len(stride) <= _MOST_AXES_OF_DEPTHWISE and len(set(stride)) == 1


def _connected(e: Emission, conv: p.Convolution, stride: Sizes, last: tuple[Argument, ...]) -> None:
    assert conv.connections is not None
    e.add(
        "ConnectedConvolution",
        Argument("kernel_size", conv.kernel, positional=True),
        Argument("connections", conv.connections, positional=True),
        Argument("strides", per_axis(stride), 1),
        Argument("dilation_rate", per_axis(conv.dilation), 1),
        *last,
        role="conv",
        weights=_weights(conv),
    )


def transposed(e: Emission, conv: p.TransposedConvolution, size: Shape, after: Epilogue) -> None:
    """Keras's layer and a cropping where that is the same, and else a class of the file's own."""
    columns = list(zip(conv.kernel, conv.stride, conv.padding, conv.output_padding, strict=True))
    # Keras gives max(kernel - stride, 0) cells beyond those of the stride's grid
    spare = [max(s - k, 0) + end - added for k, s, (_, end), added in columns]
    weights = {"kernel": "kernel", **({"bias": "bias"} if conv.bias else {})}
    rank = len(columns)
    if conv.groups > 1 or max(conv.dilation) > 1 or min(spare) < 0:
        e.add(
            "TransposedConvolution",
            Argument("filters", conv.filters, positional=True),
            Argument("kernel_size", conv.kernel, positional=True),
            Argument("strides", conv.stride),
            Argument("padding", conv.padding),
            Argument("output_padding", conv.output_padding),
            Argument("dilation_rate", conv.dilation),
            Argument("groups", conv.groups, 1),
            Argument("use_bias", conv.bias, True),
            after.argument,
            role="conv",
            weights=weights,
        )
        return
    cropping = tuple((pair[0], cut) for (_, _, pair, _), cut in zip(columns, spare, strict=True))
    same = tuple((max(k - s, 0) // 2, max(k - s, 0) - max(k - s, 0) // 2) for k, s, *_ in columns)
    is_same = not is_none(cropping) and cropping == same
    e.add(
        f"layers.Conv{rank}DTranspose",
        Argument("filters", conv.filters, positional=True),
        Argument("kernel_size", per_axis(conv.kernel), positional=True),
        Argument("strides", per_axis(conv.stride), 1),
        Argument("padding", "same" if is_same else "valid", "valid"),
        Argument("use_bias", conv.bias, True),
        after.argument,
        role="conv",
        weights=weights,
    )
    if not is_same and not is_none(cropping):
        e.add(
            f"layers.Cropping{rank}D",
            Argument("cropping", around(cropping), positional=True),
            role="crop",
        )


def dense(e: Emission, primitive: p.Dense, epilogue: Epilogue) -> None:
    """A matrix product along the last axis."""
    e.add(
        "layers.Dense",
        Argument("units", primitive.units, positional=True),
        Argument("use_bias", primitive.bias, True),
        epilogue.argument,
        role="dense",
        weights={"kernel": "kernel", **({"bias": "bias"} if primitive.bias else {})},
    )

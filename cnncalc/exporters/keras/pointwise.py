"""Activations, normalisations and merges."""

from __future__ import annotations

from typing import assert_never

from cnncalc.exporters.code.steps import Argument
from cnncalc.exporters.expressible import Inexpressible
from cnncalc.exporters.keras.making import Emission
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes

# functions that Keras has under these names, exactly
_NAMES = {
    name: name
    for name in (
        *("elu", "exponential", "gelu", "hard_sigmoid", "hard_tanh", "log_sigmoid", "celu"),
        *("log_softmax", "mish", "relu", "relu6", "selu", "sigmoid", "silu", "softmax"),
        *("softplus", "softsign", "tanh"),
    )
} | {"hard_swish": "hard_silu"}
_UNIT_EPSILON = 1e-12
_MERGES = {
    "add": "Add",
    "multiply": "Multiply",
    "subtract": "Subtract",
    "maximum": "Maximum",
    "average": "Average",
    "concat": "Concatenate",
}


def activation_name(activation: p.Activation) -> str | None:
    """What Keras calls a function; None where it needs a layer of its own."""
    if activation.variant is not None or activation.alpha not in (None, 1):
        return None
    return _NAMES.get(activation.function)


def activation(e: Emission, primitive: p.Activation, shape: Sizes) -> None:
    """A function of each value."""
    function, alpha = primitive.function, primitive.alpha
    name = activation_name(primitive)
    if name is not None:
        given = Argument("activation", name, positional=True)
        special = {"relu": "layers.ReLU", "softmax": "layers.Softmax"}.get(name)
        if special:
            e.add(special, role=function)
        else:
            e.add("layers.Activation", given, role=function)
    elif function == "prelu":
        axes = tuple(range(1, len(shape) + (primitive.variant == "shared")))
        shared = Argument("shared_axes", axes or None, None)
        e.add("layers.PReLU", shared, role=function, weights={"alpha": "alpha"})
    elif function == "elu":
        e.add("layers.ELU", Argument("alpha", alpha), role=function)
    elif function == "leaky_relu":
        slope = 0.01 if alpha is None else alpha
        if slope >= 0:
            e.add("layers.LeakyReLU", Argument("negative_slope", slope), role=function)
        else:  # which Keras refuses
            e.add("FallingReLU", Argument("negative_slope", slope), role=function)
    elif function == "celu":
        e.add("CELU", Argument("alpha", alpha), role=function)
    elif function == "gelu":
        e.add("TanhGELU", role=function)
    elif function == "hard_sigmoid":
        e.add("Keras2HardSigmoid", role=function)
    elif function == "scaled_tanh":
        e.add("ScaledTanh", role=function)
    else:
        raise Inexpressible(f"Keras has no {function}")


def normalization(e: Emission, norm: p.Normalization, shape: Sizes) -> None:
    """A normalisation of any kind."""
    epsilon = Argument("epsilon", norm.epsilon)
    chosen = (Argument("center", norm.center, True), Argument("scale", norm.scale, True))
    wanted = (("gamma", norm.scale), ("beta", norm.center))
    weights = {name: name for name, there in wanted if there}
    match norm.kind:
        case "batch":
            moving = {"moving_mean": "moving_mean", "moving_variance": "moving_variance"}
            default = Argument("epsilon", norm.epsilon, 0.001)
            weights |= moving
            e.add("layers.BatchNormalization", default, *chosen, role="norm", weights=weights)
        case "layer":
            first = len(shape) - len(norm.axes)
            axes = Argument("axis", tuple(a + 1 for a in norm.axes), (len(shape),))
            if norm.axes != tuple(range(first, len(shape))):
                # Keras on PyTorch takes the last axes instead, whatever it is told
                e.add("AxesNormalization", axes, epsilon, *chosen, role="norm", weights=weights)
                return
            e.add("layers.LayerNormalization", axes, epsilon, *chosen, role="norm", weights=weights)
        case "group" | "instance":
            groups = Argument("groups", norm.groups if norm.kind == "group" else -1)
            e.add(
                "layers.GroupNormalization", groups, epsilon, *chosen, role="norm", weights=weights
            )
        case "response":
            e.add("GlobalResponseNormalization", epsilon, role="norm", weights=weights)
        case "l2" if norm.epsilon == _UNIT_EPSILON:
            e.add("layers.UnitNormalization", role="norm")
        case "l2":
            e.add("L2Normalization", epsilon, role="norm")
        case "input":
            weights = {name: name for name in ("mean", "variance", "count")}
            e.add("layers.Normalization", role="norm", weights=weights)
        case _:
            assert_never(norm.kind)


def local_response(e: Emission, norm: p.LocalResponseNormalization) -> None:
    """AlexNet's normalisation, which Keras lacks."""
    e.add(
        "LocalResponseNormalization",
        Argument("size", norm.size, positional=True),
        Argument("alpha", norm.alpha),
        Argument("beta", norm.beta),
        Argument("bias", norm.bias),
        role="norm",
    )


def channel_scale(e: Emission, primitive: p.ChannelScale) -> None:
    """A trainable factor, a trainable offset, or both, per channel."""
    there = {"scale": primitive.factor, "bias": primitive.bias}
    e.add(
        "ChannelScale",
        Argument("use_bias", primitive.bias, False),
        Argument("use_scale", primitive.factor, True),
        role="scale",
        weights={name: name for name, is_there in there.items() if is_there},
    )


def rescale(e: Emission, primitive: p.Rescale) -> None:
    """A fixed factor and offset."""
    scale, offset = (
        numbers[0] if len(numbers) == 1 else numbers
        for numbers in (primitive.scale, primitive.offset)
    )
    e.add(
        "layers.Rescaling",
        Argument("scale", scale, positional=True),
        Argument("offset", offset, 0.0),
        role="rescale",
    )


def merge(e: Emission, primitive: p.Merge, shapes: list[Sizes]) -> None:
    """Several maps become one; Keras merges no single one."""
    if len(shapes) == 1:
        e.add("layers.Identity", role="identity")
        return
    function = f"layers.{_MERGES[primitive.kind]}"
    everything = tuple(range(len(shapes)))
    if primitive.kind == "subtract":  # Keras's takes two
        for k in everything[1:]:
            before = 0 if k == 1 else -1
            e.add(function, role="subtract", inputs=(before, k), as_list=True)
        return
    arguments: tuple[Argument, ...] = ()
    if primitive.kind == "concat":
        last = primitive.axis % len(shapes[0]) == len(shapes[0]) - 1
        arguments = (Argument("axis", -1 if last else primitive.axis % len(shapes[0]) + 1, -1),)
    e.add(function, *arguments, role=primitive.kind, inputs=everything, as_list=True)


def dropout(e: Emission, primitive: p.Dropout, shape: Sizes) -> None:
    """Values, channels or paths that training switches off."""
    rate = Argument("rate", primitive.rate, positional=True)
    match primitive.kind:
        case "element":
            e.add("layers.Dropout", rate, role="dropout")
        case "channel":
            e.add(f"layers.SpatialDropout{len(shape) - 1}D", rate, role="dropout")
        case "path":
            noise = Argument("noise_shape", (None, *(1,) * len(shape)))
            e.add("layers.Dropout", rate, noise, role="dropout")
        case _:
            assert_never(primitive.kind)

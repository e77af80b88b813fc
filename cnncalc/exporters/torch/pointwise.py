"""Activations, normalisations and merges."""

from __future__ import annotations

from typing import assert_never

from cnncalc.exporters.code.steps import Argument
from cnncalc.exporters.torch.making import Emission, first
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes

# functions that PyTorch has as modules without arguments
_MODULES = {
    "gelu": "nn.GELU",
    "hard_sigmoid": "nn.Hardsigmoid",
    "hard_swish": "nn.Hardswish",
    "hard_tanh": "nn.Hardtanh",
    "log_sigmoid": "nn.LogSigmoid",
    "mish": "nn.Mish",
    "relu": "nn.ReLU",
    "relu6": "nn.ReLU6",
    "selu": "nn.SELU",
    "sigmoid": "nn.Sigmoid",
    "silu": "nn.SiLU",
    "softplus": "nn.Softplus",
    "softsign": "nn.Softsign",
    "tanh": "nn.Tanh",
    "exponential": "Exponential",
    "scaled_tanh": "ScaledTanh",
}
_WITH_ALPHA = {"elu": ("nn.ELU", "alpha", 1.0), "celu": ("nn.CELU", "alpha", 1.0)} | {
    "leaky_relu": ("nn.LeakyReLU", "negative_slope", 0.01)
}
_ACROSS = {"softmax": "nn.Softmax", "log_softmax": "nn.LogSoftmax"}


def activation(e: Emission, primitive: p.Activation, shape: Sizes) -> None:
    """A function of each value, or of each position's channels."""
    function, alpha, variant = primitive
    if function == "prelu":
        weights = {"weight": "alpha"}
        n_slopes = Argument("num_parameters", 1, 1)
        if variant != "shared":
            n_slopes = first("in_channels", shape[-1])
        e.add("nn.PReLU", n_slopes, role=function, weights=weights)
    elif function in _ACROSS:
        e.add(_ACROSS[function], Argument("dim", 1), role=function)
    elif function in _WITH_ALPHA:
        module, name, default = _WITH_ALPHA[function]
        number = default if alpha is None else float(alpha)
        e.add(module, Argument(name, number, default), role=function)
    elif function == "gelu" and variant == "tanh":
        e.add("nn.GELU", Argument("approximate", "tanh"), role=function)
    elif function == "hard_sigmoid" and variant == "keras2":
        e.add("Keras2HardSigmoid", role=function)
    else:
        e.add(_MODULES[function], role=function)


def normalization(e: Emission, norm: p.Normalization, shape: Sizes) -> None:
    """A normalisation of any kind."""
    rank, channels = max(len(shape) - 1, 1), first("in_channels", shape[-1])
    eps = Argument("eps", norm.epsilon, 1e-5)
    chosen = (Argument("scale", norm.scale, True), Argument("center", norm.center, True))
    whole = norm.scale and norm.center
    wanted = (("weight", "gamma", norm.scale), ("bias", "beta", norm.center))
    weights = {own: name for own, name, there in wanted if there}
    same = {name: name for name in weights.values()}
    match norm.kind:
        case "batch":
            weights |= {"running_mean": "moving_mean", "running_var": "moving_variance"}
            function = f"nn.BatchNorm{rank}d" if whole else f"PartialBatchNorm{rank}d"
            e.add(function, channels, eps, *chosen, role="norm", weights=weights)
        case "layer" if norm.axes == (len(shape) - 1,) and whole:
            function = "nn.LayerNorm" if len(shape) == 1 else "ChannelLayerNorm"
            e.add(function, channels, eps, role="norm", weights=weights)
        case "layer":
            sizes = first("sizes", shape)
            axes = first("axes", norm.axes)
            e.add("LayerNorm", sizes, axes, Argument("eps", norm.epsilon), *chosen, role="norm",
                  weights=same)  # fmt: skip
        case "group" | "instance":
            groups = first("groups", norm.groups) if norm.kind == "group" else channels
            function = "nn.GroupNorm" if whole else "PartialGroupNorm"
            e.add(function, groups, channels, eps, *chosen, role="norm", weights=weights)
        case "response":
            number = Argument("eps", norm.epsilon)
            e.add("GlobalResponseNorm", channels, number, *chosen, role="norm", weights=same)
        case "l2":
            e.add("L2Norm", Argument("eps", norm.epsilon), role="norm")
        case "input":
            names = {name: name for name in ("mean", "variance", "count")}
            number = Argument("eps", norm.epsilon)
            e.add("InputNorm", channels, number, role="norm", weights=names)
        case _:
            assert_never(norm.kind)


def local_response(e: Emission, norm: p.LocalResponseNormalization, shape: Sizes) -> None:
    """AlexNet's normalisation; PyTorch's takes no vectors."""
    e.add(
        "nn.LocalResponseNorm" if len(shape) > 1 else "VectorResponseNorm",
        first("size", norm.size),
        Argument("alpha", norm.alpha, 1e-4),
        Argument("beta", norm.beta, 0.75),
        Argument("k", norm.bias, 1.0),
        role="norm",
    )


def channel_scale(e: Emission, primitive: p.ChannelScale, shape: Sizes) -> None:
    """A trainable factor, a trainable offset, or both, per channel."""
    there = {"scale": primitive.factor, "bias": primitive.bias}
    weights = {name: name for name, is_there in there.items() if is_there}
    bias = Argument("bias", primitive.bias, False)
    scale = Argument("scale", primitive.factor, True)
    channels = first("in_channels", shape[-1])
    e.add("ChannelScale", channels, bias, scale, role="scale", weights=weights)


def rescale(e: Emission, primitive: p.Rescale) -> None:
    """A fixed factor and offset."""
    e.add(
        "Rescale",
        first("scale", tuple(map(float, primitive.scale))),
        first("offset", tuple(map(float, primitive.offset))),
        role="rescale",
    )


_OPERATORS = {"add": "+", "multiply": "*", "subtract": "-", "average": "+"}


def merge(e: Emission, primitive: p.Merge, shapes: list[Sizes]) -> None:
    """Several maps become one."""
    if primitive.kind == "concat":
        rank = len(shapes[0])
        axis = primitive.axis % rank
        dim = 1 if axis == rank - 1 else axis + 2
        e.express(f"torch.cat({dim})", tuple(range(len(shapes))))
        return
    most = max(map(len, shapes))
    shown = [_gate(len(shape), most) for shape in shapes]
    if len(shapes) == 1:
        e.express("{0}", (0,))
    for k in range(1, len(shapes)):
        left = f"{{0}}{shown[0]}" if k == 1 else "{0}"
        right = f"{{1}}{shown[k]}"
        if primitive.kind == "maximum":
            text = "torch.maximum"
        else:
            text = f"{left} {_OPERATORS[primitive.kind]} {right}"
        if primitive.kind == "average" and k == len(shapes) - 1:
            text = f"({text}) / {len(shapes)}"
        e.express(text, (0 if k == 1 else -1, k))


def _gate(n_axes: int, most: int) -> str:
    """What makes a vector meet every cell of a map."""
    return "" if n_axes == most else f"[:, :{', None' * (most - n_axes)}]"


def dropout(e: Emission, primitive: p.Dropout, shape: Sizes) -> None:
    """Values, channels or paths that training switches off."""
    rate = first("rate", primitive.rate)
    match primitive.kind:
        case "element":
            e.add("nn.Dropout", rate, role="dropout")
        case "channel":
            e.add(f"nn.Dropout{len(shape) - 1}d", rate, role="dropout")
        case "path":
            e.add("DropPath", rate, role="dropout")
        case _:
            assert_never(primitive.kind)

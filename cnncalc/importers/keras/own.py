"""The classes that cnncalc's own Keras exports bring along, back as the ops that they stand for."""

from __future__ import annotations

from math import prod
from typing import Any

from cnncalc.importers.keras.activation import activation, apply
from cnncalc.importers.keras.arranging import lowest_padding
from cnncalc.importers.keras.build import Tensor
from cnncalc.importers.keras.making import Making

PACKAGE = "cnncalc"


def own_layer(making: Making) -> list[Tensor]:
    """A layer of a class that an export registered in the package `cnncalc`."""
    made = _value(making) or _window(making) or _place(making)
    return [making.opaque()] if made is None else [made]


def _value(making: Making) -> Tensor | None:
    """Functions of values, and normalisations."""
    config = making.config
    match config.kind:
        case "FallingReLU":
            return making.add("leaky_relu", {"slope": config.number("negative_slope")})
        case "CELU":
            return making.add("celu", {"alpha": config.number("alpha")})
        case "TanhGELU":
            return making.add("gelu", {"approximate": True})
        case "Keras2HardSigmoid":
            return making.add("hard_sigmoid", {"variant": "keras2"})
        case "ScaledTanh":
            return making.add("scaled_tanh")
        case "GlobalResponseNormalization":
            arguments = {"epsilon": config.number("epsilon")}
            return making.weigh("global_response_norm", arguments, ["gamma", "beta"])
        case "L2Normalization":
            return making.add("l2_norm", {"epsilon": config.number("epsilon")})
        case "LocalResponseNormalization":
            numbers = {key: config.number(key) for key in ("alpha", "beta", "bias")}
            return making.add("local_response_norm", {"size": config.integer("size"), **numbers})
        case "ChannelScale":
            return _scale(making)
        case "Maxout":
            return making.add("maxout", {"pieces": config.integer("pieces")})
        case _:
            return None


def _scale(making: Making) -> Tensor:
    config = making.config
    if not config.flag("use_scale", default=True):
        return making.weigh("scale", {"scale": False, "bias": True}, ["bias"])
    if config.flag("use_bias", default=False):
        return making.weigh("scale", {"bias": True}, ["scale", "bias"])
    return making.weigh("scale", {}, ["scale"])


def _window(making: Making) -> Tensor | None:
    """Poolings and convolutions."""
    config = making.config
    match config.kind:
        case "DilatedMaxPooling":
            return _dilated(making)
        case "SumPooling":
            return _sum(making)
        case "AveragePoolingOfCells":
            keys = {"size": "pool_size", "stride": "strides", "padding": "padding"}
            return making.add("avg_pool", {ours: config.get(key) for ours, key in keys.items()})
        case "AdaptivePooling":
            op = {"average": "adaptive_avg_pool", "max": "adaptive_max_pool"}.get(
                str(config.get("kind", "average"))
            )
            return None if op is None else making.add(op, {"size": config.get("size")})
        case "ConnectedConvolution":
            return _connected(making)
        case "TransposedConvolution":
            return _transposed(making)
        case _:
            return None


def _sum(making: Making) -> Tensor:
    """The sum of a window, as a mean times its cells."""
    size, stride = (making.config.get(key) for key in ("pool_size", "strides"))
    if not isinstance(size, list) or not all(type(n) is int for n in size):
        making.config.wrong("pool_size", "a list of integers", size)
    mean = making.add("avg_pool", {"size": size, "stride": stride}, role="mean")
    return making.add("rescale", {"scale": prod(size)}, [mean])


def _dilated(making: Making) -> Tensor:
    config = making.config
    arguments: dict[str, Any] = {
        "size": config.get("pool_size"),
        "stride": config.get("strides"),
        "dilation": config.get("dilation_rate"),
    }
    padding = config.get("padding", None)
    if padding is not None:
        arguments["padding"] = padding
    return making.add("max_pool", arguments)


def _finish(making: Making, op: str, arguments: dict[str, Any]) -> Tensor:
    config = making.config
    bias = config.flag("use_bias", default=True)
    chosen, function = activation(making, making.x, config.get("activation", None))
    arguments |= chosen if bias else {"bias": False, **chosen}
    arrays = ["kernel", "bias"] if bias else ["kernel"]
    made = making.weigh(op, arguments, arrays)
    return made if function is None else apply(making, made, function, role="activation")


def _connected(making: Making) -> Tensor:
    config = making.config
    connections = config.get("connections")
    if not isinstance(connections, list):
        config.wrong("connections", "a list of lists", connections)
    arguments = {
        "filters": len(connections),
        "kernel": config.get("kernel_size"),
        "stride": config.get("strides", 1),
        "dilation": config.get("dilation_rate", 1),
        "connections": connections,
    }
    return _finish(making, "conv", arguments)


def _transposed(making: Making) -> Tensor:
    config = making.config
    arguments = {
        "filters": config.integer("filters"),
        "kernel": config.get("kernel_size"),
        "stride": config.get("strides"),
        "padding": config.get("padding"),
        "output_padding": config.get("output_padding"),
        "dilation": config.get("dilation_rate"),
        "groups": config.integer("groups", 1),
    }
    return _finish(making, "conv_transpose", arguments)


def _place(making: Making) -> Tensor | None:
    """What moves values."""
    config = making.config
    match config.kind:
        case "ChannelShuffle":
            return making.add("channel_shuffle", {"groups": config.integer("groups")})
        case "DepthToSpace":
            return making.add("pixel_shuffle", {"factor": config.integer("factor")})
        case "SpaceToDepth":
            return making.add("space_to_depth", {"factor": config.integer("factor")})
        case "MirrorPadding" | "EdgePadding":
            mode = "reflect" if config.kind == "MirrorPadding" else "edge"
            return making.add("pad", {"amount": config.get("padding"), "mode": mode})
        case "MinusInfinityPadding":
            return lowest_padding(making, config.get("padding"))
        case "Slice":
            axis = making.axis(making.x, config.get("axis"))
            if axis is None:
                return None
            ends = {key: config.integer(key, least=0) for key in ("start", "stop")}
            return making.add("slice", {"axis": axis, **ends})
        case "NearestResizing":
            return making.add("resize", {"size": config.get("size")})
        case "LinearResizing":
            corners = {"align_corners": True} if config.get("align_corners", False) is True else {}
            return making.add("resize", {"size": config.get("size"), "mode": "bilinear", **corners})
        case _:
            return None

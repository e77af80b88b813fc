"""Activation functions, by name, as layers, and as arguments of other layers."""

from __future__ import annotations

from math import isnan, nan
from typing import Any, NamedTuple

from cnncalc.importers.keras.build import Tensor
from cnncalc.importers.keras.making import Making
from cnncalc.importers.keras.reading import is_number, plain

# what both call the same, and what Keras 3, Keras 2 and TensorFlow call otherwise
_SAME = {
    *("relu", "relu6", "selu", "gelu", "silu", "mish", "softplus", "softsign", "sigmoid", "tanh"),
    *("elu", "celu", "exponential", "hard_sigmoid", "hard_tanh", "log_sigmoid", "log_softmax"),
    *("softmax", "leaky_relu"),
}
_OTHERWISE = {
    "swish": "silu",
    "hard_silu": "hard_swish",
    "hard_swish": "hard_swish",
    "exp": "exponential",
    "softmax_v2": "softmax",
    "logsoftmax": "log_softmax",
}
_FUNCTION_SLOPE = 0.2  # of keras.activations.leaky_relu
_OVER_CHANNELS = {"softmax", "log_softmax"}


class Function(NamedTuple):
    """An activation function.

    Attributes:
        op: What the spec calls it; None if it has none, and empty for the identity.
        arguments: Its arguments there.
        name: What the model calls it.
    """

    op: str | None
    arguments: dict[str, Any]
    name: str

    @property
    def spelled(self) -> Any:
        """The value of an `activation` argument."""
        return {self.op: self.arguments} if self.arguments else self.op


_LINEAR = Function("", {}, "linear")


def function_of(value: Any, *, is_keras2: bool) -> Function:
    """The function that the `activation` of a Keras layer names."""
    value = plain(value)
    match value:
        case None | "linear":
            return _LINEAR
        case str():
            return _named(value, is_keras2=is_keras2)
        case {"class_name": "function" | "str", "config": str(name)}:
            if value.get("module") in (None, "builtins", "keras.activations"):
                return function_of(name, is_keras2=is_keras2)
        case {"class_name": "Activation", "config": {"activation": inner}}:
            return function_of(inner, is_keras2=is_keras2)
        case {"class_name": str(kind), "config": dict(config)}:
            return layer_function(kind, config, is_keras2=is_keras2)
        case _:
            pass
    return Function(None, {}, _name(value))


def _named(name: str, *, is_keras2: bool) -> Function:
    op = name if name in _SAME else _OTHERWISE.get(name)
    if op == "hard_sigmoid" and is_keras2:
        return Function(op, {"variant": "keras2"}, name)
    if op == "leaky_relu":
        return Function(op, {"slope": _FUNCTION_SLOPE}, name)
    return Function(op, {}, name)


def _name(value: object) -> str:
    if isinstance(value, dict):
        inner = value.get("config")
        return str(inner if isinstance(inner, str) else value.get("class_name", "activation"))
    return str(value) if isinstance(value, str) else "activation"


def layer_function(kind: str, config: dict[str, Any], *, is_keras2: bool) -> Function:
    """The function of an activation layer of Keras, given its class; `op` None if it has none here.

    Softmax and PReLU depend on axes, and are not among them.
    """

    def number(key: str, default: float | None) -> float | None:
        value = plain(config.get(key, default))
        return None if value is None else float(value) if is_number(value) else nan

    match kind:
        case "Activation":
            return function_of(config.get("activation"), is_keras2=is_keras2)
        case "ReLU":
            limits = [
                number("max_value", None),
                number("threshold", 0),
                number("negative_slope", 0),
            ]
            match limits:
                case [None, 0, 0]:
                    return Function("relu", {}, kind)
                case [6, 0, 0]:
                    return Function("relu6", {}, kind)
                case [None, 0, float(slope)] if not isnan(slope):
                    return Function("leaky_relu", {"slope": slope}, kind)
        case "LeakyReLU":
            falling = number("negative_slope" if "negative_slope" in config else "alpha", 0.3)
            if falling is not None and not isnan(falling):
                return Function("leaky_relu", {"slope": falling}, kind)
        case "ELU":
            alpha = number("alpha", 1.0)
            if alpha is not None and alpha > 0:
                return Function("elu", {"alpha": alpha} if alpha != 1 else {}, kind)
        case "Softmax" if config.get("axis", -1) == -1:
            return Function("softmax", {}, kind)
        case _:
            pass
    return Function(None, {}, kind)


def activation(making: Making, x: Tensor, value: object) -> tuple[dict[str, Any], Function | None]:
    """The `activation` argument of a layer, or the function that has to be a layer of its own."""
    function = function_of(value, is_keras2=making.config.is_keras2)
    if function.op == "":
        return {}, None
    if function.op is None or (function.op in _OVER_CHANNELS and x.is_first):
        return {}, function
    return {"activation": function.spelled}, None


def apply(making: Making, x: Tensor, function: Function, *, role: str = "") -> Tensor:
    """A layer with the function, reading a tensor."""
    if function.op == "":
        return making.add("identity", {}, [x], role=role)
    if function.op is None:
        return unknown(making, x, function.name, role=role)
    if function.op in _OVER_CHANNELS:
        x = making.as_model(x)
    return making.add(function.op, function.arguments, [x], role=role)


def unknown(making: Making, x: Tensor, name: str, *, role: str = "") -> Tensor:
    """A function of each value that no op computes: the shape is certain, and no weights."""
    arguments: dict[str, Any] = {"kind": f"activation {name[:80]}", "params": 0, "macs": 0}
    if x.shape is not None and None not in x.shape:
        arguments["output"] = list(x.shape)
    made = making.add("opaque", arguments, [x], role=role)
    return made._replace(is_first=x.is_first)


def activation_layer(making: Making) -> Tensor:
    """An activation layer but for PReLU."""
    config = making.config
    if config.kind == "Softmax":
        return softmax(making, config.get("axis", -1))
    function = layer_function(config.kind, config.values, is_keras2=config.is_keras2)
    return apply(making, making.x, function)


def softmax(making: Making, axis: object, op: str = "softmax") -> Tensor:
    """A softmax along the last axis of the model, or the channels."""
    x = making.x
    if making.is_channels(x, axis):
        return making.add(op)
    x = making.as_model(x)
    if making.is_channels(x, axis):
        return making.add(op, {}, [x])
    return making.unchanged(f"{making.config.kind} along axis {axis}"[:100])


def prelu(making: Making) -> Tensor:
    """A slope per channel, or one for all; any other sharing of slopes has no op."""
    x = making.x
    shared = making.config.get("shared_axes", None)
    shared = shared if isinstance(shared, list) else [] if shared is None else [shared]
    axes = {making.axis(x, axis) for axis in shared}
    shape = x.shape
    if shape is not None and not x.is_first and 1 < len(shape) == len(axes) + 1 and 0 not in axes:
        x = making.as_map(x, is_first=True)  # the slopes are those of the first axis
        return making.as_model(making.weigh("prelu", {}, ["alpha"], [x]))
    if shape is not None and axes == set(range(len(shape) - 1)):
        return making.weigh("prelu", {}, ["alpha"])
    if shape is not None and axes == set(range(len(shape))):
        return making.weigh("prelu", {"shared": True}, ["alpha"])
    params = None
    if shape is not None and None not in shape and None not in axes:
        params = 1
        for position, size in enumerate(shape):
            params *= 1 if position in axes else size or 1
    return making.unchanged("PReLU with slopes per position", params)

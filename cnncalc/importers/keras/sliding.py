"""Convolutions and dense layers."""

from __future__ import annotations

from typing import Any

from cnncalc.importers.keras.activation import Function, activation, apply
from cnncalc.importers.keras.build import Tensor
from cnncalc.importers.keras.making import Making
from cnncalc.ir.shapes import LARGEST


def _geometry(making: Making, rank: int) -> dict[str, Any]:
    config = making.config
    arguments: dict[str, Any] = {"kernel": _short(config.sizes("kernel_size", rank))}
    strides = config.sizes("strides", rank, 1)
    if strides != [1] * rank:
        arguments["stride"] = _short(strides)
    padding = config.word("padding", "valid").lower()
    if padding not in ("valid", "same", "causal"):
        config.wrong("padding", "valid, same or causal", padding)
    if padding != "valid":
        arguments["padding"] = padding
    rates = config.sizes("dilation_rate", rank, 1)
    if rates != [1] * rank:
        arguments["dilation"] = _short(rates)
    return arguments


def _short(sizes: list[int]) -> int | list[int]:
    return sizes[0] if len(set(sizes)) == 1 else sizes


def _bias(making: Making) -> dict[str, Any]:
    return {} if making.config.flag("use_bias", default=True) else {"bias": False}


def _finish(making: Making, made: Tensor, function: Function | None) -> Tensor:
    return made if function is None else apply(making, made, function, role="activation")


def _weighed(
    making: Making,
    op: str,
    arguments: dict[str, Any],
    arrays: list[str],
    x: Tensor,
    forms: dict[str, str],
) -> Tensor:
    """A layer with weights, perhaps a bias, and an activation."""
    config = making.config
    chosen, function = activation(making, x, config.get("activation", None))
    bias = _bias(making)
    arrays = arrays if bias else [*arrays, "bias"]
    made = making.weigh(op, {**arguments, **bias, **chosen}, arrays, [x], forms=forms)
    return _finish(making, made, function)


def convolution(making: Making, rank: int) -> Tensor:
    """Conv1D, Conv2D, Conv3D."""
    config = making.config
    arguments = {"filters": config.integer("filters"), **_geometry(making, rank)}
    groups = config.integer("groups", 1)
    if groups > 1:
        arguments["groups"] = groups
    return _weighed(making, "conv", arguments, ["kernel"], making.map(), {})


def depthwise(making: Making, rank: int) -> Tensor:
    """DepthwiseConv1D and 2D."""
    arguments = {**_geometry(making, rank), **_multiplier(making)}
    forms = {"kernel": "depthwise"}
    return _weighed(making, "depthwise_conv", arguments, ["kernel"], making.map(), forms)


def separable(making: Making, rank: int) -> Tensor:
    """SeparableConv1D and 2D."""
    filters = {"filters": making.config.integer("filters")}
    arguments = {**filters, **_geometry(making, rank), **_multiplier(making)}
    arrays, forms = ["depthwise_kernel", "pointwise_kernel"], {"depthwise_kernel": "depthwise"}
    return _weighed(making, "separable_conv", arguments, arrays, making.map(), forms)


def _multiplier(making: Making) -> dict[str, Any]:
    multiplier = making.config.integer("depth_multiplier", 1)
    return {"multiplier": multiplier} if multiplier > 1 else {}


def transposed(making: Making, rank: int) -> Tensor:
    """Conv1DTranspose, 2D and 3D.

    With `valid` Keras gives `max(F_eff - S, 0)` cells beyond the stride's grid, so a kernel smaller
    than its stride leaves cells at the end that no window writes.
    """
    config = making.config
    arguments: dict[str, Any] = {"filters": config.integer("filters"), **_geometry(making, rank)}
    kernel, stride = config.sizes("kernel_size", rank), config.sizes("strides", rank, 1)
    rates = config.sizes("dilation_rate", rank, 1)
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, rates, strict=True)]
    given = config.get("output_padding", None)
    if given is None:
        if "padding" not in arguments:
            added = [max(s - span, 0) for s, span in zip(stride, spans, strict=True)]
            arguments |= {"output_padding": _short(added)} if any(added) else {}
    else:
        arguments |= _given(making, rank, spans, given)
    groups = config.integer("groups", 1)
    if groups > 1:
        arguments["groups"] = groups
    forms = {"kernel": "transposed"}
    return _weighed(making, "conv_transpose", arguments, ["kernel"], making.map(), forms)


def _given(making: Making, rank: int, spans: list[int], given: object) -> dict[str, Any]:
    """The padding that an `output_padding` of Keras stands for.

    With `same` `O = (W - 1)·S + F_eff mod 2 + output_padding`; what that lacks is cut off both
    ends, the smaller half first.
    """
    config = making.config
    added = [given] * rank if type(given) is int else given
    if not isinstance(added, list) or len(added) != rank:
        config.wrong("output_padding", f"an integer from 0, or {rank} of them", given)
    if not all(type(n) is int and 0 <= n <= LARGEST for n in added):
        config.wrong("output_padding", f"an integer from 0, or {rank} of them", given)
    if config.word("padding", "valid").lower() == "valid":
        return {"output_padding": _short(added)}
    padding, spare = [], []
    for span, n in zip(spans, added, strict=True):
        total = span + span % 2 - 2 + n
        left = min(total // 2 + total % 2, span - 1)
        end = total - left - (span - 1)
        padding.append([span - 1 - left, max(-end, 0)])
        spare.append(max(end, 0))
    return {"padding": padding, "output_padding": _short(spare)}


def dense(making: Making) -> Tensor:
    """A matrix product along the last axis."""
    x = making.as_model(making.x)
    arguments = {"units": making.config.integer("units")}
    return _weighed(making, "dense", arguments, ["kernel"], x, {})

"""Normalisations, rescaling and layer scale."""

from __future__ import annotations

from math import sqrt
from typing import Any

from cnncalc.importers.keras.build import Tensor
from cnncalc.importers.keras.making import Making
from cnncalc.importers.keras.reading import is_number

_SMALLEST_DEVIATION = 1e-7  # of Keras's Normalization


def _affine(making: Making, epsilon: float) -> tuple[dict[str, Any], list[str]]:
    config = making.config
    arguments: dict[str, Any] = {"epsilon": config.number("epsilon", epsilon)}
    arrays = []
    for key, array in (("scale", "gamma"), ("center", "beta")):
        if config.flag(key, default=True):
            arrays.append(array)
        else:
            arguments[key] = False
    return arguments, arrays


def batch_norm(making: Making) -> Tensor:
    """BatchNormalization over the channels; over another axis that is brought to the end."""
    arguments, arrays = _affine(making, 1e-3)
    config, x = making.config, making.x
    axis = config.get("axis", -1)
    if config.get("renorm", False) is True or config.get("virtual_batch_size", None) is not None:
        return making.unchanged("BatchNormalization with renormalisation", None)
    arrays += ["moving_mean", "moving_variance"]
    if making.is_channels(x, axis):
        return making.weigh("batch_norm", arguments, arrays)
    place = making.axis(x, axis[0] if isinstance(axis, list) and len(axis) == 1 else axis)
    if place is None or x.shape is None:
        return making.unchanged(f"BatchNormalization along axis {axis}"[:100], None)
    rank = len(x.shape)
    order = [*(k for k in range(rank) if k != place), place]
    moved = making.add("permute", {"order": order}, [x], role="permute")
    normed = making.weigh("batch_norm", arguments, arrays, [moved])
    back = [order.index(k) for k in range(rank)]
    return making.add("permute", {"order": back}, [normed], role="permute")


def layer_norm(making: Making) -> Tensor:
    """LayerNormalization over any axes."""
    config, x = making.config, making.x
    if config.get("rms_scaling", False) is True:
        return making.unchanged("LayerNormalization by the root mean square", _per_channel(x))
    arguments, arrays = _affine(making, 1e-3)
    axis = config.get("axis", -1)
    if making.is_channels(x, axis):
        return making.weigh("layer_norm", arguments, arrays)
    x = making.as_model(x)
    axes = [making.axis(x, item) for item in (axis if isinstance(axis, list) else [axis])]
    found = sorted(place for place in axes if place is not None)
    if len(found) < len(axes) or len(set(found)) < len(found) or not found:
        return making.unchanged(f"LayerNormalization along axis {axis}"[:100], None)
    return making.weigh("layer_norm", {"axes": found, **arguments}, arrays, [x])


def group_norm(making: Making) -> Tensor:
    """GroupNormalization over the channels; -1 group is one per channel."""
    config, x = making.config, making.x
    arguments, arrays = _affine(making, 1e-3)
    if not making.is_channels(x, config.get("axis", -1)):
        x = making.as_model(x)
    if not making.is_channels(x, config.get("axis", -1)):
        return making.unchanged(f"GroupNormalization along axis {config.get('axis')}"[:100], None)
    groups = config.get("groups", 32)
    channels = None if x.shape is None else x.shape[-1]
    if groups == -1 or (groups == channels and groups is not None):
        if x.rank is not None and x.rank > 1:
            return making.weigh("instance_norm", arguments, arrays, [x])
        groups = channels if channels is not None else groups
    if type(groups) is not int or groups < 1:
        config.wrong("groups", "an integer from 1, or -1", groups)
    return making.weigh("group_norm", {"groups": groups, **arguments}, arrays, [x])


def unit_norm(making: Making) -> Tensor:
    """UnitNormalization over the channels."""
    axis = making.config.get("axis", -1)
    if not making.is_channels(making.x, axis):
        return making.unchanged(f"UnitNormalization along axis {axis}"[:100])
    return making.add("l2_norm")


def rms_norm(making: Making) -> Tensor:
    """RMSNormalization, which has no op: a factor per channel."""
    return making.unchanged("RMSNormalization", _per_channel(making.x))


def _per_channel(x: Tensor) -> int | None:
    return x.shape[-1] if x.shape is not None and not x.is_first else None


def input_normalization(making: Making) -> Tensor:
    """Normalization: a fixed factor and offset where mean and variance are given."""
    config, x = making.config, making.x
    means, variances = (_numbers(making, key) for key in ("mean", "variance"))
    if means is not None and variances is not None and len(means) == len(variances):
        return _given_moments(making, means, variances)
    axis = config.get("axis", -1)
    if not making.is_channels(x, axis) or config.get("invert", False) is True:
        return making.unchanged(f"Normalization along axis {axis}"[:100], None)
    return making.weigh("normalize", {}, ["mean", "variance", "count"])


def _given_moments(making: Making, means: list[float], variances: list[float]) -> Tensor:
    if min(variances) < 0:
        making.config.wrong("variance", "made of numbers from 0", min(variances))
    deviations = [max(sqrt(variance), _SMALLEST_DEVIATION) for variance in variances]
    pairs = list(zip(means, deviations, strict=True))
    if making.config.get("invert", False) is True:
        factors, offsets = deviations, means
    else:
        factors = [1 / deviation for _, deviation in pairs]
        offsets = [-mean / deviation for mean, deviation in pairs]
    x = making.x
    if len(means) > 1 and not making.is_channels(x, making.config.get("axis", -1)):
        return making.unchanged("Normalization along an axis that is not the channels")
    return making.add("rescale", {"scale": _one(factors), "offset": _one(offsets)})


def _one(numbers: list[float]) -> float | list[float]:
    return numbers[0] if len(numbers) == 1 else numbers


def _numbers(making: Making, key: str, default: Any = None) -> list[float] | None:
    """Numbers of a configuration, however deep they are nested; None if there are none."""
    value = making.config.get(key, default)
    if value is None:
        return None
    while isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    found = value if isinstance(value, list) else [value]
    if not found or not all(map(is_number, found)):
        making.config.wrong(key, "a number, or a list of numbers", value)
    return [float(number) for number in found]


def rescaling(making: Making) -> Tensor:
    """Rescaling."""
    factors = _numbers(making, "scale") or [1.0]
    offsets = _numbers(making, "offset", 0.0) or [0.0]
    return affine(making, factors, offsets)


def affine(making: Making, factors: list[float], offsets: list[float]) -> Tensor:
    """A fixed factor and offset, each one number or one per entry of the model's last axis."""
    x = making.x
    if len(factors) > 1 or len(offsets) > 1:
        x = making.as_model(x)
    arguments: dict[str, Any] = {"scale": _one(factors)}
    if any(offsets):
        arguments["offset"] = _one(offsets)
    return making.add("rescale", arguments, [x])


def layer_scale(making: Making) -> Tensor:
    """ConvNeXt's LayerScale: a trained factor per channel."""
    return making.weigh("scale", {}, ["scale"], [making.as_model(making.x)])

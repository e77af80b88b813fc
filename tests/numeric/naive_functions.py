"""The activation functions by their definitions, in float64."""

from __future__ import annotations

from collections.abc import Callable
from math import erf, pi, sqrt

import numpy as np

from cnncalc.ir import primitives as p
from tests.numeric.arrays import Array

# Klambauer et al. 2017, with the digits that frameworks carry
SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805

_erf = np.vectorize(erf, otypes=[float])


def clip(x: Array, low: float, high: float) -> Array:
    return np.minimum(np.maximum(x, low), high)


def sigmoid(x: Array) -> Array:
    small = np.exp(-np.abs(x))  # never overflows
    return np.where(x >= 0, 1, small) / (1 + small)


def softplus(x: Array) -> Array:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def negative_exponential(x: Array) -> Array:
    return np.expm1(np.minimum(x, 0))


def softmax(x: Array) -> Array:
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def log_softmax(x: Array) -> Array:
    shifted = x - x.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def gelu(x: Array) -> Array:
    return x / 2 * (1 + _erf(x / sqrt(2)))


def gelu_tanh(x: Array) -> Array:
    return x / 2 * (1 + np.tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))


PLAIN: dict[str, Callable[[Array], Array]] = {
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: clip(x, 0, 6),
    "selu": lambda x: SELU_SCALE * (np.maximum(x, 0) + SELU_ALPHA * negative_exponential(x)),
    "gelu": gelu,
    "gelu tanh": gelu_tanh,
    "sigmoid": sigmoid,
    "hard_sigmoid": lambda x: clip(x / 6 + 1 / 2, 0, 1),
    "hard_sigmoid keras2": lambda x: clip(0.2 * x + 0.5, 0, 1),
    "hard_swish": lambda x: x * clip(x + 3, 0, 6) / 6,
    "hard_tanh": lambda x: clip(x, -1, 1),
    "silu": lambda x: x * sigmoid(x),
    "mish": lambda x: x * np.tanh(softplus(x)),
    "softplus": softplus,
    "softsign": lambda x: x / (1 + np.abs(x)),
    "tanh": np.tanh,
    "scaled_tanh": lambda x: 1.7159 * np.tanh(2 * x / 3),
    "softmax": softmax,
    "log_softmax": log_softmax,
    "log_sigmoid": lambda x: -softplus(-x),
    "exponential": np.exp,
}

WITH_NUMBER: dict[str, Callable[[Array, float], Array]] = {
    "leaky_relu": lambda x, slope: np.maximum(x, 0) + slope * np.minimum(x, 0),
    "elu": lambda x, alpha: np.maximum(x, 0) + alpha * negative_exponential(x),
    "celu": lambda x, alpha: np.maximum(x, 0) + alpha * negative_exponential(x / alpha),
}


def activation(function: p.Activation, x: Array, slopes: Array | None) -> Array:
    """The function of every value; `slopes` are those of a prelu, per channel."""
    if function.function == "prelu":
        assert slopes is not None
        return np.maximum(x, 0) + slopes * np.minimum(x, 0)
    if function.function in WITH_NUMBER:
        assert function.alpha is not None
        return WITH_NUMBER[function.function](x, function.alpha)
    return PLAIN[" ".join(filter(None, (function.function, function.variant)))](x)

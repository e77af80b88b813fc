"""The activation functions, each computed in place with as few passes over the values as possible.

They work on blocks that fit into a cache, so what counts is the number of NumPy calls: a relu is
one. NaN stays NaN. Some intermediate values may overflow, and are right to (`1 / (1 + exp(-x))` is
0 when the exponential is infinite): whoever calls them has NumPy's warnings switched off.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnncalc.ir.primitives import Activation
from cnncalc.numeric.gaussian import apply_gelu
from cnncalc.numeric.softmax import apply_log_softmax, apply_softmax

Array: TypeAlias = NDArray[Any]
Dtype: TypeAlias = np.dtype[Any]

# Klambauer et al., Self-normalizing neural networks, 2017, equation 14, to more digits
_SELU_SCALE = 1.0507009873554804934193349852946
_SELU_ALPHA = 1.6732632423543772848170429916717


class Function(NamedTuple):
    """A function of arrays.

    Attributes:
        apply: `apply(x, scratch)` changes the C-contiguous array `x`, channels last, in place;
            `scratch` is a flat array of the same type, with room for the temporaries.
        n_temporaries: How many arrays of the size of `x` the scratch must hold.
        by_position: Whether the channels of a position depend on each other (softmax), so that
            a block must hold whole positions.
    """

    apply: Callable[[Array, Array], None]
    n_temporaries: int = 0
    by_position: bool = False


def activation(primitive: Activation, dtype: Dtype) -> Function:
    """The function that an activation names; not `prelu`, which has weights: see `prelu`.

    Softmax and its logarithm are over the last axis, the others value by value.

    Units:
        Within a few units in the last place of the formulas in the layers' docstrings; gelu within
        1e-7 (float32) or 1e-15 (float64), absolute.
    """
    return _MAKERS[primitive.function](primitive, dtype)


def prelu(alpha: Array) -> Function:
    """`max(x, 0) + alpha·min(x, 0)`, with an alpha for each entry of the last axis of x."""
    return _with_room(_slanted(alpha), 1)


def _with_room(apply: Callable[..., None], n_temporaries: int) -> Function:
    """`apply(x, *temporaries)` as a function: the temporaries are shaped like x."""

    def run(x: Array, scratch: Array) -> None:
        apply(x, *scratch[: n_temporaries * x.size].reshape(n_temporaries, *x.shape))

    def run_plain(x: Array, scratch: Array) -> None:
        apply(x)

    return Function(run if n_temporaries else run_plain, n_temporaries)


def _slanted(alpha: Array) -> Callable[[Array, Array], None]:
    def between(x: Array, slanted: Array) -> None:
        np.multiply(x, alpha, out=slanted)
        np.maximum(x, slanted, out=x)

    def any_slope(x: Array, negative: Array) -> None:
        np.minimum(x, 0, out=negative)
        negative *= alpha
        np.maximum(x, 0, out=x)
        x += negative

    # 0 times infinity is not a number
    return between if bool(np.all((alpha != 0) & (alpha <= 1))) else any_slope


def _cut(low: float, high: float, dtype: Dtype) -> Callable[[Array, Array], None]:
    """`cut(x, out)`: several times as fast as `np.maximum` with a number."""
    bounds = np.array(low, dtype), np.array(high, dtype)

    def cut(x: Array, out: Array) -> None:
        x.clip(*bounds, out=out)

    return cut


def _clip(low: float, high: float) -> Callable[[Activation, Dtype], Function]:
    def make(primitive: Activation, dtype: Dtype) -> Function:
        least, most = np.array(low, dtype), np.array(high, dtype)

        def apply(x: Array, scratch: Array) -> None:
            x.clip(least, most, out=x)

        return Function(apply)

    return make


def _plain(
    apply: Callable[..., None], n_temporaries: int = 0
) -> Callable[[Activation, Dtype], Function]:
    """The maker of a function without numbers of its own."""
    function = _with_room(apply, n_temporaries)
    return lambda primitive, dtype: function


def _tanh(x: Array) -> None:
    np.tanh(x, out=x)


def _scaled_tanh(x: Array) -> None:
    x *= 2 / 3
    np.tanh(x, out=x)
    x *= 1.7159


def _exponential(x: Array) -> None:
    np.exp(x, out=x)


def _sigmoid(x: Array) -> None:
    np.negative(x, out=x)
    np.exp(x, out=x)
    x += 1
    np.reciprocal(x, out=x)


def _silu(x: Array, divisor: Array) -> None:
    np.negative(x, out=divisor)
    np.exp(divisor, out=divisor)
    divisor += 1
    x /= divisor


def _gelu_tanh(x: Array, divisor: Array) -> None:
    # (1 + tanh(u)) / 2 is 1 / (1 + exp(-2u))
    slope = -2 * (2 / np.pi) ** 0.5
    np.multiply(x, x, out=divisor)
    divisor *= 0.044715 * slope
    divisor += slope
    divisor *= x
    np.exp(divisor, out=divisor)
    divisor += 1
    x /= divisor


def _softsign(x: Array, divisor: Array) -> None:
    np.abs(x, out=divisor)
    divisor += 1
    x /= divisor


def _softplus(x: Array, rest: Array) -> None:
    # max(x, 0) + ln(1 + exp(-|x|)): the exponential never exceeds 1
    np.abs(x, out=rest)
    np.negative(rest, out=rest)
    np.exp(rest, out=rest)
    np.log1p(rest, out=rest)
    np.maximum(x, 0, out=x)
    x += rest


def _log_sigmoid(x: Array, rest: Array) -> None:
    np.negative(x, out=x)
    _softplus(x, rest)
    np.negative(x, out=x)


def _mish(x: Array, power: Array, raised: Array) -> None:
    # tanh(ln(1 + e)) is n / (n + 2) with n = e·(e + 2), and 1 to the last digit when x is 20
    np.minimum(x, 20, out=power)
    np.exp(power, out=power)
    np.add(power, 2, out=raised)
    power *= raised
    np.add(power, 2, out=raised)
    power /= raised
    x *= power


def _leaky_relu(primitive: Activation, dtype: Dtype) -> Function:
    slope = _alpha(primitive, 0.01)
    if slope == 0:
        return _clip(0, inf)(primitive, dtype)
    return _with_room(_slanted(np.array(slope, dtype)), 1)


def _alpha(primitive: Activation, default: float = 1.0) -> float:
    return default if primitive.alpha is None else primitive.alpha


def _exponential_unit(scale: float, alpha: float, divisor: float, dtype: Dtype) -> Function:
    """`scale·max(x, 0) + alpha·(exp(min(x, 0) / divisor) - 1)`."""
    positive, negative = _cut(0, inf, dtype), _cut(-inf, 0, dtype)

    def apply(x: Array, floor: Array) -> None:
        negative(x, floor)
        if divisor != 1:
            floor /= divisor
        np.expm1(floor, out=floor)
        if alpha != 1:
            floor *= alpha
        positive(x, x)
        if scale != 1:
            x *= scale
        x += floor

    return _with_room(apply, 1)


def _elu(primitive: Activation, dtype: Dtype) -> Function:
    return _exponential_unit(1, _alpha(primitive), 1, dtype)


def _celu(primitive: Activation, dtype: Dtype) -> Function:
    alpha = _alpha(primitive)
    return _exponential_unit(1, alpha, alpha, dtype)


def _selu(primitive: Activation, dtype: Dtype) -> Function:
    return _exponential_unit(_SELU_SCALE, _SELU_SCALE * _SELU_ALPHA, 1, dtype)


def _hard_sigmoid(primitive: Activation, dtype: Dtype) -> Function:
    slope = 0.2 if primitive.variant == "keras2" else 1 / 6
    cut = _cut(0, 1, dtype)

    def apply(x: Array) -> None:
        x *= slope
        x += 0.5
        cut(x, x)

    return _with_room(apply, 0)


def _hard_swish(primitive: Activation, dtype: Dtype) -> Function:
    cut = _cut(0, 1, dtype)

    def apply(x: Array, weight: Array) -> None:
        np.multiply(x, 1 / 6, out=weight)
        weight += 0.5
        cut(weight, weight)
        x *= weight

    return _with_room(apply, 1)


def _gelu(primitive: Activation, dtype: Dtype) -> Function:
    if primitive.variant == "tanh":
        return _with_room(_gelu_tanh, 1)
    return _with_room(apply_gelu(dtype), 3)


_MAKERS: dict[str, Callable[[Activation, Dtype], Function]] = {
    "celu": _celu,
    "elu": _elu,
    "exponential": _plain(_exponential),
    "gelu": _gelu,
    "hard_sigmoid": _hard_sigmoid,
    "hard_swish": _hard_swish,
    "hard_tanh": _clip(-1, 1),
    "leaky_relu": _leaky_relu,
    "log_sigmoid": _plain(_log_sigmoid, 1),
    "log_softmax": lambda primitive, dtype: Function(apply_log_softmax, 1, by_position=True),
    "mish": _plain(_mish, 2),
    "relu": _clip(0, inf),
    "relu6": _clip(0, 6),
    "scaled_tanh": _plain(_scaled_tanh),
    "selu": _selu,
    "sigmoid": _plain(_sigmoid),
    "silu": _plain(_silu, 1),
    "softmax": lambda primitive, dtype: Function(apply_softmax, 1, by_position=True),
    "softplus": _plain(_softplus, 1),
    "softsign": _plain(_softsign, 1),
    "tanh": _plain(_tanh),
}

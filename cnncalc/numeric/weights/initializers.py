"""Random distributions for kernels, with the names and the formulas that Keras has."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite, sqrt
from typing import NamedTuple, TypeAlias

import numpy as np

from cnncalc.errors import UsageError
from cnncalc.numeric.weights.lazy import Array
from cnncalc.source.printable import quoted

# Deviation of a standard normal distribution that is cut off at ±2.
_CUT_DEVIATION = 0.87962566103423978


class Fans(NamedTuple):
    """Values that an output sees (`inward`), and outputs that see an input value (`outward`)."""

    inward: float
    outward: float


Draw: TypeAlias = Callable[[np.random.Generator, Fans, int], Array]

_FORMS = "glorot_uniform, glorot_normal, he_uniform, he_normal, zeros, ones or constant:VALUE"


def initializer(name: str) -> Draw:
    """What draws the values of a kernel, from its fans.

    A variance `v` is `2 / (fan_in + fan_out)` for `glorot` and `2 / fan_in` for `he`; `uniform` is
    from `-sqrt(3v)` to `sqrt(3v)`, and `normal` is a normal distribution cut off at two deviations
    and widened so that its variance is `v`.

    Raises:
        UsageError: There is no such initialiser.

    Reference:
        Glorot and Bengio, Understanding the difficulty of training deep feedforward neural
        networks, 2010; He et al., Delving deep into rectifiers, 2015 (arXiv 1502.01852); Keras,
        VarianceScaling.
    """
    match name:
        case "glorot_uniform":
            return lambda rng, fans, count: _uniform(rng, _glorot(fans), count)
        case "glorot_normal":
            return lambda rng, fans, count: _normal(rng, _glorot(fans), count)
        case "he_uniform":
            return lambda rng, fans, count: _uniform(rng, _he(fans), count)
        case "he_normal":
            return lambda rng, fans, count: _normal(rng, _he(fans), count)
        case "zeros":
            return _constant(0.0)
        case "ones":
            return _constant(1.0)
        case _:
            kind, _, value = name.partition(":")
            if kind == "constant":
                return _constant(_number(value))
            raise UsageError(f"there is no initialiser {quoted(name)}; give {_FORMS}")


def _glorot(fans: Fans) -> float:
    return 2.0 / max(fans.inward + fans.outward, 1.0)


def _he(fans: Fans) -> float:
    return 2.0 / max(fans.inward, 1.0)


def _uniform(rng: np.random.Generator, variance: float, count: int) -> Array:
    limit = sqrt(3.0 * variance)
    return rng.uniform(-limit, limit, count)


def _normal(rng: np.random.Generator, variance: float, count: int) -> Array:
    values = rng.standard_normal(count)
    while (beyond := np.flatnonzero(np.abs(values) > 2.0)).size:
        values[beyond] = rng.standard_normal(beyond.size)
    values *= sqrt(variance) / _CUT_DEVIATION
    return values


def _constant(value: float) -> Draw:
    return lambda rng, fans, count: np.full(count, value)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value) or abs(value) > float(np.finfo(np.float32).max):
        raise UsageError(
            f"constant: takes a number that float32 holds, as in constant:0.1, not {quoted(text)}"
        )
    return value

"""Weights without a file: to start a training from, or to compare two computations with."""

from __future__ import annotations

from math import sqrt

import numpy as np

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.exporters.written import written_kernel
from cnncalc.numeric.weights.drawing import drawn, filled, is_kernel
from cnncalc.numeric.weights.initializers import Fans, initializer
from cnncalc.numeric.weights.lazy import Array, Dtype, LazyArrays
from cnncalc.numeric.weights.moments import arriving_squares
from cnncalc.numeric.weights.names import Slot

# What arrays start with that are no kernels.
_STARTS = {
    "bias": 0.0,
    "beta": 0.0,
    "gamma": 1.0,
    "scale": 1.0,
    "alpha": 0.25,
    "moving_mean": 0.0,
    "moving_variance": 1.0,
    "mean": 0.0,
    "variance": 1.0,
    "count": 0.0,
}

# Ranges of the arrays that are no kernels; variances and slopes stay well above 0.
_RANGES = {
    "bias": (-0.1, 0.1),
    "beta": (-0.1, 0.1),
    "gamma": (0.8, 1.2),
    "scale": (0.8, 1.2),
    "alpha": (0.1, 0.4),
    "moving_mean": (-0.1, 0.1),
    "moving_variance": (0.5, 1.5),
    "mean": (-0.1, 0.1),
    "variance": (0.5, 1.5),
    "count": (1.0, 1000.0),
}


def initial(
    facts: NetworkFacts,
    *,
    seed: int = 0,
    dtype: str = "float32",
    kernel: str = "glorot_uniform",
) -> LazyArrays:
    """Weights to start a training from, each array drawn when it is asked for.

    Kernels are drawn, or are what the layer's `weights` times `weights_scale` say. Biases, betas
    and means are 0; gammas, scales and variances 1; slopes of a PReLU 0.25, as in PyTorch. What an
    array holds depends on the seed and its name alone, and is the same in float32 and float64 but
    for rounding.

    Args:
        facts: The facts of the network.
        seed: A whole number from 0; the same one gives the same weights with the same NumPy.
        dtype: float32 or float64.
        kernel: Initialiser of the kernels: `glorot_uniform`, `glorot_normal`, `he_uniform`,
            `he_normal`, `zeros`, `ones` or `constant:VALUE`.

    Raises:
        UsageError: A layer's weights cannot be known, or an argument is none of these.
    """
    draw = initializer(kernel)

    def make(slot: Slot, rng: np.random.Generator, to: Dtype) -> Array:
        if is_kernel(slot):
            written = written_kernel(slot.layer)
            if written is None:
                return filled(slot, to, rng, draw)
            values, scale = written
            exact = values.astype(np.float64)
            return (exact if scale is None else exact * scale).astype(to)
        return np.full(slot.weight.shape, _STARTS[slot.weight.name], to)

    return drawn(facts, seed, dtype, make)


def scrambled(facts: NetworkFacts, seed: int = 0, dtype: str = "float32") -> LazyArrays:
    """Weights for comparing two computations: every array is random, those in the spec too.

    Kernels are normally distributed, with the variance that gives outputs of mean square 1 for
    inputs of mean square 1, estimated from layer to layer; so a network of 150 layers neither
    vanishes nor overflows, and a softmax at its end is not saturated. Everything else is from a
    small range: moving variances from 0.5 to 1.5, gammas from 0.8 to 1.2, biases from -0.1 to 0.1.

    Args:
        facts: The facts of the network.
        seed: A whole number from 0; the same one gives the same weights with the same NumPy.
        dtype: float32 or float64; the values are the same but for rounding.

    Raises:
        UsageError: A layer's weights cannot be known, or the seed or the type cannot be used.
    """
    squares: dict[str, float] | None = None

    def make(slot: Slot, rng: np.random.Generator, to: Dtype) -> Array:
        nonlocal squares
        weight = slot.weight
        if not is_kernel(slot):
            return rng.uniform(*_RANGES[weight.name], weight.shape).astype(to)
        if squares is None:
            squares = arriving_squares(facts)
        arriving = squares[f"{slot.layer.name}.{weight.name}"]

        def draw(rng: np.random.Generator, fans: Fans, count: int) -> Array:
            return rng.standard_normal(count) / sqrt(fans.inward * arriving)

        return filled(slot, to, rng, draw)

    return drawn(facts, seed, dtype, make)

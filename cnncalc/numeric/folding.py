"""Weights of a step: read, and multiplied with what is folded into them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.numeric.kernels.kernel import Array
from cnncalc.numeric.kernels.normalization import batch_factors
from cnncalc.numeric.steps import Arrays, Step


def step_weights(
    step: Step, weights: Mapping[str, Array], dtype: np.dtype[Any]
) -> dict[str, Array]:
    """The arrays of a step by their names within the layer, folded.

    A batch norm `gamma·(x - mean)/sqrt(variance + epsilon) + beta` after a product is a factor and
    an offset per filter, and these are the product's own kernel and bias; so is a scale.
    """
    arrays = {name: weights[key] for name, key in step.arrays.names.items()}
    if not step.folded:
        return arrays
    kernel = next(name for name in arrays if name != "bias")
    bias = arrays.get("bias", np.zeros(1)).astype(np.float64)
    total = np.ones(1)
    for folded in step.folded:
        factor, offset = _affine(folded, weights)
        total = total * factor
        bias = bias * factor + offset
    arrays[kernel] = arrays[kernel] * total.astype(dtype)
    arrays["bias"] = bias.astype(dtype)
    return arrays


def _affine(folded: Arrays, weights: Mapping[str, Array]) -> tuple[Array, Array]:
    """Factor and offset per channel, in double precision."""
    arrays = {name: weights[key] for name, key in folded.names.items()}
    match folded.primitive:
        case p.Normalization() as norm:
            return batch_factors(norm, arrays)
        case _:  # a scale: nothing else is folded
            one, nothing = np.ones(1, np.float64), np.zeros(1, np.float64)
            return arrays.get("scale", one), arrays.get("bias", nothing)

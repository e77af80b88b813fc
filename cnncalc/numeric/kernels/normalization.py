"""Normalisation: which statistics there are decides what there is to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.numeric.kernels.affine import Affine
from cnncalc.numeric.kernels.kernel import Array, Kernel, Site
from cnncalc.numeric.kernels.moments import ChannelNorm
from cnncalc.numeric.kernels.positions import LengthNorm, layer_norm


def normalization(site: Site[p.Normalization]) -> Kernel[p.Normalization]:
    """The kernel for a normalisation."""
    match site.primitive.kind:
        case "batch" if not site.training:
            return BatchNorm(site)
        case "input":
            return InputNorm(site)
        case "batch" | "group" | "instance" | "response":
            return ChannelNorm(site)
        case "layer":
            return layer_norm(site)
        case "l2":
            return LengthNorm(site)
        case _:
            assert_never(site.primitive.kind)


def batch_factors(norm: p.Normalization, arrays: Mapping[str, Array]) -> tuple[Array, Array]:
    """Factor and offset per channel, in float64, that batch normalisation is at inference.

    `factor = gamma / sqrt(moving_variance + epsilon)`, `offset = beta - moving_mean·factor`.
    """
    variance = arrays["moving_variance"].astype(np.float64)
    factor = arrays.get("gamma", 1.0) / np.sqrt(variance + norm.epsilon)
    return factor, arrays.get("beta", 0.0) - arrays["moving_mean"] * factor


class BatchNorm(Affine[p.Normalization]):
    """Batch normalisation by the running statistics."""

    def load(self, arrays: Mapping[str, Array]) -> None:
        self.use(*batch_factors(self.site.primitive, arrays))


class InputNorm(Affine[p.Normalization]):
    """`(x - mean) / max(sqrt(variance), epsilon)`, as Keras's Normalization has it.

    The mean comes off first: with a variance of 0 the factor is 10 million.
    """

    def load(self, arrays: Mapping[str, Array]) -> None:
        deviation = np.sqrt(arrays["variance"].astype(np.float64))
        factor = 1 / np.maximum(deviation, self.site.primitive.epsilon)
        self.use(factor, mean=arrays["mean"])

"""How large the values of a network are, roughly: mean and mean square from layer to layer."""

from __future__ import annotations

from math import erf, exp, pi, pow, prod, sqrt
from typing import NamedTuple, assert_never

import numpy as np

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir import primitives as p

# Mean square of a gamma from 0.8 to 1.2 over a variance from 0.5 to 1.5: 1.0133 · ln 3.
_BATCH = 1.1132


class Moments(NamedTuple):
    """Mean and mean square of a map's values."""

    mean: float
    square: float

    @property
    def variance(self) -> float:
        """Mean square of the distance from the mean."""
        return max(self.square - self.mean**2, 0.0)


_NORMAL = Moments(0.0, 1.0)

# What functions with a bounded result give for a normally distributed value.
_BOUNDED = {
    "sigmoid": Moments(0.5, 0.3),
    "hard_sigmoid": Moments(0.5, 0.3),
    "tanh": Moments(0.0, 0.4),
    "hard_tanh": Moments(0.0, 0.5),
    "scaled_tanh": Moments(0.0, 0.8),
    "softsign": Moments(0.0, 0.2),
}


def arriving_squares(facts: NetworkFacts) -> dict[str, float]:
    """Estimated mean square of what every kernel multiplies, if its own result's is 1.

    By name of the kernel. Values are taken for independent and normally distributed; every kernel
    makes up for the estimate before it, so errors grow little with the depth.
    """
    moments = dict.fromkeys(facts.inputs, _NORMAL)
    found: dict[str, float] = {}
    for layer in facts.layers:
        arriving = [moments[name] for name in layer.inputs]
        for primitive in layer.node.lowered.primitives:
            match primitive:
                case p.Convolution(weight_name=name):
                    found[f"{layer.name}.{name}"] = max(arriving[0].square, 1e-12)
                case p.TransposedConvolution() | p.Dense():
                    found[f"{layer.name}.kernel"] = max(arriving[0].square, 1e-12)
                case _:
                    pass
            arriving = [_after(primitive, arriving, layer)]
        moments[layer.name] = arriving[0]
    return found


def _after(primitive: p.Primitive, arriving: list[Moments], layer: LayerFacts) -> Moments:
    """Estimated moments of what a primitive gives."""
    first = arriving[0]
    match primitive:
        case p.Convolution() | p.TransposedConvolution() | p.Dense():
            return _NORMAL
        case p.Normalization(kind=kind):
            return _normalized(kind, first, layer)
        case p.LocalResponseNormalization(alpha=alpha, beta=beta, bias=bias):
            return _scaled(first, pow(max(bias + alpha * first.square, 1e-6), -beta))
        case p.Activation(function=function):
            return _BOUNDED.get(function) or _rectified(first)
        case p.Pooling(kind=kind, size=size):
            return _pooled(kind, first, prod(size))
        case p.AdaptivePooling(kind=kind):
            return _pooled(kind, first, 1)
        case p.Maxout():
            return _pooled("max", first, 1)
        case p.Rescale(scale=scale, offset=offset):
            factor, added = float(np.mean(scale)), float(np.mean(offset))
            mean = first.mean * factor + added
            return Moments(mean, first.variance * factor**2 + mean**2)
        case p.Merge(kind=merged):
            return _merged(merged, arriving)
        case (
            p.ChannelScale()
            | p.Reshape()
            | p.Permute()
            | p.ChannelShuffle()
            | p.DepthToSpace()
            | p.SpaceToDepth()
            | p.Pad()
            | p.Crop()
            | p.Slice()
            | p.Resize()
            | p.Dropout()
            | p.Identity()
            | p.Opaque()
        ):
            return first
        case _:
            assert_never(primitive)


def _scaled(moments: Moments, factor: float) -> Moments:
    return Moments(moments.mean * factor, moments.square * factor**2)


def _rectified(moments: Moments) -> Moments:
    """The moments of `max(x, 0)` for a normally distributed x; other functions come near it."""
    mean, square = moments
    deviation = sqrt(moments.variance) or 1e-6
    z = mean / deviation
    above = (1 + erf(z / sqrt(2))) / 2
    density = deviation * exp(-z * z / 2) / sqrt(2 * pi)
    return Moments(mean * above + density, square * above + mean * density)


def _normalized(kind: p.NormKind, moments: Moments, layer: LayerFacts) -> Moments:
    match kind:
        case "layer" | "group" | "instance":
            return _NORMAL
        case "l2":
            shape = layer.input_shapes[0]
            return Moments(0.0, 1.0 / (shape[-1] if shape and shape[-1] else 1))
        case "response":
            return _scaled(moments, 2.0)  # the normalised map is added to the map itself
        case "batch" | "input":
            return Moments(moments.mean, _BATCH * moments.square)
        case _:
            assert_never(kind)


def _pooled(kind: p.PoolKind, moments: Moments, n_cells: int) -> Moments:
    match kind:
        case "max":  # the largest of four normally distributed values
            mean = moments.mean + 1.03 * sqrt(moments.variance)
            return Moments(mean, mean**2 + 0.49 * moments.variance)
        case "average":
            return Moments(moments.mean, moments.mean**2 + moments.variance / 4)
        case "sum":
            mean = n_cells * moments.mean
            return Moments(mean, mean**2 + n_cells * moments.variance)
        case _:
            assert_never(kind)


def _merged(kind: p.MergeKind, arriving: list[Moments]) -> Moments:
    means, squares = zip(*arriving, strict=True)
    variance = sum(moments.variance for moments in arriving)
    match kind:
        case "add":
            return Moments(sum(means), variance + sum(means) ** 2)
        case "subtract":
            mean = means[0] - sum(means[1:])
            return Moments(mean, variance + mean**2)
        case "multiply":
            return Moments(prod(means), prod(squares))
        case "maximum":
            return _pooled("max", max(arriving), 1)
        case "average" | "concat":
            return Moments(sum(means) / len(means), sum(squares) / len(squares))
        case _:
            assert_never(kind)

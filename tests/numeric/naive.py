"""Every primitive by its definition, in float64 and as slowly as one likes: the reference.

Arrays are batch first and channels last; weights go by their names within the layer. Nothing here
imports what it is to judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import floor
from typing import assert_never

import numpy as np

from cnncalc.ir import primitives as p
from tests.numeric import naive_functions, naive_windows
from tests.numeric.arrays import Array, Arrays


def compute(
    primitive: p.Primitive,
    inputs: Sequence[Array],
    arrays: Arrays | None = None,
    *,
    training: bool = False,
) -> Array:
    """What a primitive makes of its inputs, in float64."""
    xs = [x.astype(np.float64) for x in inputs]
    x, named = xs[0], {key: array.astype(np.float64) for key, array in (arrays or {}).items()}
    match primitive:
        case p.Convolution():
            return naive_windows.convolution(primitive, x, named)
        case p.TransposedConvolution():
            return naive_windows.transposed(primitive, x, named)
        case p.Pooling():
            return naive_windows.pooling(primitive, x)
        case p.AdaptivePooling():
            return naive_windows.adaptive(primitive, x)
        case p.Dense(bias=bias):
            product_ = np.einsum("...c,cu->...u", x, named["kernel"])
            return product_ + named["bias"] if bias else product_
        case p.Normalization():
            return normalization(primitive, x, named, training=training)
        case p.LocalResponseNormalization():
            return local_response(primitive, x)
        case p.Activation():
            return naive_functions.activation(primitive, x, named.get("alpha"))
        case p.Maxout(pieces=pieces):
            parts = [x[..., first : first + pieces] for first in range(0, x.shape[-1], pieces)]
            return np.stack([part.max(axis=-1) for part in parts], axis=-1)
        case p.ChannelScale(bias=bias, factor=factor):
            return x * (named["scale"] if factor else 1) + (named["bias"] if bias else 0)
        case p.Rescale(scale=scale, offset=offset):
            return x * np.array(scale) + np.array(offset)
        case p.Merge():
            return merge(primitive, xs)
        case p.Dropout() | p.Identity():
            return x
        case p.Opaque():
            raise NotImplementedError("nobody knows what an opaque layer computes")
        case _:
            return moved(primitive, x)


def moved(
    primitive: (
        p.Reshape
        | p.Permute
        | p.ChannelShuffle
        | p.DepthToSpace
        | p.SpaceToDepth
        | p.Pad
        | p.Crop
        | p.Slice
        | p.Resize
    ),
    x: Array,
) -> Array:
    """What is put elsewhere, or sampled."""
    match primitive:
        case p.Reshape(shape=shape):
            return x.reshape(len(x), *map(int, (size or 0 for size in shape)))
        case p.Permute(order=order):
            return x.transpose(0, *(axis + 1 for axis in order))
        case p.ChannelShuffle(groups=groups):
            size = x.shape[-1] // groups
            before = [group * size + i for i in range(size) for group in range(groups)]
            return x[..., before]
        case p.DepthToSpace(factor=factor):
            return depth_to_space(factor, x)
        case p.SpaceToDepth(factor=factor):
            return space_to_depth(factor, x)
        case p.Pad(amount=amount, mode=mode):
            name = {"zero": "constant", "reflect": "reflect", "edge": "edge"}[mode]
            return np.pad(x, [(0, 0), *amount, (0, 0)], mode=name)  # type: ignore[call-overload]
        case p.Crop(amount=amount):
            kept = [slice(a, n - b) for (a, b), n in zip(amount, x.shape[1:-1], strict=True)]
            return x[:, *kept]
        case p.Slice(axis=axis, start=start, stop=stop):
            return x.take(range(start, stop), axis=axis + 1)
        case p.Resize():
            return resize(primitive, x)
        case _:
            assert_never(primitive)


def normalization(norm: p.Normalization, x: Array, arrays: Arrays, *, training: bool) -> Array:
    """Less the mean, over the deviation, then scaled and shifted."""
    spatial = tuple(range(1, x.ndim - 1))
    gamma, beta = arrays.get("gamma", np.ones(())), arrays.get("beta", np.zeros(()))
    match norm.kind:
        case "batch" if training:
            return standard(x, (0, *spatial), norm.epsilon) * gamma + beta
        case "batch":
            mean, variance = arrays["moving_mean"], arrays["moving_variance"]
            return (x - mean) / np.sqrt(variance + norm.epsilon) * gamma + beta
        case "layer":
            axes = tuple(axis + 1 for axis in norm.axes)
            spread = [size if axis in axes else 1 for axis, size in enumerate(x.shape)]
            if norm.scale:
                gamma = gamma.reshape(spread)
            if norm.center:
                beta = beta.reshape(spread)
            return standard(x, axes, norm.epsilon) * gamma + beta
        case "group":
            grouped = x.reshape(*x.shape[:-1], norm.groups, -1)
            normal = standard(grouped, (*spatial, x.ndim), norm.epsilon)
            return normal.reshape(x.shape) * gamma + beta
        case "instance":
            return standard(x, spatial, norm.epsilon) * gamma + beta
        case "response":
            strength = np.sqrt((x**2).sum(axis=spatial, keepdims=True))
            share = strength / (strength.mean(axis=-1, keepdims=True) + norm.epsilon)
            return gamma * x * share + beta + x
        case "l2":
            length = np.sqrt((x**2).sum(axis=-1, keepdims=True))
            return x / np.maximum(length, norm.epsilon)
        case "input":
            deviation = np.maximum(np.sqrt(arrays["variance"]), norm.epsilon)
            return (x - arrays["mean"]) / deviation
        case _:
            assert_never(norm.kind)


def standard(x: Array, axes: tuple[int, ...], epsilon: float) -> Array:
    """Mean 0 and variance 1 over some axes; the variance is the biased one."""
    centred = x - x.mean(axis=axes, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=axes, keepdims=True) + epsilon)


def local_response(norm: p.LocalResponseNormalization, x: Array) -> Array:
    """Channel after channel, its neighbours cut off at the ends."""
    channels = x.shape[-1]
    out: Array = np.empty_like(x)
    for c in range(channels):
        first = c - norm.size // 2
        near = [k for k in range(first, first + norm.size) if 0 <= k < channels]
        strength = (x[..., near] ** 2).sum(axis=-1)
        out[..., c] = x[..., c] / (norm.bias + norm.alpha / norm.size * strength) ** norm.beta
    return out


def merge(merged: p.Merge, xs: Sequence[Array]) -> Array:
    """Value by value, vectors and 1×1×C spread over the map; or one behind the other."""
    if merged.kind == "concat":
        return np.concatenate(xs, axis=merged.axis + 1)
    rank = max(x.ndim for x in xs)
    wide = [x.reshape(len(x), *(1,) * (rank - x.ndim), *x.shape[1:]) for x in xs]
    out = wide[0]
    for x in wide[1:]:
        match merged.kind:
            case "add" | "average":
                out = out + x
            case "multiply":
                out = out * x
            case "subtract":
                out = out - x
            case "maximum":
                out = np.maximum(out, x)
            case _:
                assert_never(merged.kind)
    return out / len(xs) if merged.kind == "average" else out


def depth_to_space(factor: int, x: Array) -> Array:
    """Channel c·block + offset goes to the offset in the block, in output channel c."""
    block = list(product(range(factor), repeat=x.ndim - 2))
    sizes = [factor * size for size in x.shape[1:-1]]
    out: Array = np.empty((len(x), *sizes, x.shape[-1] // len(block)))
    for number, offset in enumerate(block):
        target = (slice(None), *(slice(first, None, factor) for first in offset))
        out[target] = x[..., number :: len(block)]
    return out


def space_to_depth(factor: int, x: Array) -> Array:
    """The cells of a block one after the other, each with all its channels."""
    cells = [
        x[(slice(None), *(slice(first, None, factor) for first in offset))]
        for offset in product(range(factor), repeat=x.ndim - 2)
    ]
    return np.concatenate(cells, axis=-1)


def resize(resized: p.Resize, x: Array) -> Array:
    """Along one axis after the other; a place between two cells is shared by their distances."""
    for axis, size in enumerate(resized.size, start=1):
        assert size is not None
        x = np.stack([sampled(resized, x, axis, u, size) for u in range(size)], axis=axis)
    return x


def sampled(resized: p.Resize, x: Array, axis: int, u: int, size: int) -> Array:
    """What output cell `u` of `size` along an axis sees."""
    width = x.shape[axis]
    if resized.mode == "nearest":
        return x.take(u * width // size, axis=axis)  # PyTorch's `nearest`, not its `nearest-exact`
    if resized.align_corners:
        place = Fraction(u * (width - 1), size - 1) if size > 1 else Fraction(0)
    else:
        place = (u + Fraction(1, 2)) * Fraction(width, size) - Fraction(1, 2)
    place = min(max(place, Fraction(0)), Fraction(width - 1))
    first = floor(place)
    share = float(place - first)
    second = min(first + 1, width - 1)
    return (1 - share) * x.take(first, axis=axis) + share * x.take(second, axis=axis)

"""A layer graph with its weights computed by Keras: every layer's values.

Where the spec says `same`, Keras does so too, and its own uneven padding is what counts; numeric
padding goes before. All is float32: on JAX Keras takes float64 back to it in the middle of things.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import pytest

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Pair
from tests.numeric import graphs
from tests.numeric.arrays import Array, Arrays
from tests.numeric.keras_functions import activation
from tests.oracles.keras_builder import Unsupported
from tests.properties.naive import window_starts

keras: Any = pytest.importorskip("keras")
ops: Any = keras.ops

__all__ = ["Unsupported", "compute", "evaluate"]


def evaluate(facts: NetworkFacts, weights: Arrays, inputs: Arrays) -> dict[str, Array]:
    """The output of every layer in float32, batch first and channels last.

    Raises:
        Unsupported: Keras cannot compute one.
    """

    def apply(step: graphs.Step, tensors: Sequence[Any], arrays: Arrays) -> Any:
        same = getattr(step.node.layer, "padding", None) == "same" and step.position == 0
        return _apply(step.primitive, tensors, _tensors(arrays), same)

    return graphs.evaluate(facts, weights, inputs, apply, _tensor, ops.convert_to_numpy)


def compute(
    primitive: p.Primitive,
    inputs: Sequence[Array],
    arrays: Arrays | None = None,
    *,
    same: bool = False,
) -> Array:
    """What one primitive makes of its inputs, in float32; `same` pads as Keras does."""
    found = _apply(primitive, list(map(_tensor, inputs)), _tensors(arrays or {}), same)
    return ops.convert_to_numpy(found)


def _tensor(x: Array) -> Any:
    return ops.convert_to_tensor(x, "float32")


def _tensors(arrays: Arrays) -> dict[str, Any]:
    return {name: _tensor(array) for name, array in arrays.items()}


def _apply(
    primitive: p.Primitive, tensors: Sequence[Any], arrays: dict[str, Any], same: bool
) -> Any:
    x = tensors[0]
    match primitive:
        case p.Convolution():
            return _convolution(primitive, x, arrays, same)
        case p.TransposedConvolution():
            return _transposed(primitive, x, arrays, same)
        case p.Pooling():
            return _pooling(primitive, x, same and not primitive.ceil)
        case p.AdaptivePooling(kind=kind, size=size):
            if max(size) > 1:
                # its windows' ends are floats, rounded up, and 7.0000005 becomes 8
                raise Unsupported("exact adaptive pooling")
            if kind == "sum":
                raise Unsupported("an adaptive sum")
            function = ops.adaptive_max_pool if kind == "max" else ops.adaptive_average_pool
            return function(x, size, data_format="channels_last")
        case p.Dense(bias=bias):
            found = ops.matmul(x, arrays["kernel"])
            return found + arrays["bias"] if bias else found
        case p.Normalization():
            return _normalization(primitive, x, arrays)
        case p.Activation():
            return activation(keras, primitive, x, arrays.get("alpha"))
        case p.Maxout(pieces=pieces):
            return ops.max(ops.reshape(x, (*x.shape[:-1], -1, pieces)), axis=-1)
        case p.ChannelScale(bias=bias, factor=factor):
            return x * (arrays["scale"] if factor else 1) + (arrays["bias"] if bias else 0)
        case p.Rescale(scale=scale, offset=offset):
            layer = keras.layers.Rescaling(list(scale), list(offset))
            return layer(x)
        case p.Merge():
            return _merge(primitive, tensors)
        case p.Dropout() | p.Identity():
            return x
        case _:
            return _moved(primitive, x)


def _moved(primitive: p.Primitive, x: Any) -> Any:
    match primitive:
        case p.Reshape(shape=shape):
            return ops.reshape(x, (len(x), *shape))
        case p.Permute(order=order):
            return ops.transpose(x, (0, *(axis + 1 for axis in order)))
        case p.ChannelShuffle(groups=groups):
            split = ops.reshape(x, (*x.shape[:-1], groups, -1))
            return ops.reshape(ops.swapaxes(split, -1, -2), x.shape)
        case p.SpaceToDepth(factor=factor) if x.ndim == 4:
            return ops.space_to_depth(x, factor, data_format="channels_last")
        case p.DepthToSpace(factor=factor) if x.ndim == 4:
            # TensorFlow numbers the channels (i·r + j)·C + c
            split = ops.reshape(x, (*x.shape[:-1], -1, factor**2))
            numbered = ops.reshape(ops.swapaxes(split, -1, -2), x.shape)
            return ops.depth_to_space(numbered, factor, data_format="channels_last")
        case p.Pad(amount=amount, mode=mode):
            if mode == "edge":
                raise Unsupported("repeating the edge")
            return ops.pad(x, _around(amount), {"zero": "constant"}.get(mode, mode))
        case p.Crop(amount=amount):
            return x[_inner(x, amount)]
        case p.Slice(axis=axis, start=start, stop=stop):
            return x[(slice(None),) * (axis + 1) + (slice(start, stop),)]
        case p.Resize(size=size, mode=mode, align_corners=False) if x.ndim == 4:
            if mode == "nearest" and any(
                cells % n for n, cells in zip(x.shape[1:-1], size, strict=True)
            ):
                raise Unsupported("PyTorch's nearest cell")
            return ops.image.resize(x, size, mode, data_format="channels_last")
        case _:
            raise Unsupported(type(primitive).__name__)


def _around(pads: tuple[Pair, ...]) -> list[Pair]:
    return [(0, 0), *pads, (0, 0)]


def _inner(x: Any, cuts: tuple[Pair, ...]) -> tuple[slice, ...]:
    kept = (slice(a, n - b) for (a, b), n in zip(cuts, x.shape[1:-1], strict=True))
    return (slice(None), *kept)


def _convolution(conv: p.Convolution, x: Any, arrays: dict[str, Any], same: bool) -> Any:
    kernel = arrays[conv.weight_name]
    options = {
        "strides": conv.stride,
        "padding": "same" if same else "valid",
        "dilation_rate": conv.dilation,
        "data_format": "channels_last",
    }
    x = x if same else ops.pad(x, _around(conv.padding))
    if conv.connections is not None:
        maps, first = [], 0
        for seen in conv.connections:
            own = kernel[..., first : first + len(seen), None]
            maps.append(ops.conv(ops.take(x, list(seen), axis=-1), own, **options))
            first += len(seen)
        found = ops.concatenate(maps, axis=-1)
    elif conv.groups == x.shape[-1] > 1 and len(conv.kernel) < 3:
        depthwise = ops.reshape(kernel, (*conv.kernel, conv.groups, -1))
        found = ops.depthwise_conv(x, depthwise, **options)
    else:
        found = ops.conv(x, kernel, **options)
    return found + arrays["bias"] if conv.bias else found


def _transposed(conv: p.TransposedConvolution, x: Any, arrays: dict[str, Any], same: bool) -> Any:
    if conv.groups > 1:
        raise Unsupported("groups of a transposed convolution")
    if max(conv.stride) > 1 and max(conv.dilation) > 1:
        raise Unsupported("dilation where something strides")
    found = ops.conv_transpose(
        x,
        ops.swapaxes(arrays["kernel"], -1, -2),
        strides=conv.stride,
        padding="same" if same else "valid",
        dilation_rate=conv.dilation,
        data_format="channels_last",
    )
    if not same:
        found = _framed(conv, found)
    return found + arrays["bias"] if conv.bias else found


def _framed(conv: p.TransposedConvolution, x: Any) -> Any:
    """Keras's `valid` gives W·S + max(F_eff - S, 0) cells; as many as are wanted."""
    columns = zip(
        conv.kernel, conv.stride, conv.dilation, conv.padding, conv.output_padding, strict=True
    )
    cuts = []
    for kernel, stride, dilation, (begin, end), added in columns:
        spare = max(stride - (dilation * (kernel - 1) + 1), 0)
        cuts.append((begin, end + spare - added))
    missing = tuple((0, max(-end, 0)) for _, end in cuts)
    x = ops.pad(x, _around(missing))
    return x[_inner(x, tuple((begin, max(end, 0)) for begin, end in cuts))]


def _pooling(pool: p.Pooling, x: Any, same: bool) -> Any:
    if max(pool.dilation) > 1:
        raise Unsupported("dilated pooling")
    window = {"pool_size": pool.size, "strides": pool.stride, "data_format": "channels_last"}
    function = ops.max_pool if pool.kind == "max" else ops.average_pool
    if same and not pool.count_padding and pool.kind != "sum":
        return function(x, padding="same", **window)
    ends = []
    axes = zip(x.shape[1:-1], pool.size, pool.stride, pool.padding, strict=True)
    for size, k, s, (begin, end) in axes:
        starts = window_starts(size, k, s, 1, begin, end, ceil=pool.ceil) or [-begin]
        ends.append((begin, starts[-1] + k - size))

    def pooled(map_: Any, value: float) -> Any:
        grown = tuple((begin, max(end, 0)) for begin, end in ends)
        cut = tuple((0, max(-end, 0)) for _, end in ends)
        whole = ops.pad(map_, _around(grown), constant_values=value)
        return function(whole[_inner(whole, cut)], padding="valid", **window)

    if pool.kind == "max":
        return pooled(x, float("-inf"))
    total = pooled(x, 0.0) * prod(pool.size)
    if pool.kind == "sum":
        return total
    if not pool.count_padding:
        return total / (pooled(ops.ones_like(x), 0.0) * prod(pool.size))
    if pool.ceil:
        raise Unsupported("rounding up where padding counts")
    return total / prod(pool.size)


def _normalization(norm: p.Normalization, x: Any, arrays: dict[str, Any]) -> Any:
    gamma, beta = arrays.get("gamma"), arrays.get("beta")
    match norm.kind:
        case "batch":
            moments = arrays["moving_mean"], arrays["moving_variance"]
            return ops.batch_normalization(x, *moments, -1, beta, gamma, norm.epsilon)
        case "layer":
            return _layer_normalization(norm, x, gamma, beta)
        case "group" | "instance":
            groups = norm.groups if norm.kind == "group" else -1
            layer = keras.layers.GroupNormalization(
                groups, -1, norm.epsilon, center=norm.center, scale=norm.scale
            )
            layer.build(x.shape)
            layer.set_weights([array for array in (gamma, beta) if array is not None])
            return layer(x)
        case "l2":
            return ops.normalize(x, axis=-1, order=2, epsilon=norm.epsilon)
        case "input":
            mean, variance = (ops.convert_to_numpy(arrays[key]) for key in ("mean", "variance"))
            return keras.layers.Normalization(-1, mean, variance)(x)
        case _:
            raise Unsupported(f"{norm.kind} norm")


def _layer_normalization(norm: p.Normalization, x: Any, gamma: Any, beta: Any) -> Any:
    layer = keras.layers.LayerNormalization(
        axis=[axis + 1 for axis in norm.axes],
        epsilon=norm.epsilon,
        center=norm.center,
        scale=norm.scale,
    )
    layer.build(x.shape)
    layer.set_weights([array for array in (gamma, beta) if array is not None])
    return layer(x)


def _merge(merge: p.Merge, tensors: Sequence[Any]) -> Any:
    if merge.kind == "concat":
        return ops.concatenate(list(tensors), axis=merge.axis + 1)
    rank = max(tensor.ndim for tensor in tensors)
    full = [ops.reshape(t, (len(t), *(1,) * (rank - t.ndim), *t.shape[1:])) for t in tensors]
    if merge.kind == "subtract" and len(full) > 2:
        full = [full[0], sum(full[2:], full[1])]
    return getattr(keras.layers, merge.kind.capitalize())()(full)

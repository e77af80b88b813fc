"""A layer graph with its weights computed by PyTorch: every layer's values.

Tensors are channels last between the primitives, and channels first inside them. Padding that
PyTorch's functions lack is added, or cut off, by hand.
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
from tests.numeric.torch_functions import activation
from tests.oracles.torch_builder import Unsupported, even
from tests.properties.naive import effective, window_starts

torch: Any = pytest.importorskip("torch")
f: Any = torch.nn.functional

torch.set_num_threads(1)  # where others compute too, its threads wait for each other

__all__ = ["Unsupported", "compute", "evaluate"]


def evaluate(
    facts: NetworkFacts, weights: Arrays, inputs: Arrays, dtype: str, *, training: bool = False
) -> dict[str, Array]:
    """The output of every layer, batch first and channels last.

    Raises:
        Unsupported: PyTorch cannot compute one.
    """

    def apply(step: graphs.Step, tensors: Sequence[Any], arrays: Arrays) -> Any:
        return _apply(step.primitive, tensors, _tensors(arrays, dtype), training)

    with torch.inference_mode():
        return graphs.evaluate(
            facts, weights, inputs, apply, lambda x: _tensor(x, dtype), lambda x: x.numpy()
        )


def compute(
    primitive: p.Primitive,
    inputs: Sequence[Array],
    arrays: Arrays | None = None,
    *,
    dtype: str = "float64",
    training: bool = False,
) -> Array:
    """What one primitive makes of its inputs."""
    tensors = [_tensor(x, dtype) for x in inputs]
    with torch.inference_mode():
        return _apply(primitive, tensors, _tensors(arrays or {}, dtype), training).numpy()


def _tensor(x: Array, dtype: str) -> Any:
    return torch.as_tensor(x).to(getattr(torch, dtype))


def _tensors(arrays: Arrays, dtype: str) -> dict[str, Any]:
    return {name: _tensor(array, dtype) for name, array in arrays.items()}


def _first(x: Any) -> Any:
    return x.movedim(-1, 1)


def _last(x: Any) -> Any:
    return x.movedim(1, -1)


def pad(x: Any, pads: tuple[Pair, ...], value: float = 0.0, mode: str = "constant") -> Any:
    """Cells added around a map, channels first; negative ones are cut off."""
    if not any(map(any, pads)):
        return x
    flat = [cells for pair in reversed(pads) for cells in pair]
    return f.pad(x, flat, mode=mode, value=value) if mode == "constant" else f.pad(x, flat, mode)


def _apply(
    primitive: p.Primitive, tensors: Sequence[Any], arrays: dict[str, Any], training: bool
) -> Any:
    x = tensors[0]
    rank = x.ndim - 2
    match primitive:
        case p.Convolution():
            return _last(_convolution(primitive, _first(x), arrays))
        case p.TransposedConvolution():
            return _last(_transposed(primitive, _first(x), arrays))
        case p.Pooling():
            return _last(_pooling(primitive, _first(x)))
        case p.AdaptivePooling(kind=kind, size=size):
            if kind == "sum":
                raise Unsupported("an adaptive sum")
            name = "adaptive_max_pool" if kind == "max" else "adaptive_avg_pool"
            return _last(getattr(f, f"{name}{rank}d")(_first(x), size))
        case p.Dense(bias=bias):
            return f.linear(x, arrays["kernel"].T, arrays["bias"] if bias else None)
        case p.Normalization():
            return _normalization(primitive, x, arrays, training)
        case p.LocalResponseNormalization(size=size, alpha=alpha, beta=beta, bias=k):
            cells = _first(x.reshape(len(x), -1, x.shape[-1]))
            return _last(f.local_response_norm(cells, size, alpha, beta, k)).reshape(x.shape)
        case p.Activation():
            return activation(torch, primitive, x, arrays.get("alpha"))
        case p.Maxout(pieces=pieces):
            return x.unflatten(-1, (-1, pieces)).amax(-1)
        case p.ChannelScale(bias=bias, factor=factor):
            return x * (arrays["scale"] if factor else 1) + (arrays["bias"] if bias else 0)
        case p.Rescale(scale=scale, offset=offset):
            return x * torch.tensor(scale, dtype=x.dtype) + torch.tensor(offset, dtype=x.dtype)
        case p.Merge(kind="concat", axis=axis):
            return torch.cat(list(tensors), axis + 1)
        case p.Merge():
            return _merge(primitive.kind, tensors)
        case p.Dropout() | p.Identity():
            return x
        case _:
            return _moved(primitive, x, rank)


def _moved(primitive: p.Primitive, x: Any, rank: int) -> Any:
    match primitive:
        case p.Reshape(shape=shape):
            return x.reshape(len(x), *shape)
        case p.Permute(order=order):
            return x.permute(0, *(axis + 1 for axis in order))
        case p.ChannelShuffle(groups=groups):
            cells = _first(x.reshape(len(x), -1, x.shape[-1]))
            return _last(f.channel_shuffle(cells, groups)).reshape(x.shape)
        case p.DepthToSpace(factor=factor) if rank == 2:
            return _last(f.pixel_shuffle(_first(x), factor))
        case p.SpaceToDepth(factor=factor) if rank == 2:
            # PyTorch numbers the channels c·r² + i·r + j
            unshuffled = _last(f.pixel_unshuffle(_first(x), factor))
            return unshuffled.unflatten(-1, (x.shape[-1], -1)).transpose(-1, -2).flatten(-2)
        case p.Pad(amount=amount, mode=mode):
            name = {"zero": "constant", "edge": "replicate"}.get(mode, mode)
            return _last(pad(_first(x), amount, mode=name))
        case p.Crop(amount=amount):
            return _last(pad(_first(x), tuple((-begin, -end) for begin, end in amount)))
        case p.Slice(axis=axis, start=start, stop=stop):
            return x.narrow(axis + 1, start, stop - start)
        case p.Resize(size=size, mode="nearest"):
            return _last(f.interpolate(_first(x), size, mode="nearest"))
        case p.Resize(size=size, align_corners=corners):
            name = ("linear", "bilinear", "trilinear")[rank - 1]
            return _last(f.interpolate(_first(x), size, mode=name, align_corners=corners))
        case _:
            raise Unsupported(f"{type(primitive).__name__} of rank {rank}")


def _convolution(conv: p.Convolution, x: Any, arrays: dict[str, Any]) -> Any:
    kernel, bias = arrays[conv.weight_name], arrays["bias"] if conv.bias else None
    function = getattr(f, f"conv{x.ndim - 2}d")
    pads = even(conv.padding)
    x, pads = (x, pads) if pads else (pad(x, conv.padding), (0,) * (x.ndim - 2))
    options = {"stride": conv.stride, "padding": pads, "dilation": conv.dilation}
    if conv.connections is None:
        order = (-1, -2, *range(x.ndim - 2))
        return function(x, kernel.permute(order), bias, groups=conv.groups, **options)
    maps, first = [], 0
    for seen in conv.connections:
        own = kernel[..., first : first + len(seen)].movedim(-1, 0)[None]
        maps.append(function(x[:, list(seen)], own, **options))
        first += len(seen)
    return _shifted(torch.cat(maps, 1), bias)


def _shifted(x: Any, bias: Any) -> Any:
    return x if bias is None else x + bias.reshape(-1, *(1,) * (x.ndim - 2))


def _transposed(conv: p.TransposedConvolution, x: Any, arrays: dict[str, Any]) -> Any:
    kernel, bias = arrays["kernel"], arrays["bias"] if conv.bias else None
    *taps, inside, _ = kernel.shape
    # (*k, in / groups, out) to (in, out / groups, *k)
    parts = kernel.reshape(*taps, inside, conv.groups, -1).movedim((-2, -3, -1), (0, 1, 2))
    flat = parts.reshape(inside * conv.groups, -1, *taps)
    function = getattr(f, f"conv_transpose{x.ndim - 2}d")
    options = {"stride": conv.stride, "dilation": conv.dilation, "groups": conv.groups}
    pads, added = even(conv.padding), conv.output_padding
    within = zip(added, conv.stride, conv.dilation, strict=True)
    if pads and all(more < max(s, d) for more, s, d in within):
        return function(x, flat, bias, padding=pads, output_padding=added, **options)
    cuts = tuple(
        (-begin, more - end) for (begin, end), more in zip(conv.padding, added, strict=True)
    )
    return _shifted(pad(function(x, flat, **options), cuts), bias)


def _pooling(pool: p.Pooling, x: Any) -> Any:
    """PyTorch pads both sides alike, by half a window at most; other padding is put on by hand."""
    rank, pads = x.ndim - 2, even(pool.padding)
    name = f"{'max' if pool.kind == 'max' else 'avg'}_pool{rank}d"
    function = getattr(f, name)
    reach = [effective(k, d) for k, d in zip(pool.size, pool.dilation, strict=True)]
    fits = pads is not None and all(2 * n <= k for n, k in zip(pads, pool.size, strict=True))
    wide = all(n >= k for n, k in zip(x.shape[2:], reach, strict=True))
    if not fits or not (wide or name != "avg_pool3d") or pool.kind == "sum":
        return _pooled_by_hand(pool, x, function)
    options = {"stride": pool.stride, "padding": pads, "ceil_mode": pool.ceil}
    if pool.kind == "max":
        return function(x, pool.size, dilation=pool.dilation, **options)
    return function(x, pool.size, count_include_pad=pool.count_padding, **options)


def _pooled_by_hand(pool: p.Pooling, x: Any, function: Any) -> Any:
    """So much around the map that every window is whole; means divide by what they have counted."""
    ends = []
    axes = zip(x.shape[2:], pool.size, pool.stride, pool.dilation, pool.padding, strict=True)
    for size, k, s, d, (begin, end) in axes:
        starts = window_starts(size, k, s, d, begin, end, ceil=pool.ceil) or [-begin]
        ends.append((begin, starts[-1] + effective(k, d) - size))
    if pool.kind == "max":
        whole = pad(x, tuple(ends), value=float("-inf"))
        return function(whole, pool.size, pool.stride, dilation=pool.dilation)
    if max(pool.dilation) > 1:
        raise Unsupported("means of dilated windows")
    total = function(pad(x, tuple(ends)), pool.size, pool.stride)
    if pool.kind == "sum":
        return total * prod(pool.size)
    ones = pad(torch.ones_like(x), pool.padding, value=float(pool.count_padding))
    beyond = tuple((0, end - pair[1]) for (_, end), pair in zip(ends, pool.padding, strict=True))
    shares = function(pad(ones, beyond), pool.size, pool.stride)
    if not shares.all():
        raise Unsupported("means of nothing")
    return total / shares


def _normalization(norm: p.Normalization, x: Any, arrays: dict[str, Any], training: bool) -> Any:
    try:
        return _normalized(norm, x, arrays, training)
    except ValueError as error:
        if "Expected more than 1" not in str(error):
            raise
        raise Unsupported("moments of a single value") from None


def _normalized(norm: p.Normalization, x: Any, arrays: dict[str, Any], training: bool) -> Any:
    gamma = arrays["gamma"] if norm.scale and norm.kind not in ("l2", "input") else None
    beta = arrays["beta"] if norm.center and norm.kind not in ("l2", "input") else None
    match norm.kind:
        case "batch" if training:
            found = f.batch_norm(_first(x), None, None, gamma, beta, True, eps=norm.epsilon)
            return _last(found)
        case "batch":
            moments = arrays["moving_mean"], arrays["moving_variance"]
            return _last(f.batch_norm(_first(x), *moments, gamma, beta, eps=norm.epsilon))
        case "layer":
            axes, behind = [axis + 1 for axis in norm.axes], range(-len(norm.axes), 0)
            spanned = [x.shape[axis] for axis in axes]
            moved = x.movedim(axes, list(behind))
            found = f.layer_norm(moved, spanned, gamma, beta, norm.epsilon)
            return found.movedim(list(behind), axes)
        case "group":
            return _last(f.group_norm(_first(x), norm.groups, gamma, beta, norm.epsilon))
        case "instance":
            found = f.instance_norm(_first(x), weight=gamma, bias=beta, eps=norm.epsilon)
            return _last(found)
        case "response":
            strength = torch.norm(x, p=2, dim=tuple(range(1, x.ndim - 1)), keepdim=True)
            share = strength / (strength.mean(dim=-1, keepdim=True) + norm.epsilon)
            return gamma * (x * share) + beta + x
        case "l2":
            return f.normalize(x, dim=-1, eps=norm.epsilon)
        case "input":
            return (x - arrays["mean"]) / arrays["variance"].sqrt().clamp(min=norm.epsilon)


def _merge(kind: p.MergeKind, tensors: Sequence[Any]) -> Any:
    rank = max(tensor.ndim for tensor in tensors)
    full = [t.reshape(len(t), *(1,) * (rank - t.ndim), *t.shape[1:]) for t in tensors]
    match kind:
        case "add":
            return sum(full[1:], full[0])
        case "multiply":
            return prod(full[1:], start=full[0])
        case "subtract":
            return full[0] - sum(full[2:], full[1])
        case "maximum":
            return torch.stack(torch.broadcast_tensors(*full)).amax(0)
        case _:
            return torch.stack(full).mean(0)

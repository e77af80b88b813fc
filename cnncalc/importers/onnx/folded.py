"""Operations of ONNX on arrays of NumPy, for the constants that a graph computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cnncalc.importers.onnx.tensors import dtype_name
from cnncalc.importers.onnx.values import Array

_MOST = 1_000_000
_Function = Callable[..., Array]


def divide(a: Array, b: Array) -> Array:
    """A quotient; that of integers is cut off towards zero."""
    if a.dtype.kind in "iu" and b.dtype.kind in "iu":
        quotient = np.abs(a) // np.abs(b)
        return (quotient * np.sign(a) * np.sign(b)).astype(a.dtype)
    return np.divide(a, b)


def reduction(name: str, attributes: dict[str, Any]) -> _Function:
    """A reduction over axes that are an attribute or an input."""

    def reduce(x: Array, axes: Array | None = None) -> Array:
        over = attributes.get("axes")
        if axes is not None:
            over = axes.tolist()
        if not over and attributes.get("noop_with_empty_axes"):
            return x
        keeps = bool(attributes.get("keepdims", 1))
        result: Array = getattr(np, name)(x, axis=tuple(over) if over else None, keepdims=keeps)
        return np.asarray(result, x.dtype)

    return reduce


def moving(op: str, attributes: dict[str, Any], opset: int) -> _Function | None:
    """An operation that moves values; None for one that is not computed."""
    axis = attributes.get("axis", 0)
    match op:
        case "Identity" | "Dropout":
            return lambda x, *_: x
        case "Cast":
            return lambda x: x.astype(dtype_name(attributes["to"]))
        case "CastLike":
            return lambda x, like: x.astype(like.dtype)
        case "Concat":
            return lambda *xs: np.concatenate(xs, axis=axis)
        case "Gather":
            return lambda x, indices: np.take(x, indices, axis=axis)
        case "Transpose":
            return lambda x: np.transpose(x, attributes.get("perm"))
        case "Shape":
            return lambda x: np.array(x.shape[_range(attributes)], np.int64)
        case "Size":
            return lambda x: np.array(x.size, np.int64)
        case "Where":
            return np.where
        case "Range":
            return _numbers
        case "Expand":
            return _expanded
        case "Tile":
            return _tiled
        case "Reshape":
            return lambda x, shape=None: _reshaped(x, shape, attributes)
        case "Flatten":
            axis = attributes.get("axis", 1)
            return lambda x: x.reshape(int(np.prod(x.shape[:axis])), -1)
        case "Squeeze":
            return lambda x, axes=None: np.squeeze(x, _axes(axes, attributes))
        case "Unsqueeze":
            return lambda x, axes=None: np.expand_dims(x, _axes(axes, attributes) or ())
        case "Slice":
            return lambda x, *bounds: _sliced(x, bounds, attributes)
        case "NonZero":
            return lambda x: np.array(np.nonzero(x), np.int64)
        case "ScatterND":
            return _scattered
        case "DequantizeLinear":
            return lambda x, scale, zero=None: _dequantized(x, scale, zero, attributes)
        case _:
            return None


def _range(attributes: dict[str, Any]) -> slice:
    return slice(attributes.get("start", 0), attributes.get("end"))


def _axes(axes: Array | None, attributes: dict[str, Any]) -> tuple[int, ...] | None:
    if axes is not None:
        return tuple(np.atleast_1d(axes).tolist())
    return tuple(attributes["axes"]) if "axes" in attributes else None


def _numbers(start: Array, limit: Array, delta: Array) -> Array:
    if (limit - start) / delta > _MOST:
        raise ValueError("too many numbers")
    numbers: Array = np.arange(start.item(), limit.item(), delta.item(), dtype=start.dtype)
    return numbers


def _expanded(x: Array, shape: Array) -> Array:
    target = np.broadcast_shapes(x.shape, tuple(shape.tolist()))
    if float(np.prod(target, dtype=float)) > _MOST:
        raise ValueError("too many values")
    return np.broadcast_to(x, target)


def _tiled(x: Array, repeats: Array) -> Array:
    if float(np.prod(repeats, dtype=float)) * x.size > _MOST:
        raise ValueError("too many values")
    return np.tile(x, repeats)


def _reshaped(x: Array, shape: Array | None, attributes: dict[str, Any]) -> Array:
    wanted = attributes["shape"] if shape is None else shape.tolist()
    if not attributes.get("allowzero"):
        wanted = [x.shape[k] if size == 0 else size for k, size in enumerate(wanted)]
    return x.reshape(wanted)


def _sliced(x: Array, bounds: tuple[Array | None, ...], attributes: dict[str, Any]) -> Array:
    if "starts" in attributes:
        starts, ends = attributes["starts"], attributes["ends"]
        axes, steps = attributes.get("axes"), None
    else:
        starts, ends, axes, steps = (
            None if bound is None else bound.tolist() for bound in (*bounds, None, None)[:4]
        )
    axes = range(len(starts)) if axes is None else axes
    steps = [1] * len(starts) if steps is None else steps
    cut = [slice(None)] * x.ndim
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        cells = range(x.shape[axis])[start:end:step]
        stop = cells.stop if cells.stop >= 0 else None
        cut[axis] = slice(cells.start, stop, cells.step) if len(cells) else slice(0, 0)
    return x[tuple(cut)]


def _scattered(data: Array, indices: Array, updates: Array) -> Array:
    result = data.copy()
    for place in np.ndindex(*indices.shape[:-1]):
        result[tuple(indices[place])] = updates[place]
    return result


def _dequantized(x: Array, scale: Array, zero: Array | None, attributes: dict[str, Any]) -> Array:
    """Integers as the real numbers that they stand for."""
    shape = [1] * x.ndim
    if scale.size > 1:
        shape[attributes.get("axis", 1)] = scale.size
    values = x.astype(np.float32)
    if zero is not None:
        values = values - zero.astype(np.float32).reshape(shape if zero.size > 1 else ())
    return values * scale.reshape(shape if scale.size > 1 else ())

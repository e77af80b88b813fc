"""The output shape of every primitive, and the windows that it slides."""

from __future__ import annotations

from math import inf
from typing import NamedTuple, assert_never

from cnncalc.ir import primitives as p
from cnncalc.ir.faults import (
    BadValue,
    ElementCount,
    EmptyOutput,
    Indivisible,
    InputRank,
    MergeMismatch,
)
from cnncalc.ir.shapes import LARGEST, Pair, Shape, Size, Sizes, axis_name, n_elements
from cnncalc.ir.windows import Window, slide, transposed_size


class Inferred(NamedTuple):
    """What a primitive makes of its inputs: the output's shape, and one window per spatial axis."""

    shape: Shape
    windows: tuple[Window, ...] = ()


def infer(primitive: p.Primitive, inputs: tuple[Shape, ...]) -> Inferred:
    """Shape that `primitive` gives for inputs of these shapes.

    Raises:
        Fault: The shapes do not suit the primitive, or the output is larger than is allowed.
    """
    inferred = _infer(primitive, inputs)
    for axis, size in enumerate(inferred.shape):
        if size is not None and size > LARGEST:
            rank = len(inferred.shape) - 1
            what = axis_name(rank, axis) if axis < rank else "channels"
            raise BadValue("", f"the output's {what} would be over 10^15, the largest size allowed")
    return inferred


def _infer(primitive: p.Primitive, inputs: tuple[Shape, ...]) -> Inferred:
    shape = inputs[0]
    match primitive:
        case p.Convolution():
            return _convolution(primitive, shape)
        case p.TransposedConvolution():
            return Inferred(_transposed(primitive, shape))
        case p.Pooling():
            return _slide(primitive, primitive.size, shape, shape[-1], ceil=primitive.ceil)
        case p.AdaptivePooling(size=size):
            _need_axes(len(size), shape)
            return Inferred((*size, shape[-1]))
        case p.Dense(units=units):
            return Inferred((*shape[:-1], units))
        case p.Normalization(kind="group", groups=groups):
            _divide("groups", groups, "channels", shape[-1])
            return Inferred(shape)
        case p.Maxout(pieces=pieces):
            return Inferred((*shape[:-1], _divide("pieces", pieces, "channels", shape[-1])))
        case p.Merge(kind="concat", axis=axis):
            return Inferred(_concat(inputs, axis))
        case p.Merge():
            return Inferred(_merge(primitive.kind, inputs))
        case p.Reshape(shape=target):
            before, after = n_elements(shape), n_elements(target)
            if before is not None and after is not None and before != after:
                raise ElementCount(shape, target)
            return Inferred(target)
        case p.Permute(order=order):
            if len(order) != len(shape):
                raise BadValue("order", _length("order", len(order), len(shape), "axis"))
            return Inferred(tuple(shape[axis] for axis in order))
        case p.ChannelShuffle(groups=groups):
            _divide("groups", groups, "channels", shape[-1])
            return Inferred(shape)
        case p.DepthToSpace(factor=factor):
            _need_map(shape)
            block = factor ** (len(shape) - 1)
            channels = _divide(f"factor^{len(shape) - 1}", block, "channels", shape[-1])
            return Inferred((*_scaled(shape[:-1], factor), channels))
        case p.SpaceToDepth(factor=factor):
            return Inferred(_space_to_depth(factor, shape))
        case p.Pad(amount=amount):
            return Inferred(_pad(primitive, amount, shape))
        case p.Crop(amount=amount):
            return Inferred(_crop(amount, shape))
        case p.Slice():
            return Inferred(_slice(primitive, shape))
        case p.Resize(size=size):
            _need_axes(len(size), shape)
            return Inferred((*size, shape[-1]))
        case p.Opaque(output=output):
            return Inferred(output)
        case (
            p.Normalization()
            | p.LocalResponseNormalization()
            | p.Activation()
            | p.ChannelScale()
            | p.Rescale()
            | p.Dropout()
            | p.Identity()
        ):
            return Inferred(shape)
        case _:
            assert_never(primitive)


def _need_axes(rank: int, shape: Shape) -> None:
    if len(shape) - 1 != rank:
        raise InputRank(f"{rank} spatial axes and channels", shape)


def _need_map(shape: Shape) -> None:
    if len(shape) < 2:
        raise InputRank("a map with spatial axes", shape)


def _divide(field: str, divisor: int, what: str, dividend: Size) -> Size:
    if dividend is None:
        return None
    if dividend % divisor:
        raise Indivisible(field, divisor, what, dividend)
    return dividend // divisor


def _length(field: str, received: int, expected: int, unit: str) -> str:
    return f"{field} has {received} entries, but {expected} are needed, one per {unit}"


def _check_sizes(sizes: tuple[Size, ...], windows: tuple[Window, ...] = ()) -> None:
    for axis, size in enumerate(sizes):
        if size is not None and size < 1:
            raise EmptyOutput(axis, len(sizes), size, windows[axis] if windows else None)


def _slide(
    primitive: p.Convolution | p.Pooling,
    kernel: Sizes,
    shape: Shape,
    channels: Size,
    *,
    ceil: bool = False,
) -> Inferred:
    _need_axes(len(kernel), shape)
    windows = tuple(
        slide(size, k, s, d, pads, ceil=ceil)
        for size, k, s, d, pads in zip(
            shape,
            kernel,
            primitive.stride,
            primitive.dilation,
            primitive.padding,
            strict=False,  # the last entry of the shape is the channels
        )
    )
    sizes = tuple(window.output for window in windows)
    try:
        _check_sizes(sizes, windows)
    except EmptyOutput as fault:
        fault.shape = (*(None,) * len(sizes), channels)
        raise
    return Inferred((*sizes, channels), windows)


def _convolution(conv: p.Convolution, shape: Shape) -> Inferred:
    inferred = _slide(conv, conv.kernel, shape, conv.filters)
    _check_groups(conv.groups, conv.filters, shape[-1], inferred.shape)
    if conv.connections is not None:
        _check_connections(conv, shape[-1])
    return inferred


def _check_groups(groups: int, filters: int, channels: Size, shape: Shape) -> None:
    try:
        _divide("groups", groups, "input channels", channels)
        _divide("groups", groups, "filters", filters)
    except Indivisible as fault:
        fault.shape = shape
        raise


def _check_connections(conv: p.Convolution, channels: Size) -> None:
    connections = conv.connections or ()
    if conv.groups != 1:
        raise BadValue("connections", "connections and groups cannot be given together")
    if len(connections) != conv.filters:
        message = _length("connections", len(connections), conv.filters, "filter")
        raise BadValue("connections", message)
    largest = max(max(seen, default=0) for seen in connections)
    if channels is not None and largest >= channels:
        message = f"channel {largest} does not exist: channels are numbered 0 to {channels - 1}"
        raise BadValue("connections", message)


def _transposed(conv: p.TransposedConvolution, shape: Shape) -> Shape:
    _need_axes(len(conv.kernel), shape)
    sizes = tuple(
        map(
            transposed_size,
            shape,  # map stops before the channels, as the other arguments have no more entries
            conv.kernel,
            conv.stride,
            conv.dilation,
            conv.padding,
            conv.output_padding,
        )
    )
    _check_sizes(sizes)
    output = (*sizes, conv.filters)
    _check_groups(conv.groups, conv.filters, shape[-1], output)
    return output


def _unify(sizes: set[Size]) -> Size:
    """The one size that all agree on; None when they do not, or when one is not known."""
    return sizes.pop() if len(sizes) == 1 else None


def _is_gate(shape: Shape, full: Shape) -> bool:
    """Whether `shape` is C or 1×1×C against `full` H×W×C: a channel gate, which broadcasts."""
    same = full[-1] is None or shape[-1] == full[-1]
    return same and all(size == 1 for size in shape[:-1])


def _merge(kind: p.MergeKind, inputs: tuple[Shape, ...]) -> Shape:
    # a size that is not known may be large, and then what is 1×1 beside it is a gate
    full = max(inputs, key=lambda shape: (len(shape), [inf if n is None else n for n in shape]))
    if kind in ("add", "multiply"):
        inputs = tuple(s for s in inputs if s == full or not _is_gate(s, full))
    return _agree(kind, inputs, None)


def _concat(inputs: tuple[Shape, ...], axis: int) -> Shape:
    rank = len(inputs[0])
    if not -rank <= axis < rank:
        raise BadValue("axis", f"axis {axis} does not exist: the shape has axes 0 to {rank - 1}")
    along = axis % rank
    shape = list(_agree("concat", inputs, along))
    sizes = [shape[along] for shape in inputs]
    shape[along] = None if None in sizes else sum(size for size in sizes if size is not None)
    return tuple(shape)


def _agree(kind: p.MergeKind, inputs: tuple[Shape, ...], free: int | None) -> Shape:
    """The shape that all inputs share, but for the `free` axis.

    Where they differ, the rest is still certain: `fault.shape` keeps it.
    """
    if len({len(shape) for shape in inputs}) > 1:
        raise MergeMismatch(kind, inputs, ())
    columns = [set(column) for column in zip(*inputs, strict=True)]
    shape = tuple(_unify(set(column)) for column in columns)
    differing = tuple(
        axis for axis, column in enumerate(columns) if axis != free and len(column - {None}) > 1
    )
    if differing:
        fault = MergeMismatch(kind, inputs, differing)
        if free is None or None in (sizes := [s[free] for s in inputs]):
            fault.shape = shape
        else:
            total = sum(size for size in sizes if size is not None)
            fault.shape = (*shape[:free], total, *shape[free + 1 :])
        raise fault
    # one known size among unknown ones is what the merge would need, so it is what comes out
    return tuple(
        size if size is not None or axis == free else _unify(columns[axis] - {None})
        for axis, size in enumerate(shape)
    )


def _scaled(sizes: tuple[Size, ...], factor: int) -> tuple[Size, ...]:
    return tuple(None if size is None else size * factor for size in sizes)


def _space_to_depth(factor: int, shape: Shape) -> Shape:
    _need_map(shape)
    sizes = tuple(_divide("factor", factor, "cells of an axis", size) for size in shape[:-1])
    return (*sizes, *_scaled(shape[-1:], factor ** len(sizes)))


def _pad(pad: p.Pad, amount: tuple[Pair, ...], shape: Shape) -> Shape:
    _need_axes(len(amount), shape)
    sizes = shape[: len(amount)]
    for size, pair in zip(sizes, amount, strict=True):
        if pad.mode == "reflect" and size is not None and max(pair) >= size:
            raise BadValue("amount", f"reflecting {max(pair)} cells needs more than {size} of them")
    grown = (None if n is None else n + sum(pair) for n, pair in zip(sizes, amount, strict=True))
    return (*grown, shape[-1])


def _crop(amount: tuple[Pair, ...], shape: Shape) -> Shape:
    _need_axes(len(amount), shape)
    pairs = zip(shape[:-1], amount, strict=True)
    sizes = tuple(None if size is None else size - sum(pair) for size, pair in pairs)
    _check_sizes(sizes)
    return (*sizes, shape[-1])


def _slice(part: p.Slice, shape: Shape) -> Shape:
    size = shape[part.axis]
    if size is not None and part.stop > size:
        raise BadValue("stop", f"stop {part.stop} lies beyond the axis, which has {size} cells")
    return (*shape[: part.axis], part.stop - part.start, *shape[part.axis + 1 :])

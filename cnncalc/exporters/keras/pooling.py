"""Pooling."""

from __future__ import annotations

from math import prod

from cnncalc.exporters.code.steps import Argument
from cnncalc.exporters.expressible import Inexpressible
from cnncalc.exporters.keras.making import Emission, per_axis
from cnncalc.exporters.padding import (
    Padding,
    as_sliding,
    fitting,
    is_none,
    sees_padding_only,
)
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes

_MOST_CELLS = 10_000  # listed one by one in the graph


def pooling(e: Emission, pool: p.Pooling, space: Sizes, size: Sizes) -> None:
    """A pooling whose padding Keras has, or one after padding that leaves its result alone.

    Raises:
        Inexpressible: The mean of a window without a cell of the input, which is no number.
    """
    padding = fitting(pool, space, size)
    if max(pool.dilation) > 1:
        _dilated(e, pool, padding)
    elif pool.kind == "sum":
        e.pad(padding)
        e.add(_function(pool), *_window(pool), role="mean")
        e.add("layers.Rescaling", Argument("scale", prod(pool.size), positional=True), role="sum")
    elif e.mode == "same" and not is_none(padding) and _is_exact(pool, padding):
        _pool(e, pool, "same")
    elif pool.kind == "max":
        _maximum(e, pool, padding, space, size)
    elif pool.count_padding or not sees_padding_only(pool, space, size):
        _mean(e, pool, padding)
    else:
        raise Inexpressible("a window lies in the padding, and no cells have no mean")


def _is_exact(pool: p.Pooling, padding: Padding) -> bool:
    """Whether all backends agree on `same`: PyTorch counts padding that is uneven in a mean."""
    even = all(begin == end for begin, end in padding)
    return pool.kind == "max" or (even and not pool.count_padding)


def _window(pool: p.Pooling) -> tuple[Argument, Argument]:
    strides = None if pool.stride == pool.size else per_axis(pool.stride)
    size = Argument("pool_size", per_axis(pool.size), positional=True)
    return size, Argument("strides", strides, None)


def _pool(e: Emission, pool: p.Pooling, padding: str) -> None:
    e.add(_function(pool), *_window(pool), Argument("padding", padding, "valid"), role="pool")


def _function(pool: p.Pooling) -> str:
    return f"layers.{'Max' if pool.kind == 'max' else 'Average'}Pooling{len(pool.size)}D"


def _maximum(e: Emission, pool: p.Pooling, padding: Padding, space: Sizes, size: Sizes) -> None:
    shown = padding if pool.ceil else pool.padding
    if e.is_positive and not sees_padding_only(pool, space, size):
        e.pad(shown)  # a zero is never more than what is there
    else:
        e.pad(shown, "MinusInfinityPadding")
    _pool(e, pool, "valid")


def _dilated(e: Emission, pool: p.Pooling, padding: Padding) -> None:
    if pool.kind != "max":
        raise Inexpressible("Keras pools with dilation in no way")
    e.add(
        "DilatedMaxPooling",
        Argument("pool_size", pool.size, positional=True),
        Argument("strides", pool.stride),
        Argument("dilation_rate", pool.dilation),
        Argument("padding", padding, ((0, 0),) * len(padding)),
        role="pool",
    )


def _mean(e: Emission, pool: p.Pooling, padding: Padding) -> None:
    counted: Padding = ((0, 0),) * len(padding)
    if pool.count_padding:
        pairs = list(zip(padding, pool.padding, strict=True))
        counted = tuple((needed[0], min(needed[1], given[1])) for needed, given in pairs)
        padding = tuple((0, max(needed[1] - given[1], 0)) for needed, given in pairs)
        e.pad(counted if pool.ceil else pool.padding)
    if is_none(padding):
        _pool(e, pool, "valid")
    else:
        e.add(
            "AveragePoolingOfCells",
            Argument("pool_size", pool.size, positional=True),
            Argument("strides", pool.stride),
            Argument("padding", padding),
            role="pool",
        )


def adaptive(e: Emission, pool: p.AdaptivePooling, space: Sizes) -> None:
    """One window that slides where all bins are alike, and else bin by bin.

    Raises:
        Inexpressible: There are too many bins to list.
    """
    sliding = as_sliding(pool, space)
    if sliding is not None:
        pooling(e, sliding, space, pool.size)
        return
    if sum(pool.size) > _MOST_CELLS:
        raise Inexpressible(f"pooling to {max(pool.size):,} cells has to list all of them")
    e.add(
        "AdaptivePooling",
        Argument("size", pool.size, positional=True),
        Argument("kind", pool.kind, "average"),
        role="pool",
    )


def whole_map(e: Emission, pool: p.AdaptivePooling, *, keep: bool) -> None:
    """One value per channel."""
    kind = "Max" if pool.kind == "max" else "Average"
    function = f"layers.Global{kind}Pooling{len(pool.size)}D"
    e.add(function, Argument("keepdims", keep, False), role="pool")

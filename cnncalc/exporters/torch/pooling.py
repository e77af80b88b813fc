"""Pooling."""

from __future__ import annotations

from cnncalc.exporters.code.steps import Argument
from cnncalc.exporters.padding import Padding, fitting
from cnncalc.exporters.torch.making import Emission, even, first, per_axis
from cnncalc.exporters.torch.sliding import check_rank
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes


def pooling(e: Emission, pool: p.Pooling, space: Sizes, size: Sizes) -> None:
    """PyTorch's module where it takes the padding, and else one after padding of its own."""
    rank = len(pool.size)
    check_rank(rank)
    if pool.kind == "max":
        _maximum(e, pool, fitting(pool, space, size))
    elif _is_native(pool) and not _has_empty(pool, space, size):
        counted = Argument("count_include_pad", pool.count_padding or pool.kind == "sum", True)
        padded = even(pool.padding) not in (None, (0,) * rank) or pool.ceil
        divisor = Argument("divisor_override", 1 if pool.kind == "sum" else None, None)
        options = (counted,) if padded and pool.kind != "sum" else ()
        e.add(f"nn.AvgPool{rank}d", *_window(pool), *options, divisor, role="pool")
    else:
        _of_cells(e, pool, fitting(pool, space, size))


def _window(pool: p.Pooling) -> tuple[Argument, ...]:
    stride = None if pool.stride == pool.size else per_axis(pool.stride)
    return (
        first("size", per_axis(pool.size)),
        Argument("stride", stride, None),
        Argument("padding", per_axis(even(pool.padding) or (0,) * len(pool.size)), 0),
        Argument("ceil_mode", pool.ceil, False),
    )


def _is_taken(pool: p.Pooling) -> bool:
    """Whether PyTorch's pooling takes this padding: alike on both sides, half a window at most."""
    padding = even(pool.padding)
    return padding is not None and all(
        2 * cells <= size for cells, size in zip(padding, pool.size, strict=True)
    )


def _is_native(pool: p.Pooling) -> bool:
    plain = max(pool.dilation) == 1 and _is_taken(pool)
    return plain and (pool.kind == "average" or len(pool.size) > 1)


def _has_empty(pool: p.Pooling, space: Sizes, size: Sizes) -> bool:
    """Whether the last window of a mean lies behind the map, where there is nothing to divide."""
    columns = zip(space, size, pool.stride, pool.padding, strict=True)
    return any((n - 1) * step - begin >= before for before, n, step, (begin, _) in columns)


def _maximum(e: Emission, pool: p.Pooling, padding: Padding) -> None:
    function = f"nn.MaxPool{len(pool.size)}d"
    dilation = Argument("dilation", per_axis(pool.dilation), 1)
    if not _is_taken(pool):
        e.pad(padding, "-inf")
        pool = pool._replace(padding=((0, 0),) * len(pool.size), ceil=False)
    e.add(function, *_window(pool), dilation, role="pool")


def _of_cells(e: Emission, pool: p.Pooling, padding: Padding) -> None:
    """The sum of every window, divided by the cells that count."""
    if pool.kind == "sum":
        e.pad(padding)
        e.add("SumPool", first("size", pool.size), *_steps(pool), role="pool")
        return
    counted = padding
    if pool.count_padding:
        counted = tuple(
            (begin, min(needed, given))
            for (begin, needed), (_, given) in zip(padding, pool.padding, strict=True)
        )
        e.pad(counted)
        padding = tuple(
            (0, needed - end) for (_, needed), (_, end) in zip(padding, counted, strict=True)
        )
    rest = Argument("padding", padding, ((0, 0),) * len(padding))
    e.add("MeanPool", first("size", pool.size), *_steps(pool), rest, role="pool")


def _steps(pool: p.Pooling) -> tuple[Argument, ...]:
    return (
        first("stride", pool.stride),
        Argument("dilation", per_axis(pool.dilation), 1),
    )


def adaptive(e: Emission, pool: p.AdaptivePooling) -> None:
    """PyTorch's module, whose bins are ours; the sum is one of the generated file."""
    rank = len(pool.size)
    check_rank(rank)
    if pool.kind == "sum":
        e.add("AdaptiveSumPool", first("size", pool.size), role="pool")
        return
    kind = "Max" if pool.kind == "max" else "Avg"
    e.add(f"nn.Adaptive{kind}Pool{rank}d", first("size", per_axis(pool.size)), role="pool")

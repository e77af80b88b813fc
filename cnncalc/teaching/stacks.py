"""Which depth, or which dilation, reaches a receptive field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from cnncalc.errors import UsageError
from cnncalc.teaching.solving import check_numbers

KERNELS = (2, 3, 5, 7)
STRIDES = (1, 2)
DILATIONS = (1, 2, 4)
_MOST_LAYERS = 1000
_MOST_GROWING = 64  # layers of which each doubles the reach: more see more than there is


class Stack(NamedTuple):
    """Equal layers, one after the other, that see at least so many cells.

    Attributes:
        depth: How many layers.
        kernel: F of each.
        stride: S of each.
        dilation: D of each, or of the first where it doubles.
        doubling: Whether the dilation doubles from layer to layer: 1, 2, 4, ….
        size: The receptive field.
        has_gaps: Whether some cells in between are seen by no path: dilations that share a factor.
        n_weights: Weights per pair of channels, of square windows: depth·F·F.
        macs: Multiply-accumulates per pair of channels and cell of a large input.
    """

    depth: int
    kernel: int
    stride: int
    dilation: int
    doubling: bool
    size: int
    has_gaps: bool
    n_weights: int
    macs: Fraction

    @property
    def dilations(self) -> tuple[int, ...]:
        """The dilation of every layer."""
        if not self.doubling:
            return (self.dilation,) * self.depth
        return tuple(self.dilation << k for k in range(self.depth))


def solve_field(
    field: int,
    *,
    kernel: Sequence[int] = KERNELS,
    stride: Sequence[int] = STRIDES,
    dilation: Sequence[int] | None = None,
    depth: int | None = None,
) -> list[Stack]:
    """The stacks of equal layers whose receptive field is at least `field` cells.

    `r = 1 + (F - 1)·(D_1·j_0 + D_2·j_1 + …)` with `j_l = S^l`. Of every kind the shallowest is
    listed, or with a depth the one with the least dilation. Strides above 1 go with dilation 1
    only, and leave no gaps. Those that see every cell come first, then the cheapest: by weights,
    then by multiply-accumulates.

    Args:
        field: Cells to be seen, at least.
        kernel: Sizes of the window to try.
        stride: Strides to try.
        dilation: Dilations to try; None for 1, 2, 4 and one that doubles from layer to layer.
        depth: Number of layers, if it is given; then dilations are searched.

    Raises:
        UsageError: A number is out of range.

    Example:
        >>> best = solve_field(64, kernel=[3], stride=[1])[0]
        >>> best.depth, best.dilations, best.size
        (6, (1, 2, 4, 8, 16, 32), 127)
    """
    check_numbers("the receptive field", [field])
    for name, numbers in (("kernel", kernel), ("stride", stride), ("dilation", dilation)):
        check_numbers(name, numbers)
    if depth is not None and not 1 <= depth <= _MOST_LAYERS:
        raise UsageError(f"depth must be from 1 to {_MOST_LAYERS:,}, not {depth}")
    found = {
        stack
        for one in sorted(set(kernel))
        for step in sorted(set(stride))
        if step <= one
        for stack in _stacks(field, one, step, dilation, depth)
        if stack.size >= field
    }
    return sorted(found, key=_rank)


def _rank(stack: Stack) -> tuple[object, ...]:
    return (
        stack.has_gaps, stack.n_weights, stack.macs, stack.depth, stack.kernel, stack.stride,
        stack.dilation, stack.doubling,
    )  # fmt: skip


def _stacks(
    field: int, kernel: int, stride: int, dilations: Sequence[int] | None, depth: int | None
) -> Iterator[Stack]:
    tried = [1] if stride > 1 else sorted(set(dilations or DILATIONS))
    if depth is not None and dilations is None and stride == 1:
        tried = [_least_dilation(field, kernel, depth)]
    for dilation in tried:
        found = depth or _least_depth(field, kernel, stride, dilation, doubling=False)
        if found is not None and (stride == 1 or found <= _MOST_GROWING):
            yield _stack(found, kernel, stride, dilation, doubling=False)
    if stride == 1 and dilations is None:
        found = depth or _least_depth(field, kernel, 1, 1, doubling=True)
        if found is not None and 1 < found <= _MOST_GROWING:
            yield _stack(found, kernel, 1, 1, doubling=True)


def reach(depth: int, kernel: int, stride: int, dilation: int, *, doubling: bool) -> int:
    """The receptive field of a stack."""
    growth = 2 if doubling else stride
    steps = depth if growth == 1 else (growth**depth - 1) // (growth - 1)
    return 1 + (kernel - 1) * dilation * steps


def _least_dilation(field: int, kernel: int, depth: int) -> int:
    return max(1, -(-(field - 1) // ((kernel - 1) * depth))) if kernel > 1 else 1


def _least_depth(
    field: int, kernel: int, stride: int, dilation: int, *, doubling: bool
) -> int | None:
    """The fewest layers that see enough; None if no number does."""
    if field == 1:
        return 1
    if kernel == 1:
        return None
    if not doubling and stride == 1:
        return -(-(field - 1) // ((kernel - 1) * dilation))
    depth = 1
    while reach(depth, kernel, stride, dilation, doubling=doubling) < field:
        depth += 1
    return depth


def _stack(depth: int, kernel: int, stride: int, dilation: int, *, doubling: bool) -> Stack:
    size = reach(depth, kernel, stride, dilation, doubling=doubling)
    weights = depth * kernel**2
    macs = Fraction(weights)
    if stride > 1:
        costs = [Fraction(kernel**2, stride ** (2 * k)) for k in range(1, depth + 1)]
        macs = sum(costs, start=Fraction())
    has_gaps = dilation > 1 and kernel > 1
    return Stack(depth, kernel, stride, dilation, doubling, size, has_gaps, weights, macs)

"""Inverse questions of one layer: which windows take one size to another, or keep it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnncalc.errors import UsageError
from cnncalc.ir.shapes import Pair

LARGEST = 10**6
_MOST_TRIED = 200_000
KERNELS = tuple(range(1, 12))
DILATIONS = (1, 2, 3)


class Fit(NamedTuple):
    """A layer that takes one size to another and leaves nothing out.

    Attributes:
        op: `conv`, or `conv_transpose` where the map grows.
        kernel: F.
        stride: S.
        padding: Cells before and after.
        dilation: D.
        n_weights: Weights per pair of channels of a square window: F·F.
        n_macs: Multiply-accumulates per pair of channels of a square map.
    """

    op: str
    kernel: int
    stride: int
    padding: Pair
    dilation: int
    n_weights: int
    n_macs: int


class Kept(NamedTuple):
    """The padding with which a window of stride 1 keeps the size."""

    kernel: int
    dilation: int
    padding: Pair


def solve_size(
    size: int,
    to: int,
    *,
    kernel: Sequence[int] = KERNELS,
    stride: Sequence[int] | None = None,
    padding: Sequence[int] | None = None,
    dilation: Sequence[int] = DILATIONS,
) -> list[Fit]:
    """The windows that take `size` cells to `to`, and fit exactly.

    `(W + P_begin + P_end - F_eff) = (O - 1)·S` without a remainder. A window is at most as large as
    the map, the stride leaves no gaps, and no window sees padding only; where the padding is
    uneven, there is one more cell after. Of a map that grows, transposed convolutions are listed,
    too. Those without dilation come first, then the cheapest: by multiply-accumulates, then even
    before uneven padding, less padding, less dilation.

    Args:
        size: Cells that arrive.
        to: Cells that are to come out.
        kernel: Sizes of the window to try.
        stride: Strides to try; None for every one that leaves no gaps.
        padding: Cells on both sides to try; None for any.
        dilation: Dilations to try.

    Raises:
        UsageError: A number is out of range, or there is too much to try.

    Example:
        >>> solve_size(32, 28)[0][:4]
        ('conv', 5, 1, (0, 0))
    """
    for name, numbers in (("size", [size]), ("to", [to]), ("kernel", kernel), ("stride", stride),
                          ("dilation", dilation)):  # fmt: skip
        check_numbers(name, numbers)
    check_numbers("padding", padding, least=0)
    found: list[Fit] = []
    budget = _MOST_TRIED
    for fit in _every_fit(size, to, kernel, dilation):
        budget -= 1
        if budget < 0:
            raise UsageError(
                "there is too much to try: give --kernel and --dilation, in short ranges"
            )
        if stride is not None and fit.stride not in stride:
            continue
        begin, end = fit.padding
        if padding is None or (begin == end and begin in padding):
            found.append(fit)
    return sorted(found, key=_rank)


def check_numbers(name: str, numbers: Sequence[int] | None, least: int = 1) -> None:
    """Refuse numbers out of range.

    Raises:
        UsageError: One is.
    """
    for number in numbers or ():
        if not least <= number <= LARGEST:
            raise UsageError(f"{name} must be from {least} to {LARGEST:,}, not {number}")


def _rank(fit: Fit) -> tuple[object, ...]:
    begin, end = fit.padding
    return (
        fit.dilation > 1, fit.n_macs, end - begin, begin + end, fit.dilation, fit.kernel,
        fit.stride, fit.op,
    )  # fmt: skip


def _every_fit(
    size: int, to: int, kernels: Sequence[int], dilations: Sequence[int]
) -> Iterator[Fit]:
    for kernel in sorted(set(kernels)):
        for dilation in sorted(set(dilations)) if kernel > 1 else [1]:
            effective = dilation * (kernel - 1) + 1
            if effective <= size:
                yield from _convolutions(size, to, kernel, dilation)
            if to > size:
                yield from _transposed(size, to, kernel, dilation)


def _convolutions(size: int, to: int, kernel: int, dilation: int) -> Iterator[Fit]:
    effective = dilation * (kernel - 1) + 1
    weights = kernel**2
    if to == 1:
        strides: Sequence[int] = [1]  # a single window: there is no step to take
    else:
        least = max(1, -(-(size - effective) // (to - 1)))
        most = min(effective, (size + effective - 2) // (to - 1))
        strides = range(least, most + 1)
    for stride in strides:
        total = (to - 1) * stride + effective - size
        if total >= 0:
            yield Fit("conv", kernel, stride, halved(total), dilation, weights, weights * to**2)


def _transposed(size: int, to: int, kernel: int, dilation: int) -> Iterator[Fit]:
    effective = dilation * (kernel - 1) + 1
    weights = kernel**2
    least = 1 if size == 1 else max(1, -(-(to - effective) // (size - 1)))
    most = 1 if size == 1 else min(kernel, (to + effective - 2) // (size - 1))
    for stride in range(least, most + 1):
        total = (size - 1) * stride + effective - to
        if total >= 0:
            pair = halved(total)
            yield Fit("conv_transpose", kernel, stride, pair, dilation, weights, weights * size**2)


def halved(total: int) -> Pair:
    """Padding on both sides, the smaller half first."""
    return total // 2, total - total // 2


def solve_keep(kernel: Sequence[int], dilation: Sequence[int] = (1,)) -> list[Kept]:
    """The padding that keeps the size, of windows that move by one: `P = D·(F - 1)/2`.

    Of an even window with an odd dilation it is uneven, the larger half after.

    Raises:
        UsageError: A number is out of range.

    Example:
        >>> solve_keep([5], [2])
        [Kept(kernel=5, dilation=2, padding=(4, 4))]
    """
    check_numbers("kernel", kernel)
    check_numbers("dilation", dilation)
    return [
        Kept(one, spread, halved(spread * (one - 1)))
        for one in sorted(set(kernel))
        for spread in sorted(set(dilation))
    ]

"""Inverse questions against brute force: windows walked through, fields followed tap by tap."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc import UsageError
from cnncalc.ir.windows import slide, transposed_size
from cnncalc.teaching.solving import Fit, solve_keep, solve_size
from cnncalc.teaching.stacks import Stack, reach, solve_field
from tests.helpers import chain, size_of
from tests.properties import naive

KERNELS = (1, 2, 3, 4, 5)
DILATIONS = (1, 2, 3)


def brute_force(size: int, to: int) -> set[tuple[str, int, int, int, int]]:
    """Every window that fits, with its padding on both sides together, by walking through it."""
    found = set()
    for kernel, dilation in product(KERNELS, DILATIONS):
        if kernel == 1 and dilation > 1:
            continue
        span = naive.effective(kernel, dilation)
        for stride, padding in product(range(1, span + 1), range(2 * span - 1)):
            begin, end = padding // 2, padding - padding // 2
            if span <= size and end < span and (to > 1 or stride == 1):
                starts = naive.window_starts(size, kernel, stride, dilation, begin, end)
                if len(starts) == to and starts[-1] + span == size + end:
                    found.add(("conv", kernel, stride, padding, dilation))
            if to > size and stride <= kernel and (size > 1 or stride == 1) and end < span:
                cells = naive.transposed_cells(size, kernel, stride, dilation, begin, end, 0)
                if cells == to:
                    found.add(("conv_transpose", kernel, stride, padding, dilation))
    return found


@settings(max_examples=60)
@given(st.integers(1, 20), st.integers(1, 24))
def test_windows_are_those_of_brute_force(size: int, to: int) -> None:
    fits = solve_size(size, to, kernel=KERNELS, dilation=DILATIONS)
    found = [(fit.op, fit.kernel, fit.stride, sum(fit.padding), fit.dilation) for fit in fits]
    assert len(set(found)) == len(found)
    assert set(found) == brute_force(size, to)
    costs = [(fit.dilation > 1, fit.n_macs) for fit in fits]
    assert costs == sorted(costs)


@given(st.integers(1, 300), st.integers(1, 300))
def test_windows_fit(size: int, to: int) -> None:
    for fit in solve_size(size, to, dilation=(1, 2, 3)):
        begin, end = fit.padding
        assert 0 <= end - begin <= 1
        if fit.op == "conv":
            window = slide(size, fit.kernel, fit.stride, fit.dilation, fit.padding)
            assert (window.output, window.remainder) == (to, 0)
            assert window.effective_kernel >= fit.stride
        else:
            shape = (size, fit.kernel, fit.stride, fit.dilation, fit.padding)
            assert transposed_size(*shape, 0) == to


@pytest.mark.parametrize(("size", "to"), [(12, 6), (6, 12)])
def test_costs_are_those_of_a_layer(size: int, to: int) -> None:
    fits = solve_size(size, to, kernel=(1, 2, 3, 4), dilation=(1,))
    assert fits
    for fit in fits:
        pads = [list(fit.padding)] * 2
        text = f"{fit.op}: {{filters: 1, kernel: {fit.kernel}, stride: {fit.stride}"
        facts = chain(f"{size}x{size}x1", f"{text}, padding: {pads}, bias: false}}")
        assert (facts.totals.n_params, facts.totals.n_macs) == (fit.n_weights, fit.n_macs)


def test_what_the_lecture_asks() -> None:
    first = solve_size(32, 28)[0]
    assert first == Fit("conv", 5, 1, (0, 0), 1, 25, 19600)
    assert [one.padding for one in solve_keep((1, 3, 5, 7))] == [(0, 0), (1, 1), (2, 2), (3, 3)]
    assert Fit("conv", 11, 4, (0, 0), 1, 121, 121 * 55**2) in solve_size(227, 55)
    assert solve_size(224, 55, kernel=[11], stride=[4], padding=[0]) == []
    assert [fit.padding for fit in solve_size(224, 112, kernel=[7], stride=[2], dilation=[1])] == [
        (2, 3)
    ]


@given(st.integers(1, 12), st.integers(1, 4), st.integers(1, 40))
def test_padding_keeps_every_size(kernel: int, dilation: int, size: int) -> None:
    (kept,) = solve_keep([kernel], [dilation])
    starts = naive.window_starts(size, kernel, 1, dilation, *kept.padding)
    assert len(starts) == size
    assert 0 <= kept.padding[1] - kept.padding[0] <= 1


def follow(stack: Stack) -> tuple[int, bool]:
    """The cells that one output sees, from the first to the last, and whether some are skipped."""
    cells = {0}
    for dilation in reversed(stack.dilations):
        cells = {c * stack.stride + tap * dilation for c in cells for tap in range(stack.kernel)}
    reach_ = max(cells) - min(cells) + 1
    return reach_, len(cells) < reach_


@settings(max_examples=40)
@given(st.integers(1, 40), st.sampled_from([None, 1, 2, 3, 4]))
def test_stacks_see_enough_and_no_shallower_one_does(field: int, depth: int | None) -> None:
    stacks = solve_field(field, kernel=(1, 2, 3, 5), stride=(1, 2, 3), depth=depth)
    assert len(set(stacks)) == len(stacks)
    for stack in stacks:
        assert follow(stack) == (stack.size, stack.has_gaps)
        assert stack.size >= field
        assert depth in (None, stack.depth)
        less = stack.depth - 1
        if depth is None and less:
            args = (less, stack.kernel, stack.stride, stack.dilation)
            assert reach(*args, doubling=stack.doubling) < field
        if depth is not None and stack.dilation > 1:
            args = (depth, stack.kernel, 1, stack.dilation - 1)
            assert reach(*args, doubling=False) < field
    order = [(stack.has_gaps, stack.n_weights, stack.macs) for stack in stacks]
    assert order == sorted(order)


@settings(max_examples=30)
@given(st.integers(2, 40))
def test_every_kind_is_there(field: int) -> None:
    """Brute force over depths: the shallowest of every kernel, stride and dilation."""
    stacks = solve_field(field, kernel=(2, 3), stride=(1, 2), dilation=(1, 2))
    expected = set()
    for kernel, stride, dilation in product((2, 3), (1, 2), (1, 2)):
        if stride > 1 and dilation > 1:
            continue
        depths = range(1, 60)
        sees = {n: 1 + sum((kernel - 1) * dilation * stride**k for k in range(n)) for n in depths}
        expected.add((kernel, stride, dilation, min(n for n in depths if sees[n] >= field)))
    found = {(stack.kernel, stack.stride, stack.dilation, stack.depth) for stack in stacks}
    assert found == expected


@pytest.mark.parametrize("stack", solve_field(20, kernel=(2, 3)), ids=lambda one: str(one[:5]))
def test_stacks_against_the_analysis(stack: Stack) -> None:
    layers = [
        f"conv: {{filters: 1, kernel: {stack.kernel}, stride: {stack.stride}, dilation: {dilation},"
        " bias: false}"
        for dilation in stack.dilations
    ]
    facts = chain("200x200x1", *layers)
    assert size_of(facts.layers[-1]) == (stack.size, stack.size)
    assert facts.totals.n_params == stack.n_weights
    cells = 4 * stack.stride**stack.depth  # along an axis, halved as often as need be
    padded = [layer.replace("}", ", padding: same}") for layer in layers]
    assert chain(f"{cells}x{cells}x1", *padded).totals.n_macs == stack.macs * cells**2


@pytest.mark.parametrize(
    "ask",
    [
        lambda: solve_size(0, 3),
        lambda: solve_size(3, 10**9),
        lambda: solve_size(5, 3, kernel=[0]),
        lambda: solve_size(5, 3, padding=[-1]),
        lambda: solve_size(10**6, 2, kernel=range(10**5, 10**5 + 100), dilation=range(1, 9)),
        lambda: solve_keep([0]),
        lambda: solve_field(0),
        lambda: solve_field(9, depth=0),
        lambda: solve_field(9, depth=10**9),
    ],
)
def test_refusals(ask: object) -> None:
    with pytest.raises(UsageError) as caught:
        ask()  # type: ignore[operator]
    assert "\n" not in str(caught.value)


def test_large_questions_are_answered_at_once() -> None:
    assert solve_field(10**6, kernel=[3], stride=[1])[0].depth == 19
    assert solve_field(10**6, kernel=[3], stride=[1], dilation=[1])[0].depth == 500_000
    assert solve_size(10**6, 10**6 - 10)[0].kernel == 11

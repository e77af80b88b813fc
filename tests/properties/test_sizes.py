"""Derived sizes against an enumeration of window positions."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from cnncalc.ir.faults import EmptyOutput
from cnncalc.ir.graph import Graph
from cnncalc.ir.windows import adaptive_bins, same_padding, slide, transposed_size
from tests.helpers import facts_of
from tests.properties import naive
from tests.properties.strategies import Drawn, networks

small = st.integers(1, 6)
padding = st.integers(0, 7)
sizes = st.integers(1, 40)
many = settings(max_examples=400)


@many
@given(sizes, small, small, st.integers(1, 4))
def test_same_padding_gives_the_ceiling(size: int, kernel: int, stride: int, dilation: int) -> None:
    begin, end = same_padding(size, kernel, stride, dilation)
    assert 0 <= end - begin <= 1
    starts = naive.window_starts(size, kernel, stride, dilation, begin, end)
    assert len(starts) == len(range(0, size, stride))  # ceil(n/s)
    assert slide(size, kernel, stride, dilation, (begin, end)).output == len(starts)


@many
@given(sizes, small, small, st.integers(1, 4), padding, padding)
@example(224, 7, 2, 1, 3, 3)
@example(9, 1, 4, 1, 0, 0)  # gaps between the windows
def test_floor(size: int, kernel: int, stride: int, dilation: int, begin: int, end: int) -> None:
    window = slide(size, kernel, stride, dilation, (begin, end))
    starts = naive.window_starts(size, kernel, stride, dilation, begin, end)
    if not starts:
        assert window.output is not None
        assert window.output < 1
        return
    span = naive.effective(kernel, dilation)
    assert window.output == len(starts)
    assert window.effective_kernel == span
    assert window.real_cells_lost == naive.lost_cells(size, starts, span)
    # the misfit: cells beyond the last window, padding among them
    assert window.remainder == size + end - (starts[-1] + span)


@many
@given(sizes, small, small, st.integers(1, 4), padding, padding)
@example(5, 1, 3, 1, 1, 1)  # a window that starts in the padding though nothing was rounded
def test_ceil(size: int, kernel: int, stride: int, dilation: int, begin: int, end: int) -> None:
    starts = naive.window_starts(size, kernel, stride, dilation, begin, end)
    if not starts:
        return  # a window that never fits is no window in part either
    starts = naive.window_starts(size, kernel, stride, dilation, begin, end, ceil=True)
    window = slide(size, kernel, stride, dilation, (begin, end), ceil=True)
    assert window.output == len(starts)
    assert (window.remainder, window.real_cells_lost) == (0, 0)
    span = naive.effective(kernel, dilation)
    if starts and stride <= span:  # without gaps nothing is lost indeed
        assert naive.lost_cells(size, starts, span) == 0


@many
@given(sizes, small, small, st.integers(1, 4), padding, padding, st.integers(0, 3))
def test_transposed(
    size: int, kernel: int, stride: int, dilation: int, begin: int, end: int, added: int
) -> None:
    output = transposed_size(size, kernel, stride, dilation, (begin, end), added)
    assert output is not None
    assert max(output, 0) == naive.transposed_cells(
        size, kernel, stride, dilation, begin, end, added
    )


@given(sizes, sizes)
def test_adaptive_bins(size: int, output: int) -> None:
    assert adaptive_bins(size, output) == list(naive.bins(size, output))


@settings(max_examples=150)
@given(networks())
def test_networks(drawn: Drawn) -> None:
    facts = facts_of(drawn.text)
    assert facts.output_shape == drawn.output
    for layer in facts.layers:
        (shape, *_) = layer.input_shapes
        for axis, window in enumerate(layer.windows):
            assert shape is not None
            size = shape[axis]
            assert window.size == size
            assert size is not None
            arguments = (window.kernel, window.stride, window.dilation, window.begin, window.end)
            starts = naive.window_starts(size, *arguments, ceil=window.ceil)
            assert window.output == len(starts)
            if not window.ceil:
                span = naive.effective(window.kernel, window.dilation)
                lost = naive.lost_cells(size, starts, span)
                assert window.real_cells_lost is not None
                # what a pad layer has added is no real cell; tests/analysis/test_padded_before.py
                padded = any(op in drawn.text for op in ("pad:", '"pad"'))
                assert window.real_cells_lost == lost or (padded and window.real_cells_lost < lost)


@given(st.integers(1, 6), small, small)
def test_an_empty_output_is_a_fault(size: int, kernel: int, stride: int) -> None:
    from cnncalc.layers.convolution.conv import Conv

    graph = Graph()
    source = graph.add_input("input", (size, 1))
    index = graph.add("conv", "conv", Conv(filters=1, kernel=kernel, stride=stride), (source,))
    faults = graph.nodes[index].lowered.faults
    assert [type(fault) for fault in faults] == [EmptyOutput] * (kernel > size)

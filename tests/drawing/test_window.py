"""Drawn windows: what becomes of each cell against enumeration, what is lost against the facts."""

from __future__ import annotations

from collections import Counter
from math import prod

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import LayerFacts
from cnncalc.drawing.cells import extent, is_read, state
from cnncalc.drawing.scene import Area, Line, Scene, flat
from cnncalc.drawing.window import window_scene
from cnncalc.errors import UsageError
from cnncalc.ir.windows import Window, slide
from tests.drawing.pages import check_page, groups
from tests.helpers import chain, facts_of, network_of, zoo_facts
from tests.properties.strategies import Drawn, networks

small = st.integers(1, 6)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """A window that fits at least once."""
    padding = (draw(st.integers(0, 4)), draw(st.integers(0, 4)))
    size, ceil = draw(st.integers(1, 40)), draw(st.booleans())
    window = slide(size, draw(small), draw(small), draw(small), padding, ceil=ceil)
    assume(window.output is not None and window.output > 0)
    return window


@settings(max_examples=300)
@given(windows())
def test_every_cell_is_what_enumeration_says(window: Window) -> None:
    assert window.size is not None
    assert window.output is not None
    read = {
        step * window.stride + tap * window.dilation
        for step in range(window.output)
        for tap in range(window.kernel)
    }
    cells = range(-window.begin, window.size + window.end)
    for cell in cells:
        place = cell + window.begin
        assert is_read(window, place) == (place in read)
        what = state(window, cell)
        if 0 <= cell < window.size:
            assert (what == "read") == (place in read)
            assert what in ("read", "gap", "lost")
        else:
            assert what in ("padding", "lost padding")
    counts = Counter(state(window, cell) for cell in cells)
    assert counts["lost"] == window.real_cells_lost
    assert counts["lost"] + counts["lost padding"] == window.remainder
    lost = [cell for cell in cells if state(window, cell).startswith("lost")]
    assert lost == list(cells)[len(cells) - len(lost) :]


@settings(max_examples=300)
@given(windows(), st.integers(0, 10**9))
def test_a_broken_axis_shows_the_first_windows_and_all_that_is_lost(
    window: Window, more: int
) -> None:
    assert window.size is not None
    pads = (window.begin, window.end)
    long = slide(window.size + more, window.kernel, window.stride, window.dilation, pads)
    assert long.output is not None
    view = extent(long).view(10, 5)
    shown = list(view.shown())
    assert len(shown) <= 32
    lost = [cell for cell in shown if state(long, cell) == "lost"]
    unseen = [cell for cell in shown if state(long, cell).startswith("lost")]
    assert len(lost) == long.real_cells_lost
    assert len(unseen) == long.remainder
    two = long.effective_kernel + long.stride
    if two < 15:
        assert set(range(view.first, min(view.first + two, view.stop))) <= set(shown)
    last = (long.output - 1) * long.stride - long.begin
    if view.stop - last <= 15 - long.stride:
        assert set(range(last, last + long.effective_kernel)) <= set(shown)
    assert [view.at(cell) for cell in shown] == sorted(view.at(cell) for cell in shown)


def lost_cells(scene: Scene, layer: str) -> float:
    """How many cells are drawn as lost, by their area."""
    (group,) = [group for group in groups(scene.marks) if group.layer == layer]
    areas = [mark for mark in flat(group.marks) if isinstance(mark, Area)]
    cell = cell_of(scene, layer)
    lost = [mark for mark in areas if mark.fill == "lost" and mark.opacity == 1]
    return sum(width(mark) * height(mark) for mark in lost) / cell**2


def cell_of(scene: Scene, layer: str) -> float:
    """The width of a cell: from one upright line to the next."""
    (group,) = [group for group in groups(scene.marks) if group.layer == layer]
    lines = [mark for mark in group.marks if isinstance(mark, Line) and mark.width == 0.5]
    xs = sorted({x for mark in lines for x, _ in mark.points})
    return xs[1] - xs[0]


def width(mark: Area) -> float:
    return max(x for x, _ in mark.points) - min(x for x, _ in mark.points)


def height(mark: Area) -> float:
    return max(y for _, y in mark.points) - min(y for _, y in mark.points)


def lost_by_facts(layer: LayerFacts) -> int:
    """Cells of the last two axes of which the facts say that no window reaches them."""
    sizes = [window.size or 0 for window in layer.windows[-2:]]
    kept = [(window.size or 0) - (window.real_cells_lost or 0) for window in layer.windows[-2:]]
    return prod(sizes) - prod(kept)


@pytest.mark.parametrize(
    ("shape", "layer", "formula", "lost"),
    [
        ("7x7x1", "conv: {filters: 1, kernel: 3}", "(7 − 3 + 2·0)/1 + 1 = 5", 0),
        ("7x7x1", "conv: {filters: 1, kernel: 3, stride: 2}", "(7 − 3 + 2·0)/2 + 1 = 3", 0),
        (
            "7x7x1",
            "conv: {filters: 1, kernel: 3, stride: 3}",
            "⌊(7 − 3 + 2·0)/3⌋ + 1 = 2; 1 left over: 1 cell of the input",
            13,
        ),
        (
            "7x7x1",
            "conv: {filters: 1, kernel: 3, stride: 2, padding: 1}",
            "(7 − 3 + 2·1)/2 + 1 = 4",
            0,
        ),
        ("32x32x3", "conv: {filters: 6, kernel: 5, padding: 2}", "(32 − 5 + 2·2)/1 + 1 = 32", 0),
        (
            "32x32x3",
            "conv: {filters: 6, kernel: 3, stride: 2}",
            "⌊(32 − 3 + 2·0)/2⌋ + 1 = 15; 1 left over: 1 cell of the input",
            63,
        ),
        (
            "8x8x3",
            "conv: {filters: 6, kernel: 3, stride: 2, padding: same}",
            "(8 − 3 + 0 + 1)/2 + 1 = 4",
            0,
        ),
        (
            "9x9x3",
            "conv: {filters: 6, kernel: 3, dilation: 2}",
            "(9 − (2·(3 − 1) + 1) + 2·0)/1 + 1 = 5",
            0,
        ),
        (
            "10x10x3",
            "max_pool: {size: 3, stride: 2, rounding: ceil}",
            "⌈(10 − 3 + 2·0)/2⌉ + 1 = 5",
            0,
        ),
        (  # a third window would start in the padding
            "5x5x3",
            "max_pool: {size: 1, stride: 3, rounding: ceil}",
            "⌈(5 − 1 + 2·0)/3⌉ + 1 − 1 = 2",
            0,
        ),
        (
            "4x4x3",
            "conv_transpose: {filters: 2, kernel: 3, stride: 2, padding: 1, output_padding: 1}",
            "(4 − 1)·2 + 3 − 2·1 + 1 = 8",
            0,
        ),
    ],
)
def test_the_sum_below_and_the_cells_that_are_lost(
    shape: str, layer: str, formula: str, lost: int
) -> None:
    facts = chain(shape, layer)
    (one,) = facts.layers
    scene = window_scene(facts, one.name)
    check_page(scene)
    texts = [words.text for words in scene.words()]
    assert f"height and width: {formula}" in texts
    assert lost_cells(scene, one.name) == pytest.approx(lost)
    if one.windows:
        assert lost_by_facts(one) == lost


def test_padding_that_no_window_reaches_is_told_from_input() -> None:
    facts = zoo_facts("resnet50")
    scene = window_scene(facts, "ConvBN_1.conv_1")
    check_page(scene)
    texts = [words.text for words in scene.words()]
    assert "height and width: ⌊(224 − 7 + 2·3)/2⌋ + 1 = 112; 1 left over: padding only" in texts
    assert lost_cells(scene, "ConvBN_1.conv_1") == 0
    assert "padding in no window" in texts


def test_what_a_layer_before_has_padded_is_not_lost() -> None:
    facts = chain("8x8x3", "pad: 1", "conv: {filters: 4, kernel: 3, stride: 2}")
    one = facts.layer("conv_1")
    assert [(window.remainder, window.real_cells_lost) for window in one.windows] == [(1, 0)] * 2
    scene = window_scene(facts, "conv_1")
    check_page(scene)
    assert lost_cells(scene, "conv_1") == 0
    assert "padding in no window" in [words.text for words in scene.words()]
    far = chain("8x8x3", "pad: 1", "conv: {filters: 4, kernel: 3, stride: 4}")
    assert [window.real_cells_lost for window in far.layer("conv_1").windows] == [2, 2]
    assert lost_cells(window_scene(far, "conv_1"), "conv_1") == 9 * 9 - 7 * 7


def test_the_window_is_drawn_at_its_first_places_and_its_last() -> None:
    facts = chain("7x7x1", "conv: {filters: 1, kernel: 3, stride: 2}")
    scene = window_scene(facts, "conv_1")
    cell = cell_of(scene, "conv_1")
    outlines = [
        mark
        for mark in flat(scene.marks)
        if isinstance(mark, Line) and mark.stroke == "field" and len(mark.points) == 5
    ]
    left, top = outlines[0].points[0]
    corners = [(mark.points[0][0] - left, mark.points[0][1] - top) for mark in outlines]
    assert [(x / cell, y / cell) for x, y in corners] == [(0, 0), (2, 0), (4, 4)]
    assert [mark.dashed for mark in outlines] == [False, True, False]
    taps = [
        mark
        for mark in flat(scene.marks)
        if isinstance(mark, Area) and mark.fill == "convolution" and mark.opacity < 1
    ]
    assert len(taps) == 9 + 9 + 2  # two windows, and their cells in the output


def test_dilation_takes_some_cells_only() -> None:
    scene = window_scene(chain("9x9x1", "conv: {filters: 1, kernel: 3, dilation: 4}"), "conv_1")
    check_page(scene)
    cell = cell_of(scene, "conv_1")
    taps = [
        mark
        for mark in flat(scene.marks)
        if isinstance(mark, Area) and mark.fill == "convolution" and mark.opacity < 1
    ]
    first = min(x for mark in taps for x, _ in mark.points)
    columns = {round((min(x for x, _ in mark.points) - first) / cell, 6) for mark in taps[:-1]}
    assert columns == {0, 4, 8}
    assert any(words.text == "jumped over" for words in scene.words())


@pytest.mark.parametrize(
    ("shape", "layer"),
    [
        ("1000x3", "conv: {filters: 4, kernel: 5, stride: 3, dilation: 2}"),
        ("5x3", "conv: {filters: 4, kernel: 5}"),
        ("7x3", "conv_transpose: {filters: 4, kernel: 5, stride: 3}"),
        ("8x14x14x3", "conv: {filters: 4, kernel: [3, 3, 5], stride: [1, 2, 2]}"),
        ("500x3x3", "conv: {filters: 2, kernel: [99, 3], stride: 7}"),
        ("10x11x3", "max_pool: {size: 2, stride: 4}"),
        ("100000x100000x3", "conv: {filters: 2, kernel: 9999, stride: 777, padding: 5000}"),
        ("9x9x4", "depthwise_conv: {kernel: 3, padding: same}"),
        ("9x9x4", "conv: {filters: 4, kernel: 3, groups: 2}"),
        ("9x9x4", "separable_conv: {filters: 4, kernel: 3}"),
        ("1x1x4", "conv: {filters: 4, kernel: 1}"),
        ("9x9x4", "conv: {name: " + "第一個卷積層" * 30 + ", filters: 4, kernel: 3}"),
        ("9x9x4", 'conv: {name: "a\\u202eb$c", filters: 4, kernel: 3}'),
    ],
)
def test_what_else_slides(shape: str, layer: str) -> None:
    facts = chain(shape, layer)
    check_page(window_scene(facts, facts.layers[0].name))


@settings(max_examples=30)
@given(networks())
def test_any_network(drawn: Drawn) -> None:
    facts = facts_of(drawn.text)
    for layer in facts.layers:
        if not layer.windows and layer.op != "conv_transpose":
            with pytest.raises(UsageError, match="slides no window"):
                window_scene(facts, layer.name)
            continue
        scene = window_scene(facts, layer.name)
        check_page(scene)
        if len(layer.windows) > 1:
            assert lost_cells(scene, layer.name) == pytest.approx(lost_by_facts(layer))


def test_what_slides_nothing_or_does_not_fit_says_so() -> None:
    facts = chain("8x8x3", "relu", "global_avg_pool")
    for name in ("relu_1", "global_avg_pool_1"):
        with pytest.raises(UsageError, match="slides no window over its input"):
            window_scene(facts, name)
    broken = analyze(network_of("input: 8x8x3\nlayers:\n  - conv: {filters: 1, kernel: 9}\n"))
    with pytest.raises(UsageError, match="does not fit into its input, 8×8×3"):
        window_scene(broken, "conv_1")

"""Drawn receptive fields: the squares' coordinates against the facts and a walk."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings

from cnncalc.analysis.analyze import analyze
from cnncalc.drawing.field import field_scene
from cnncalc.drawing.scene import Area, Box, Line, Scene, flat
from cnncalc.errors import UsageError
from tests.drawing.pages import check_page, groups
from tests.helpers import chain, facts_of, network_of, zoo_facts
from tests.properties.reach import Endless, Span, known
from tests.properties.strategies import Drawn, networks

CONV = "conv: {filters: 4, kernel: 3, padding: same}"


def box_of(mark: Area | Line) -> Box:
    xs, ys = [x for x, _ in mark.points], [y for _, y in mark.points]
    return Box(min(xs), min(ys), max(xs), max(ys))


def squares(scene: Scene, shape: tuple[int, ...]) -> list[tuple[Span, Span]]:
    """The squares in cells of the input, from the outermost, read off the picture."""
    plane = next(
        box_of(mark)
        for mark in flat(scene.marks)
        if isinstance(mark, Area) and mark.fill == "input" and mark.stroke == "ink"
    )
    down, across = (plane.bottom - plane.top) / shape[0], (plane.right - plane.left) / shape[1]
    found = []
    for group in groups(scene.marks):
        if group.title is not None:
            (area,) = group.marks
            assert isinstance(area, Area)
            box = box_of(area)
            found.append(
                (
                    read_off(box.top - plane.top, box.bottom - plane.top, down),
                    read_off(box.left - plane.left, box.right - plane.left, across),
                )
            )
    return found


def read_off(start: float, end: float, scale: float) -> Span:
    first, stop = start / scale, end / scale
    assert abs(first - round(first)) < 1e-6
    assert abs(stop - round(stop)) < 1e-6
    return Span(round(first), round(stop) - 1)


@pytest.mark.parametrize(
    ("name", "layer", "size"),
    [
        ("vgg16", "stage5.max_pool_1", 212),
        ("resnet50", "Bottleneck_16.residual_1", 427),
        ("googlenet", "inception_4e.concat_1", 427),
    ],
)
def test_the_outermost_square_is_that_of_the_facts(name: str, layer: str, size: int) -> None:
    facts = zoo_facts(name)
    one = facts.layer(layer)
    field = one.receptive_field
    assert field is not None
    assert field.size == (size, size)
    assert field.start is not None
    assert field.stride is not None
    scene = field_scene(facts, layer)
    check_page(scene)
    shape = known(facts.inputs["input"])
    outermost = squares(scene, shape)[0]
    for axis, span in enumerate(outermost):
        middle = (known(one.output_shape)[axis] - 1) // 2
        assert span.first == field.start[axis] + middle * field.stride[axis]
        assert span.size == field.size[axis]


def test_squares_of_a_chain_lie_in_another_and_have_the_sizes_of_the_facts() -> None:
    facts = zoo_facts("vgg16")
    scene = field_scene(facts, "stage5.max_pool_1")
    found = squares(scene, (224, 224))
    fields = [layer.receptive_field for layer in facts.layers]
    sizes = {field.size[0] for field in fields if field is not None and field.size is not None}
    assert [spans[0].size for spans in found] == sorted(
        (size for size in {1, *sizes} if size <= 212), reverse=True
    )
    for outer, inner in pairwise(found):
        for large, small in zip(outer, inner, strict=True):
            assert large.first <= small.first
            assert small.last <= large.last


@settings(max_examples=40)
@given(networks())
def test_any_network(drawn: Drawn) -> None:
    facts = facts_of(drawn.text)
    graph = facts.network.graph
    shape = known(graph.shape_of(0))[:-1]
    layer = facts.layers[-1]
    try:
        scene = field_scene(facts, layer.name)
    except UsageError:
        assert layer.receptive_field is None
        return
    check_page(scene)
    if len(shape) < 2:
        return
    walks = [Endless(graph, axis) for axis in range(2)]
    outermost = squares(scene, shape)[0]
    for axis, span in enumerate(outermost):
        seen: Span | None = Span(0, shape[axis] - 1)
        if walks[axis].local(layer.node.index):
            middle = (known(layer.output_shape)[axis] - 1) // 2
            seen = walks[axis].span(layer.node.index, middle)
        assert seen is not None
        assert span.first == max(seen.first, -4 * shape[axis])
        assert span.last == min(seen.last, 5 * shape[axis] - 1)


def test_where_paths_merge_the_ladder_follows_the_one_that_sees_most() -> None:
    scene = field_scene(zoo_facts("googlenet"), "inception_4e.concat_1")
    sizes = [words.text for words in scene.words() if words.anchor == "end" and "×" in words.text]
    # 7, then a pool and a 3×3 at stride 4, the 5×5 of every module, and the pools between
    most = [1, 7, 11, 19, 27, 59, 91, 107, 171, 235, 299, 363, 427]
    assert sizes[::2] == [f"{size}×{size}" for size in most]
    texts = {words.text for words in scene.words()}
    assert {f"inception_{module}.conv_5" for module in ("3a", "3b", "4a", "4b", "4c")} <= texts


def test_the_narrowest_path_is_dashed() -> None:
    facts = chain("32x32x4", f"residual: {{body: [{CONV}, {CONV}], name: sum}}", CONV)
    scene = field_scene(facts, "sum")
    (dashed,) = (
        box_of(mark)
        for mark in flat(scene.marks)
        if isinstance(mark, Line) and mark.dashed and len(mark.points) == 5
    )
    (square, *_) = [group.marks[0] for group in groups(scene.marks) if group.title]
    assert isinstance(square, Area)
    outer = box_of(square)
    # 5 cells through both convolutions, one along the shortcut
    assert (dashed.right - dashed.left) * 5 == pytest.approx(outer.right - outer.left)
    texts = [words.text for words in scene.words()]
    assert "the path that sees least: 1×1" in texts


def test_one_axis_is_drawn_as_intervals() -> None:
    facts = chain("100x2", "conv: {filters: 8, kernel: 9, stride: 4}", "max_pool: 4")
    scene = field_scene(facts, "max_pool_1")
    check_page(scene)
    bars = [
        box_of(mark)
        for group in groups(scene.marks)
        if group.layer == "max_pool_1"
        for mark in group.marks
        if isinstance(mark, Area)
    ]
    ground = next(
        box_of(mark)
        for mark in flat(scene.marks)
        if isinstance(mark, Area) and mark.fill == "input" and mark.stroke is None
    )
    cell = (ground.right - ground.left) / 100
    # 23 outputs of the convolution, 5 of the pool: the middle one starts at 2·16 and sees 9 + 3·4
    assert [round((bar.left - ground.left) / cell, 6) for bar in bars] == [32]
    assert [round((bar.right - ground.left) / cell, 6) for bar in bars] == [32 + 21]


def test_three_axes_are_drawn_as_two_with_a_note() -> None:
    facts = chain("16x112x100x3", "conv: {filters: 4, kernel: [3, 5, 7], padding: same}")
    scene = field_scene(facts, "conv_1")
    check_page(scene)
    depth, height = squares(scene, (16, 112))[0]
    assert (depth.size, height.size) == (3, 5)
    texts = " ".join(words.text for words in scene.words())
    assert "7 cells of 100 along the width" in texts


def test_what_goes_far_beyond_the_input_is_cut_and_said() -> None:
    wide = "conv: {filters: 4, kernel: 9, padding: same}"
    scene = field_scene(chain("8x8x3", *[wide] * 60), "conv_60")
    check_page(scene)
    assert squares(scene, (8, 8))[0] == (Span(-32, 39), Span(-32, 39))
    texts = [words.text for words in scene.words()]
    assert any("goes on beyond what is shown" in text for text in texts)
    assert "481×481" in texts
    assert "… 37 more layers …" in texts


def test_of_many_layers_those_in_the_middle_are_left_out() -> None:
    scene = field_scene(chain("640x640x3", *[CONV] * 40), "conv_40")
    check_page(scene)
    sizes = [height.size for height, _ in squares(scene, (640, 640))]
    assert sizes == [*range(81, 57, -2), *range(23, 0, -2)]


def test_a_thousand_layers_are_as_many_marks_as_thirty() -> None:
    facts = chain("640x640x3", *[CONV] * 1000)
    scene = field_scene(facts, "conv_1000")
    check_page(scene, most_marks=1500)


def test_odd_names_and_shapes_stay_on_the_page() -> None:
    facts = chain(
        "4x2000x3",
        "conv: {name: " + "第一個卷積層" * 20 + ", filters: 4, kernel: 3, padding: same}",
        "conv: {name: " + "x" * 300 + ", filters: 4, kernel: [3, 200], padding: same}",
    )
    check_page(field_scene(facts, "x" * 300))


def test_what_is_not_known_is_said_in_a_line() -> None:
    with pytest.raises(UsageError, match="channels only"):
        field_scene(chain("100", "dense: 10"), "dense_1")
    facts = analyze(
        network_of("input: 8x8x3\nlayers:\n  - conv: {filters: 1, kernel: 9}\n  - relu\n")
    )
    with pytest.raises(UsageError, match="size of the layer's output is not known"):
        field_scene(facts, "relu_1")
    opaque = chain("8x8x3", "opaque: {output: 8x8x4}", CONV)
    with pytest.raises(UsageError, match="is not known, as a layer before it"):
        field_scene(opaque, "conv_1")


def test_a_path_that_sees_everything_is_told_apart() -> None:
    gate = "multiply: [prev, [global_avg_pool, {dense: 4}, sigmoid]]"
    facts = chain("32x32x8", CONV, gate, CONV)
    scene = field_scene(facts, "conv_2")
    check_page(scene)
    texts = [words.text for words in scene.words()]
    assert "Beside this, a path sees the whole input." in texts
    everything = field_scene(chain("32x32x8", CONV, "flatten", "dense: 3"), "dense_1")
    check_page(everything)
    assert any("every output sees all" in words.text for words in everything.words())

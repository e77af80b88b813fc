"""Flows: that nothing overlaps, for any network, and that they show what they should."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnncalc
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.drawing.flow.flow import flow_scene, sheet_of
from cnncalc.drawing.flow.units import MOST_BOXES, MOST_OPEN, units_of
from cnncalc.drawing.scene import Group, Scene, flat
from cnncalc.drawing.svg import to_svg
from cnncalc.errors import UsageError
from tests.drawing.flow_geometry import check_flow, marks_of
from tests.drawing.flow_networks import conv, graphs
from tests.helpers import chain, facts_of, zoo_facts, zoo_names
from tests.properties.strategies import Drawn, networks


def loaded(spec: object) -> NetworkFacts:
    """The facts of a network that may have faults."""
    return cnncalc.analyze(cnncalc.load(json.dumps(spec, ensure_ascii=False) + "\n"))


def texts(scene: Scene) -> list[str]:
    return [word.text for word in scene.words()]


def heads(facts: NetworkFacts, depth: int | None = None) -> list[str]:
    """The first line of every box."""
    return [unit.strips[0].text for unit in units_of(facts, depth).units]


def layers_on(scene: Scene) -> list[str]:
    return [group.layer for group in marks_of(scene.marks, Group) if group.layer is not None]


@pytest.mark.parametrize("name", zoo_names())
def test_nothing_overlaps_in_the_zoo(name: str) -> None:
    check_flow(zoo_facts(name))


@pytest.mark.parametrize(
    ("name", "depth"),
    [
        ("resnet50", 0),
        ("resnet50", 2),
        ("resnet152", 1),
        ("densenet121", 1),
        ("efficientnet-b0", 2),
        ("inception-v3", 2),
        ("mobilenet-v3-large", 2),
        ("shufflenet-v2", 2),
        ("unet", 0),
        ("unet-valid", 0),
    ],
)
def test_nothing_overlaps_when_opened_or_not(name: str, depth: int) -> None:
    check_flow(zoo_facts(name), depth)


@settings(max_examples=40)
@given(networks(), st.sampled_from([None, 0, 1]))
def test_nothing_overlaps_in_generated_networks(drawn: Drawn, depth: int | None) -> None:
    check_flow(facts_of(drawn.text), depth)


@settings(max_examples=60)
@given(graphs())
def test_nothing_overlaps_in_any_graph(text: str) -> None:
    check_flow(facts_of(text))


def test_every_layer_is_there_once() -> None:
    facts = zoo_facts("googlenet-torchvision")
    names = layers_on(check_flow(facts, 9))
    frames = {name for name in names if name in units_of(facts, 9).titles.values()}
    assert sorted(set(names) - frames) == sorted([*facts.inputs, *(x.name for x in facts.layers)])
    assert len(names) == len(set(names))


def test_equal_networks_give_equal_pictures() -> None:
    text = "input: 9x9x3\nlayers: [conv: {filters: 2, kernel: 3}, concat: [prev, [relu]], relu]\n"
    assert to_svg(flow_scene(facts_of(text))) == to_svg(flow_scene(facts_of(text)))


# -- what is in the boxes --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("input", "layer", "label"),
    [
        ("8x8x4", "conv: {filters: 64, kernel: 3, stride: 2}", "conv 3×3 /2, 64"),
        ("8x8x4", "conv: {filters: 6, kernel: [1, 3], stride: [1, 2]}", "conv 1×3 /1×2, 6"),
        ("8x8x4", "conv: {filters: 6, kernel: 3, dilation: 2}", "conv 3×3, dilation 2, 6"),
        ("8x8x4", "conv: {filters: 6, kernel: 1, groups: 2}", "conv 1×1, 6, 2 groups"),
        ("8x8x4", "conv: {filters: 6, kernel: 1, activation: relu}", "conv 1×1, 6 + relu"),
        ("8x4", "conv: {filters: 6, kernel: 3}", "conv 3, 6"),
        ("8x8x8x1", "max_pool: 2", "max pool 2×2×2 /2"),
        ("8x8x4", "depthwise_conv: {kernel: 3}", "depthwise conv 3×3, 4"),
        ("8x8x4", "separable_conv: {filters: 9, kernel: 3}", "separable conv 3×3, 9"),
        ("8x8x4", "conv_transpose: {filters: 2, kernel: 2, stride: 2}", "conv transpose 2×2 /2, 2"),
        ("8x8x4", "adaptive_avg_pool: 2", "adaptive avg pool to 2×2"),
        ("8x8x4", "global_avg_pool", "global avg pool"),
        ("8x8x4", "group_norm: 2", "group norm 2"),
        ("8x8x4", "local_response_norm: 5", "local response norm 5"),
        ("8x8x4", "resize: 2", "resize to 16×16"),
        ("8x8x4", "pad: 1", "pad 1"),
        ("8x8x4", "dropout: 0.5", "dropout 0.5"),
        ("8x8x4", "channel_shuffle: 2", "channel shuffle 2"),
        ("8x8x4", "maxout: 2", "maxout 2"),
        ("8x8x4", "pixel_shuffle: 2", "pixel shuffle 2"),
        ("8x8x4", "residual: {body: [relu]}", "add"),
        ("10", "dense: 5", "dense 5"),
    ],
)
def test_labels(input: str, layer: str, label: str) -> None:
    assert label in heads(chain(input, layer))


def test_what_follows_a_layer_is_in_its_box() -> None:
    facts = chain("8x8x3", "conv: {filters: 4, kernel: 3}", "batch_norm", "relu", "max_pool: 2")
    found = units_of(facts, None).units
    assert [[strip.text for strip in unit.strips] for unit in found] == [
        ["input 8×8×3"],
        ["conv 3×3, 4", "batch norm", "relu"],
        ["max pool 2×2 /2"],
        ["output 3×3×4"],
    ]


def test_what_others_read_too_ends_a_box() -> None:
    facts = chain("8x8x4", "batch_norm", "relu", "add: [prev, batch_norm_1]")
    assert heads(facts) == ["input 8×8×4", "batch norm", "relu", "add", "output 8×8×4"]


def test_a_box_does_not_grow_without_end() -> None:
    found = units_of(chain("8x8x4", "conv: {filters: 4, kernel: 1}", *["relu"] * 9), None).units
    assert [len(unit.strips) for unit in found] == [1, 5, 5, 1]


def test_what_is_known_is_said_where_the_mouse_rests() -> None:
    scene = flow_scene(chain("8x8x3", "conv: {filters: 4, kernel: 3}", "flatten"))
    titles = [group.title for group in marks_of(scene.marks, Group)]
    assert titles == [
        "input 8×8×3",
        "conv_1: conv 3×3, 4, 8×8×3 → 6×6×4, 112 parameters",
        "flatten_1: flatten, 6×6×4 → 144",
        "output: 144",
    ]


def test_shapes_stand_where_they_change() -> None:
    facts = chain(
        "8x8x3", "conv: {filters: 4, kernel: 3}", "relu", "max_pool: 2", "pad: 0", "flatten"
    )
    shown = [text for text in texts(flow_scene(facts)) if text.replace("×", "").isdecimal()]
    assert shown == ["6×6×4", "3×3×4", "36"]


def test_the_legend_has_the_colours_in_use() -> None:
    scene = flow_scene(chain("8x8x3", "conv: {filters: 4, kernel: 3}", "relu", "max_pool: 2"))
    assert texts(scene)[-3:] == ["convolution", "pooling and resizing", "activation"]


# -- folding ---------------------------------------------------------------------------------------


def runs(facts: NetworkFacts, depth: int | None = None) -> list[str]:
    titles = list(units_of(facts, depth).titles.values())
    return [text for text in [*heads(facts, depth), *titles] if "×" in text.split(" ")[-1][:1]]


def test_equal_blocks_in_a_row_are_one_box() -> None:
    expected = ["Bottleneck ×3", "Bottleneck ×4", "Bottleneck ×6", "Bottleneck ×3"]
    assert runs(zoo_facts("resnet50"), 0) == expected
    found = units_of(zoo_facts("resnet50"), 0).units
    (first, *_) = [strip.name for unit in found for strip in unit.strips if strip.role == "block"]
    assert first == "32 layers, 215,808 parameters; first differs"


def test_of_equal_opened_blocks_the_first_is_drawn() -> None:
    facts = zoo_facts("resnet152")
    expected = ["Bottleneck ×2", "Bottleneck ×7", "Bottleneck ×35", "Bottleneck ×2"]
    assert runs(facts) == expected
    assert len(heads(facts)) == len(heads(zoo_facts("resnet50")))


def test_an_explicit_depth_opens_every_block() -> None:
    assert runs(zoo_facts("resnet50"), 2) == []
    assert heads(zoo_facts("resnet50"), 2).count("add") == 16


def test_blocks_that_grow_are_one_box() -> None:
    facts = zoo_facts("densenet121")
    assert runs(facts) == [f"DenseLayer ×{count}" for count in (6, 12, 24, 16)]
    last = [unit for unit in units_of(facts, None).units if unit.strips[0].text == "concat"]
    assert [unit.shape for unit in last] == ["56×56×256", "28×28×512", "14×14×1024", "7×7×1024"]


BLOCKS = """
input: 8x8x4
blocks:
  A:
    params: {kernel: 1, stride: 1}
    layers: [conv: {filters: 4, kernel: $kernel, stride: $stride, padding: same}, tanh, lrn: 3]
  Other:
    layers: [conv: {filters: 4, kernel: 1}, tanh, lrn: 3]
  Again: {layers: [conv: {filters: 4, kernel: 1}, add: [prev, input]]}
layers: """.replace("lrn", "local_response_norm")


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ("[A, A, A]", ["A ×3"]),
        ("[A: {repeat: 3}]", ["A ×3"]),
        ("[A: {repeat: 3, first: {stride: 2}}]", ["A ×3"]),
        ("[A: {stride: 2}, A]", ["A ×2"]),
        ("[A, relu, A]", []),  # not in a row
        ("[A: {kernel: 3}, A]", []),  # other windows
        ("[A: {name: one}, A: {name: two}]", []),  # names that somebody chose
        ("[A, Other]", []),
        ("[A: {name: A_7}, A, add: [prev, A_7]]", []),  # somebody else reads the first
        ("[A, A]\noutputs: [A_1, A_2]", []),
        ("[A, relu, A, A]", ["A ×2"]),
        ("[A, A: {from: input}, add: [prev, A_1]]", []),  # side by side
        ("[Again, Again]", []),  # each reads something else as well
    ],
)
def test_which_blocks_are_one_box(layers: str, expected: list[str]) -> None:
    assert runs(facts_of(BLOCKS + layers), 0) == expected


def test_as_many_blocks_are_opened_as_leave_a_picture() -> None:
    for name in ("inception-v3", "regnety-400mf"):
        assert len(heads(zoo_facts(name))) <= MOST_OPEN < len(heads(zoo_facts(name), 9))


# -- the page --------------------------------------------------------------------------------------


def test_a_long_flow_is_broken_into_columns() -> None:
    scene = flow_scene(zoo_facts("resnet50"), 2)
    assert 0.6 < scene.width / scene.height < 1.7
    assert 1 + max(sheet_of(units_of(zoo_facts("resnet50"), 2)).column_of) >= 4
    assert max(sheet_of(units_of(zoo_facts("squeezenet"), 0)).column_of) == 0


def test_branches_stand_in_the_order_in_which_they_are_written() -> None:
    found = units_of(zoo_facts("googlenet"), None)
    boxes = sheet_of(found).boxes
    (fork,) = (n for n, unit in enumerate(found.units) if unit.strips[0].layer == "pool2")
    lefts = [boxes[n].left for n, unit in enumerate(found.units) if fork in unit.inputs]
    assert len(lefts) == 4
    assert lefts == sorted(lefts)


def test_columns_break_between_blocks() -> None:
    found = units_of(zoo_facts("resnet50"), 2)
    columns_of: dict[tuple[str, ...], set[int]] = {}
    for unit, column in zip(found.units, sheet_of(found).column_of, strict=True):
        if unit.frame:
            columns_of.setdefault(unit.frame, set()).add(column)
    assert {len(columns) for columns in columns_of.values()} == {1}


def test_a_long_chain_has_its_middle_left_out() -> None:
    layers = [conv(4, name=f"c{index}") for index in range(1000)]
    scene = check_flow(loaded({"input": [8, 8, 4], "layers": layers}))
    shown = texts(scene)
    assert "… 922 more …" in shown
    assert {"c0", "c38", "c961", "c999"} <= set(shown)
    assert "c39" not in shown
    assert len(list(flat(scene.marks))) < 10 * MOST_BOXES


def test_too_many_lines_are_left_out_as_well() -> None:
    layers = [
        {"add": {"name": f"a{n}", "paths": ["input", *(f"a{k}" for k in range(n))]}}
        for n in range(1, 120)
    ]
    first = {"relu": {"name": "a0"}}
    scene = check_flow(loaded({"input": [4, 4, 2], "layers": [first, *layers]}))
    assert any(text.startswith("… ") for text in texts(scene))
    assert len(list(flat(scene.marks))) < 10 * MOST_BOXES


BESIDE = """
input: 8x8x4
blocks:
  A: {layers: [conv: {filters: 4, kernel: 1}, conv: {filters: 4, kernel: 1}]}
  B:
    layers:
      - add:
          - [conv: {filters: 4, kernel: 1}]
          - [conv: {filters: 4, kernel: 3, padding: 1, from: a}]
layers:
  - conv: {filters: 4, kernel: 1, name: a}
  - add: [[A], [A, A], [{conv: {filters: 4, kernel: 3, padding: 1}}], [B]]
"""


def test_frames_hold_what_is_theirs() -> None:
    facts = facts_of(BESIDE)
    scene = check_flow(facts, 1)
    shown = texts(scene)
    assert {"A_1", "A_2", "A_3"} <= set(shown)
    assert "B_1" not in shown  # another box stands between its own
    assert "B_1.conv_1" in shown


def test_depth_is_not_negative() -> None:
    with pytest.raises(UsageError, match="the depth must be 0 or more, not -1; 0 opens no block"):
        flow_scene(chain("4", "relu"), -1)


# -- what people write -----------------------------------------------------------------------------


def test_faults_are_shown() -> None:
    spec = {
        "input": [9, 9, 3],
        "layers": [conv(2, 99, padding=0), "frobnicate", {"add": ["prev", [conv(4)]]}],
    }
    scene = check_flow(loaded(spec))
    assert {"?×?×2", "?", "frobnicate", "has a fault"} <= set(texts(scene))


def test_names_are_shortened_and_shown_as_they_are() -> None:
    names = ["名前" * 40, "x" * 500, '<b>&amp;"', "a\u202eb\x1b[31m", "é́" * 30]
    spec = {
        "name": names[0],
        "inputs": {names[0]: [9, 9, 3]},
        "blocks": {"Block" * 20: {"layers": [conv(2), conv(3)]}},
        "layers": [conv(2, name=name) for name in names[1:]] + [{"Block" * 20: {}}],
    }
    scene = check_flow(loaded(spec))
    shown = "".join(texts(scene))
    assert "x…" in shown
    assert "<b>&amp;" in shown
    assert "BlockBlockB" in shown
    assert "BlockBlock" * 5 not in shown
    assert not {"\x1b", "\u202e"} & set(shown)


def test_several_inputs_and_outputs() -> None:
    spec = {
        "inputs": {"image": [8, 8, 3], "depth": [8, 8, 1], "meta": [5], "unused": [2]},
        "outputs": ["box", "mask"],
        "layers": [
            conv(4, name="a", **{"from": "image"}),
            conv(4, name="b", **{"from": "depth"}),
            {"add": {"name": "both", "paths": ["a", "b"]}},
            conv(1, name="mask"),
            {"global_avg_pool": {"name": "pooled", "from": "both"}},
            {"concat": ["pooled", "meta"]},
            {"dense": {"units": 4, "name": "box"}},
        ],
    }
    shown = texts(check_flow(loaded(spec)))
    assert {"image 8×8×3", "depth 8×8×1", "meta 5", "unused 2"} <= set(shown)
    assert {"output 4", "output 8×8×1"} <= set(shown)

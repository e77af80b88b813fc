"""Chains as boxes: everything to scale, nothing over anything else."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnncalc
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.drawing.boxes import boxes_scene, is_chain
from cnncalc.drawing.boxes.chain import MOST_MAPS
from cnncalc.drawing.boxes.scale import Scale
from cnncalc.drawing.scene import Area, Box, Group, Line, Mark, Scene, bounds, flat
from cnncalc.drawing.svg import to_svg
from cnncalc.errors import UsageError
from tests.drawing.layout import faults
from tests.helpers import chain, zoo_facts, zoo_names

CHAINS = [
    *("alexnet", "c3d", "convnetjs-cifar10", "dcgan", "dilated-context", "fashion-mnist", "lenet5"),
    *("lecture-dense", "lenet5-modern", "m18", "mobilenet-v1", "seven-stride2", "vgg19", "zfnet"),
]


def drawn(spec: dict[str, Any]) -> Scene:
    return boxes_scene(cnncalc.analyze(cnncalc.load(json.dumps(spec) + "\n")))


def groups(marks: tuple[Mark, ...]) -> dict[str, Group]:
    """The group of every layer that is drawn."""
    found: dict[str, Group] = {}
    for mark in marks:
        if isinstance(mark, Group):
            found |= {mark.layer: mark} if mark.layer else {}
            found |= groups(mark.marks)
    return found


def filled(scene: Scene, layer: str, role: str) -> list[Area]:
    marks = flat(groups(scene.marks)[layer].marks)
    return [mark for mark in marks if isinstance(mark, Area) and mark.fill == role]


def text_of(scene: Scene) -> list[str]:
    return [words.text for words in scene.words()]


@pytest.mark.parametrize("name", CHAINS)
def test_zoo(name: str) -> None:
    scene = boxes_scene(zoo_facts(name))
    assert faults(scene) == []
    assert scene.width <= 842  # A4 on its side


def test_which_are_chains() -> None:
    known = {*CHAINS, "m5", "m11", "vgg11", "vgg13", "vgg16", "ten-filters", "alexnet-torchvision"}
    known |= {"alexnet-one-tower", "c3d-sports1m", "cs231n-7000", "dcgan-discriminator"}
    known |= {f"seven-{name}" for name in ("padding1", "stride1", "stride3")}
    assert {name for name in zoo_names() if is_chain(zoo_facts(name))} == known


def test_a_branch_is_no_chain() -> None:
    facts = chain("8x8x3", "residual: {body: [{conv: {filters: 3, kernel: 1}}]}")
    assert not is_chain(facts)
    with pytest.raises(
        UsageError, match=r"boxes are for chains of layers, and .* breaks the chain"
    ):
        boxes_scene(facts)


def test_an_output_in_the_middle_is_no_chain() -> None:
    text = "input: 8\nlayers: [{dense: {units: 4, name: a}}, dense: 2]\noutputs: [a, dense_1]\n"
    assert not is_chain(cnncalc.analyze(cnncalc.load(text)))


# ----------------------------------------------------------------------------------- LeNet to scale


ROLES = {"C": "convolution", "c": "convolution", "S": "pooling", "i": "input"}


def face(scene: Scene, layer: str, role: str) -> Box:
    """The sheet in front."""
    return bounds([filled(scene, layer, role)[-1]])


def test_lenet_has_a_sheet_for_every_map_all_to_scale() -> None:
    scene = boxes_scene(zoo_facts("lenet5"))
    sizes = {"input": (1, 32), "C1": (6, 28), "S2": (6, 14), "C3": (16, 10), "S4": (16, 5)}
    cell = None
    for layer, (count, size) in sizes.items():
        role = ROLES[layer[0]]
        assert len(filled(scene, layer, role)) == count
        left, top, right, bottom = face(scene, layer, role)
        cell = cell or (right - left) / size
        assert (right - left, bottom - top) == pytest.approx((cell * size, cell * size))


PADDED = chain(
    "21x15x2", "conv: {filters: 6, kernel: [3, 5], stride: 2, padding: [[2, 1], [1, 2]]}"
)


@pytest.mark.parametrize(
    ("facts", "before", "layer"),
    [
        (zoo_facts("lenet5"), "input", "C1"),
        (zoo_facts("lenet5"), "C1", "S2"),
        (zoo_facts("lenet5"), "S2", "C3"),
        (PADDED, "input", "conv_1"),
    ],
)
def test_windows_lie_on_the_cells_that_they_see(
    facts: NetworkFacts, before: str, layer: str
) -> None:
    scene = boxes_scene(facts)
    rows, columns = facts.layer(layer).windows
    sheet, target = (face(scene, name, ROLES[name[0]]) for name in (before, layer))
    (window,) = filled(scene, layer, "paper")
    box, dot = bounds([window]), bounds(filled(scene, layer, "ink"))
    for axis, slid in ((0, columns), (1, rows)):
        cell = (sheet[axis + 2] - sheet[axis]) / (slid.size or 0)
        begin, end = ((box[place] - sheet[axis]) / cell for place in (axis, axis + 2))
        side = (target[axis + 2] - target[axis]) / (slid.output or 0)
        at = ((dot[axis] + dot[axis + 2]) / 2 - target[axis]) / side - 0.5
        assert at == pytest.approx(round(at), abs=1e-6)
        assert begin == pytest.approx(round(at) * slid.stride - slid.begin, abs=1e-6)
        assert end - begin == pytest.approx(slid.effective_kernel, abs=1e-6)


def test_a_transposed_window_lies_on_the_cells_that_it_stamps() -> None:
    layer = "conv_transpose: {filters: 4, kernel: [4, 3], stride: 2, padding: 1}"
    scene = boxes_scene(chain("9x8x2", layer))
    (window,) = filled(scene, "conv_transpose_1", "paper")
    box, dot = bounds([window]), bounds(filled(scene, "conv_transpose_1", "ink"))
    large = face(scene, "conv_transpose_1", "convolution")
    small = face(scene, "input", "input")
    for axis, size, output, kernel in ((0, 8, 15, 3), (1, 9, 18, 4)):
        cell = (large[axis + 2] - large[axis]) / output
        side = (small[axis + 2] - small[axis]) / size
        at = ((dot[axis] + dot[axis + 2]) / 2 - small[axis]) / side - 0.5
        assert at == pytest.approx(round(at), abs=1e-6)
        assert (box[axis] - large[axis]) / cell == pytest.approx(2 * round(at) - 1, abs=1e-6)
        assert (box[axis + 2] - box[axis]) / cell == pytest.approx(kernel, abs=1e-6)


def test_lenet_says_what_the_figure_says() -> None:
    text = text_of(boxes_scene(zoo_facts("lenet5")))
    for word in ("6@28×28", "16@10×10", "16@5×5", "C1", "conv 5×5", "subsample 2×2", "84"):
        assert word in text
    assert text.count("tanh") == 6


# ------------------------------------------------------------------------------------------ folding


def test_vgg_is_a_box_for_each_map() -> None:
    scene = boxes_scene(zoo_facts("vgg16"))
    drawn_layers = [mark for mark in scene.marks if isinstance(mark, Group)]
    assert len(drawn_layers) == 1 + 13 + 6 + 3  # with the pool to 7×7, which changes nothing here
    names = set(groups(scene.marks))
    assert names == {"input", *(layer.name for layer in zoo_facts("vgg16").layers)}
    assert "activation: relu" in text_of(scene)
    assert {"stage1", "conv_1", "fc6"} <= set(text_of(scene))
    assert "stage1.conv_1" not in text_of(scene)


def test_what_keeps_the_shape_is_folded_in() -> None:
    layers = ("conv: {filters: 64, kernel: 3}", "batch_norm", "relu", "dropout: 0.1", "identity")
    scene = boxes_scene(chain("32x32x3", *layers))
    assert len([mark for mark in scene.marks if isinstance(mark, Group)]) == 2
    for role in ("normalization", "activation", "other"):
        assert len(filled(scene, "conv_1", role)) == 2  # in front and above
    for name in ("batch_norm_1", "relu_1", "dropout_1"):
        assert filled(scene, name, "convolution")  # the box answers to all of these names


def test_what_changes_the_shape_is_not() -> None:
    scene = boxes_scene(chain("8x8x4", "maxout: 2", "flatten"))
    assert {"8×8×2", "2@8×8", "128"} & set(text_of(scene)) == {"2@8×8", "128"}


def test_maps_of_one_shape_share_their_label() -> None:
    layer = "conv: {filters: 64, kernel: 3, padding: same}"
    text = text_of(boxes_scene(chain("32x32x64", layer, layer, "max_pool: 2")))
    assert text.count("32×32×64") == 1
    assert text.count("16×16×64") == 1


def test_a_colour_of_two_families_is_called_by_both() -> None:
    text = text_of(boxes_scene(chain("8x8x3", "max_pool: 2", "resize: 4")))
    assert "pooling, resizing" in text


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ("conv: {filters: 9, kernel: [3, 5], stride: [2, 1], padding: 2}", "3×5 /2×1"),
        ("conv: {filters: 9, kernel: 3, dilation: 2}", "dilated 2"),
        ("max_pool: {size: 3, stride: 2}", "3×3 /2"),
        ("avg_pool: 2", "2×2"),
    ],
)
def test_words(layer: str, words: str) -> None:
    text = text_of(boxes_scene(chain("32x32x3", layer)))
    assert words in " ".join(text)
    assert re.sub(r":.*", "_1", layer) in text


# -------------------------------------------------------------------------------------------- scale


@given(st.lists(st.integers(0, 10**15), min_size=1), st.floats(10, 200), st.floats(1.5, 20))
def test_scale_is_monotonic_and_bounded(sizes: list[int], longest: float, ratio: float) -> None:
    scale = Scale(sizes, longest, ratio)
    lengths = [scale(size) for size in sorted(sizes)]
    assert lengths == sorted(lengths)
    assert lengths[-1] == pytest.approx(longest)
    assert lengths[0] >= longest / ratio * (1 - 1e-9)


def test_a_true_scale_where_sizes_are_near() -> None:
    scale = Scale([32, 28, 14, 10, 5], 104, 8)
    assert scale.exponent == 1
    assert [scale(size) / scale(1) for size in (32, 28, 5)] == pytest.approx([32, 28, 5])


def test_equal_ratios_stay_equal_where_sizes_are_far_apart() -> None:
    scale = Scale([224, 112, 56, 28, 14, 7], 104, 8)
    assert scale(224) / scale(112) == pytest.approx(scale(14) / scale(7))
    assert scale(224) / scale(7) == pytest.approx(8)
    text = text_of(boxes_scene(zoo_facts("vgg16")))
    assert "side lengths ∝ size^0.60" in text


# -------------------------------------------------------------------------------- whatever comes in


CONV: dict[str, dict[str, Any]] = {"conv": {"filters": 32, "kernel": 3, "padding": "same"}}
NAMES = ["卷积层" * 9, "a_long_name_" * 9, "y" * 90, "</text><script>", "x\u202e\x1by", "a b"]
ODD: dict[str, dict[str, Any]] = {
    "150 layers": {"input": "64x64x3", "layers": [{"conv": {**CONV["conv"], "repeat": 150}}]},
    "unknown op": {"input": "64x64x3", "layers": [{"foo": 3}, "flatten", {"dense": 2}]},
    "does not fit": {"input": "9x9x3", "layers": [{"conv": {"filters": 8, "kernel": 99}}, "relu"]},
    "opaque": {"input": "9x9x3", "layers": [{"opaque": {"output": "7x7x512"}}, {"max_pool": 2}]},
    "huge": {"input": f"{10**11}x{10**11}x3", "layers": [{"max_pool": 2000000}, "flatten"]},
    "many axes": {"input": 64, "layers": [{"reshape": [2] * 6}, {"reshape": [8, 8]}, "flatten"]},
    "one value": {"input": 1, "layers": ["relu"]},
    "names": {"input": "64x64x3", "layers": [{"conv": {**CONV["conv"], "name": n}} for n in NAMES]},
    "long input": {"inputs": {"n" * 300: "64x64x3"}, "layers": ["relu"]},
    "many folded": {"input": "8x8x3", "layers": [{"relu": {"repeat": 3000}}]},
    "strange block": {
        "input": "64x64x3",
        "blocks": {"B" * 90: {"layers": [CONV]}},
        "layers": ["B" * 90, CONV, "B" * 90],
    },
}


@pytest.mark.parametrize("name", ODD)
def test_odd_chains(name: str) -> None:
    scene = drawn(ODD[name])
    assert faults(scene) == []
    assert to_svg(scene) == to_svg(drawn(ODD[name]))


def test_what_is_not_known_is_dashed() -> None:
    scene = drawn(ODD["unknown op"])
    assert [mark for mark in flat(scene.marks) if isinstance(mark, Line) and mark.dashed]
    assert "?" in text_of(scene)


def test_of_a_long_chain_the_middle_is_left_out() -> None:
    scene = drawn({"input": "64x64x3", "layers": [{"conv": {**CONV["conv"], "repeat": 1000}}]})
    assert f"{1001 - MOST_MAPS} more" in text_of(scene)
    assert {"conv_1", "conv_1000"} <= set(text_of(scene))
    assert "conv_500" not in text_of(scene)
    assert len(list(flat(scene.marks))) < 60 * MOST_MAPS
    assert faults(scene) == []


def test_a_page_of_150_layers_is_about_as_wide_as_high() -> None:
    scene = drawn(ODD["150 layers"])
    assert 0.6 < scene.height / scene.width < 1.5


SIZES = st.integers(1, 5)
NAME = st.text(
    st.characters(max_codepoint=0xFFFD, exclude_categories=["Cs"]), min_size=1, max_size=40
)


@st.composite
def layers(draw: st.DrawFn) -> Any:
    """A layer of any kind; whether it fits is of no importance."""
    conv: dict[str, Any] = {
        "filters": draw(st.sampled_from([1, 6, 16, 64, 512])),
        "kernel": draw(SIZES),
    }
    conv |= {"stride": draw(SIZES), "padding": draw(st.sampled_from(["same", "valid", 3]))}
    layer = draw(
        st.sampled_from(
            [
                *(conv_of("conv", conv), conv_of("conv_transpose", conv | {"padding": "valid"})),
                *({"max_pool": {"size": draw(SIZES)}}, {"avg_pool": {"size": draw(SIZES)}}),
                *({"dense": {"units": draw(st.sampled_from([1, 10, 4096]))}}, {"flatten": {}}),
                *({"relu": {}}, {"batch_norm": {}}, {"dropout": {"rate": 0.5}}, {"tanh": {}}),
                *({"global_avg_pool": {}}, {"pad": {"amount": draw(SIZES)}}, {"no_such_op": {}}),
                *({"resize": {"factor": draw(SIZES)}}, {"crop": {"amount": draw(SIZES)}}),
                {"adaptive_max_pool": {"size": draw(SIZES)}},
            ]
        )
    )
    if draw(st.booleans()):
        (arguments,) = layer.values()
        arguments["name"] = draw(NAME)
    return layer


def conv_of(op: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {op: dict(arguments)}


@settings(max_examples=60, deadline=None)
@given(st.lists(layers(), min_size=4, max_size=30), st.lists(st.integers(1, 300), max_size=3))
def test_any_chain_has_a_picture(found: list[Any], sizes: list[int]) -> None:
    scene = drawn({"input": [*sizes, 3], "layers": found})
    assert faults(scene) == []

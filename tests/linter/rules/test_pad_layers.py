"""What a pad layer adds is padding: a network says the same of it whichever way it is written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnncalc
from cnncalc import Network
from cnncalc.linter.engine import lint
from cnncalc.linter.settings import LintSettings
from cnncalc.teaching.fitting import sizes
from tests.linter.rules.looking import chain, look

Told = list[tuple[str, str, str | None]]

CELL_BY_CELL = [
    "relu",
    "batch_norm",
    "layer_norm",
    "dropout: 0.1",
    "identity",
    "scale",
    "dense: 4",
    "pad: [[2, 0], [0, 1]]",
    "crop: [[1, 0], [0, 0]]",
]
OVER_CELLS = [
    "conv: {filters: 4, kernel: 3, padding: 1}",
    "conv: {filters: 4, kernel: 1}",
    "max_pool: {size: 3, stride: 1, padding: 1}",
    "resize: {factor: 1}",
]


def stem(*between: str, pad: str = "pad: [[3, 3], [3, 3]]", size: int = 224) -> str:
    return chain(f"{size}x{size}x4", pad, *between, "conv: {filters: 8, kernel: 7, stride: 2}")


@pytest.mark.parametrize("layer", CELL_BY_CELL)
def test_padding_is_seen_through_layers_that_work_cell_by_cell(layer: str) -> None:
    # one of 230 rows and columns is in no window: the last of the 3 that were added
    assert not look(stem(layer, size=224 if "[2" not in layer else 222), "S102")


@pytest.mark.parametrize("layer", OVER_CELLS)
def test_and_not_through_others(layer: str) -> None:
    assert look(stem(layer), "S102")


def test_modes_that_copy_cells_add_no_new_ones_either() -> None:
    for mode in ("reflect", "edge"):
        assert not look(stem(pad=f"pad: {{amount: 3, mode: {mode}}}"), "S102")


def test_only_the_end_counts() -> None:
    assert look(stem(pad="pad: [[6, 0], [6, 0]]"), "S102")
    assert not look(stem(pad="pad: [[0, 6], [0, 6]]"), "S102")


def test_a_crop_takes_the_padding_away_first() -> None:
    assert not look(stem("crop: [[0, 2], [0, 2]]", "pad: [[1, 1], [1, 1]]"), "S102")
    assert look(stem("crop: [[0, 4], [0, 4]]"), "S102", "S103")[0].code == "S102"


def test_nothing_is_lost_where_a_crop_leaves_nothing_but_padding() -> None:
    layers = ("pad: [[9, 0], [9, 0]]", "crop: [[0, 8], [0, 8]]", "max_pool: {size: 2, stride: 2}")
    assert [finding.code for finding in look(chain("4x4x3", *layers), "S102", "S103")] == ["S103"]


@pytest.mark.parametrize("merge", ["add", "concat", "multiply"])
@pytest.mark.parametrize(("other", "lost"), [(3, False), (1, False), (0, True)])
def test_a_merge_keeps_what_all_paths_added(merge: str, other: int, lost: bool) -> None:
    text = f"""\
input: 224x224x4
layers:
  - pad: {{name: a, amount: 3}}
  - conv: {{name: b, from: input, filters: 4, kernel: 1}}
  - pad: {{name: c, from: b, amount: [[{6 - other}, {other}], [{6 - other}, {other}]]}}
  - {merge}: [a, c]
  - conv: {{filters: 8, kernel: 7, stride: 2}}
"""
    assert [finding.code for finding in look(text, "S102", "S103")] == ["S102" if lost else "S103"]


def test_paths_that_are_put_side_by_side_have_the_padding_inside() -> None:
    text = """\
input: 224x218x4
layers:
  - pad: {name: a, amount: [[3, 3], [3, 3]]}
  - pad: {name: b, from: input, amount: [[3, 3], [3, 3]]}
  - concat: {axis: 1, paths: [a, b]}
  - conv: {filters: 8, kernel: 7, stride: 2}
"""
    assert look(text, "S102")


def test_real_cells_beside_the_padding_are_counted() -> None:
    # of 22 + 1 cells two windows of 10 leave 3, one of which is the pad layer's
    (finding,) = look(
        chain("22x22x3", "pad: [[0, 1], [0, 1]]", "conv: {filters: 1, kernel: 10, stride: 10}"),
        "S102",
    )
    assert "(22 - 10 + 0 + 1)/10 + 1 = 2.30" in finding.message
    assert "no window sees the last 2 rows and columns of 22×22" in finding.message


def test_one_window_of_a_fix_is_the_layers_own() -> None:
    text = chain("31x31x3", "pad: 1", "conv: {filters: 1, kernel: 4, stride: 4}")
    (finding,) = look(chain("33x33x3", *layers_of(text)), "S102")
    titles = [fix.title for fix in finding.fixes]
    # 33 + 2 - 4 = 31 leaves 3, so 1 is short: it is added to the layer's padding, which is none
    assert "set padding: [[0, 1], [0, 1]]" in titles


def layers_of(text: str) -> list[str]:
    return [line.removeprefix("  - ") for line in text.splitlines() if line.startswith("  - ")]


def test_an_input_is_proposed_for_which_the_padding_alone_is_dropped() -> None:
    apart = chain("226x226x3", "pad: 3", "conv: {filters: 8, kernel: 7, stride: 2}", "max_pool: 4")
    together = chain(
        "226x226x3", "conv: {filters: 8, kernel: 7, stride: 2, padding: 3}", "max_pool: 4"
    )
    (one,), (other,) = look(apart, "S102"), look(together, "S102")
    # 224 gives 112, and of the stem's 230 cells one is left over that the pad layer added
    assert one.help == other.help
    assert "the whole network fits an input of 224×224×3" in (one.help or "")


def test_equal_windows_over_maps_of_one_size_are_told_apart() -> None:
    text = """\
input: 20x20x3
layers:
  - pad: {name: a, amount: [[0, 1], [0, 1]]}
  - max_pool: {size: 2}
  - conv: {name: b, from: input, filters: 3, kernel: 1, padding: [[0, 1], [0, 1]]}
  - max_pool: {size: 2}
"""
    (found,) = sizes(cnncalc.load(text), range(4, 10))
    assert found.sizes == (5, 7, 9)  # what a convolution makes of its padding is no padding
    assert [finding.line for finding in look(text, "S102")] == [6]


def test_the_note_on_dropped_padding_says_whose_it_is() -> None:
    (finding,) = look(stem(), "S103")
    assert "only padding is dropped along height and width: (224 - 7 + 2·3)/2" in finding.message
    assert finding.help == "nothing is lost; the pad layer before adds too much"
    assert not finding.fixes
    own = chain("224x224x3", "pad: 2", "conv: {filters: 8, kernel: 7, stride: 2, padding: 1}")
    (finding,) = look(own, "S103")
    assert [fix.title for fix in finding.fixes] == ["set padding: [[1, 0], [1, 0]]"]


def test_a_model_of_keras_is_judged_like_the_network(tmp_path: object) -> None:
    def layer(name: str, kind: str, before: str | None, **config: object) -> dict[str, object]:
        return {
            "class_name": kind,
            "name": name,
            "config": {"name": name, **config},
            "inbound_nodes": [[[before, 0, 0, {}]]] if before else [],
        }

    layers = [
        layer("i", "InputLayer", None, batch_input_shape=[None, 224, 224, 3]),
        layer("p", "ZeroPadding2D", "i", padding=[[3, 3], [3, 3]]),
        layer("c", "Conv2D", "p", filters=8, kernel_size=[7, 7], strides=[2, 2], padding="valid"),
    ]
    config = {
        "name": "m",
        "layers": layers,
        "input_layers": [["i", 0, 0]],
        "output_layers": [["c", 0, 0]],
    }
    text = json.dumps({"class_name": "Functional", "config": config, "keras_version": "2.15.0"})
    path = f"{tmp_path}/model.json"
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    found = cnncalc.lint(cnncalc.analyze(cnncalc.load(path)))
    assert not [finding for finding in found if finding.code == "S102"]


# ------------------------------------------------------------------------------ two ways to write

_pairs = st.tuples(st.integers(0, 4), st.integers(0, 4))


@st.composite
def twins(draw: st.DrawFn) -> tuple[str, str]:
    """A network with pad layers before some windows, and with padding in all windows."""
    sides = [draw(st.integers(6, 40)), draw(st.integers(6, 40))]
    shape = "x".join(map(str, [*sides, 3]))
    one, other = [], []
    for index in range(draw(st.integers(1, 3))):
        op = draw(st.sampled_from(["conv: {filters: 3, kernel", "max_pool: {size"]))
        kernel, stride = draw(st.integers(1, 6)), draw(st.integers(1, 6))
        added = draw(st.tuples(_pairs, _pairs))
        own = draw(st.tuples(_pairs, _pairs)) if draw(st.booleans()) else ((0, 0), (0, 0))
        both = [[a + b, c + d] for (a, c), (b, d) in zip(added, own, strict=True)]
        window = f"{op}: {kernel}, stride: {stride}, name: w{index}, padding: "
        points = draw(st.lists(st.sampled_from(["relu", "batch_norm", "dropout: 0.1"]), max_size=2))
        one += [f"pad: {[list(pair) for pair in added]}", *points]
        one += [f"{window}{[list(pair) for pair in own]}}}"]
        other += [*points, f"{window}{both}}}"]
    return chain(shape, *one), chain(shape, *other)


def told(network: Network) -> Told:
    found = lint(cnncalc.analyze(network), LintSettings(select=("S102", "S103")))
    # what is out of sight is said of layers that do not read the input itself, as here the pads do
    return [(finding.code, finding.message.split(";")[0], finding.layer) for finding in found]


@given(twins())
def test_both_ways_are_judged_alike(pair: tuple[str, str]) -> None:
    apart, together = map(cnncalc.load, pair)

    assert told(apart) == told(together)


@given(twins())
def test_both_ways_fit_the_same_sizes(pair: tuple[str, str]) -> None:
    apart, together = map(cnncalc.load, pair)
    tried = range(1, 30)

    for one, other in zip(sizes(apart, tried), sizes(together, tried), strict=True):
        assert (one.sizes, one.outputs) == (other.sizes, other.outputs)

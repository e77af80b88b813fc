"""Networks side by side: what is cited, how deep they are, and what is said of what is not known.

tests/zoo/accuracies.json has the figures as others published them, with their sources.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from cnncalc.comparison.accuracy import Accuracy, published_accuracy
from cnncalc.comparison.depth import depth
from cnncalc.comparison.quantities import MEASURES, quantity
from cnncalc.errors import UsageError
from cnncalc.spec.flat import flat_spec
from tests.helpers import facts_of, zoo_facts, zoo_names

PUBLISHED: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "zoo" / "accuracies.json").read_text(encoding="utf-8")
)
MINE = """
name: mine
input: 8x8x3
x-published: {mine: {n_params: 84, top1: 71.5, data: CIFAR-10, source: our third run}}
layers:
  - conv: {filters: 3, kernel: 3}
"""
BROKEN = """
name: broken
input: 8x8x3
layers:
  - conv: {filters: 3, kernel: 3}
  - wibble
  - dense: 3
"""


def accuracy_of(name: str, **settings: Any) -> Accuracy | None:
    return published_accuracy(cnncalc.analyze(cnncalc.load(name, **settings)))


@pytest.mark.parametrize("name", PUBLISHED["torchvision"])
def test_torchvision_s_accuracies(name: str) -> None:
    top1, top5, crop, resized = PUBLISHED["torchvision"][name]
    url = "https://docs.pytorch.org/vision/stable/models.html"
    source = "torchvision IMAGENET1K_V1"
    wanted = Accuracy(top1, top5, "ImageNet", f"{crop} of {resized}", source, url)
    assert accuracy_of(name) == wanted


@pytest.mark.parametrize("name", PUBLISHED["keras"])
def test_keras_s_accuracies(name: str) -> None:
    url = "https://keras.io/api/applications"
    top1, top5 = PUBLISHED["keras"][name]
    wanted = Accuracy(top1, top5, "ImageNet", None, "keras.io", url)
    assert accuracy_of(name) == wanted


@pytest.mark.parametrize("name", PUBLISHED["papers"])
def test_accuracies_of_papers(name: str) -> None:
    found = accuracy_of(name)
    assert found is not None
    assert [found.top1, found.top5, found.data] == PUBLISHED["papers"][name][:3]
    assert found.source


def test_no_other_network_has_an_accuracy() -> None:
    known = {name for group in ("torchvision", "keras", "papers") for name in PUBLISHED[group]}
    assert {name for name in zoo_names() if accuracy_of(name) is not None} == known


def test_what_is_another_network_has_no_accuracy() -> None:
    assert accuracy_of("resnet50", input="224x224x3") == accuracy_of("resnet50")
    assert accuracy_of("resnet50", variant="resnet101") == accuracy_of("resnet101")
    assert accuracy_of("resnet50", input="192x192x3") is None
    assert accuracy_of("mobilenet-v2", define={"width": 0.75}) is None
    assert accuracy_of("mobilenet-v2", define={"width": 1}) is None  # who knows
    assert accuracy_of(MINE.replace("filters: 3", "filters: 4")) is None
    assert accuracy_of(MINE.replace("name: mine", "name: yours")) is None


def test_a_flat_spec_cites_none() -> None:
    """It is one variant of the file, under the name of the file's first."""
    flat = flat_spec(cnncalc.load("resnet101"))
    assert "top1" not in flat
    assert "x-accuracy" not in flat
    assert accuracy_of(flat) is None


def test_an_accuracy_of_one_s_own() -> None:
    wanted = Accuracy(71.5, None, "CIFAR-10", None, "our third run", None)
    assert accuracy_of(MINE) == wanted


@pytest.mark.parametrize(
    "value", ["true", "'71'", "-1", "100.1", "[71]", "{a: 1}", "null", "100000000000000"]
)
def test_a_figure_that_is_none_is_not_cited(value: str) -> None:
    assert accuracy_of(MINE.replace("71.5", value)) is None


@pytest.mark.parametrize("section", ["x-published: 3", "x-published: {mine: 3}", "x-networks: [1]"])
def test_sections_that_mean_nothing(section: str) -> None:
    lines = [line for line in MINE.splitlines() if not line.startswith("x-")]
    assert accuracy_of("\n".join([*lines, section])) is None


@pytest.mark.parametrize("name", PUBLISHED["depths"])
def test_depths_as_others_count_them(name: str) -> None:
    assert depth(zoo_facts(name)) == PUBLISHED["depths"][name]


@pytest.mark.parametrize(
    ("layers", "wanted"),
    [
        ("[relu, max_pool: 2]", 0),
        ("[separable_conv: {filters: 4, kernel: 3}]", 2),
        ("[batch_norm, scale, conv_transpose: {filters: 4, kernel: 3}]", 1),
        ("[residual: {body: [conv: {filters: 3, kernel: 1}, conv: {filters: 3, kernel: 1}]}]", 2),
        ("[conv: {name: a, filters: 3, kernel: 1}, relu, conv: {share: a}]", 2),
        ("[opaque: {output: 4x4x3, params: 10, macs: 10}, dense: 4]", None),
    ],
)
def test_depth_by_hand(layers: str, wanted: int | None) -> None:
    assert depth(cnncalc.analyze(cnncalc.load(f"input: 8x8x3\nlayers: {layers}\n"))) == wanted


def test_only_what_leads_to_an_output_is_deep() -> None:
    text = """
input: 8x8x3
outputs: [short]
layers:
  - conv: {name: first, filters: 3, kernel: 1}
  - conv: {filters: 3, kernel: 1, repeat: 5}
  - conv: {name: short, from: first, filters: 3, kernel: 1}
"""
    assert depth(facts_of(text)) == 2
    assert depth(facts_of(text.replace("[short]", "[short, conv_5]"))) == 6


def test_figures_are_those_of_the_facts() -> None:
    (one,) = cnncalc.compare(zoo_facts("resnet50")).networks
    totals = one.facts.totals
    wanted = (
        *(totals.n_params, totals.n_macs, totals.n_flops, totals.peak_memory_bytes),
        *(totals.weight_bytes, 427, 50, 76.13, 92.862),
    )
    assert tuple(map(one.figure, MEASURES)) == wanted
    assert one.receptive_field == (427, 427)


def test_what_is_not_known_is_none() -> None:
    (one,) = cnncalc.compare(cnncalc.load(BROKEN)).networks
    assert {one.figure(wanted) for wanted in MEASURES} == {None}
    assert one.least("params") == 84
    assert one.least("depth") is None


def test_names() -> None:
    twice = [cnncalc.load(MINE)] * 2
    assert [one.name for one in cnncalc.compare(*twice).networks] == ["mine", "mine 2"]
    given = cnncalc.compare(*twice, zoo_facts("vgg16"), names=["a", "b", None])
    assert [one.name for one in given.networks] == ["a", "b", "vgg16"]
    unnamed = cnncalc.load(MINE.replace("name: mine\n", ""))
    assert cnncalc.compare(unnamed).networks[0].name == "network"


def test_two_files_with_networks_of_the_same_name(tmp_path: Path) -> None:
    paths = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    for path in paths:
        path.write_text(MINE, encoding="utf-8")
    found = cnncalc.compare(*map(cnncalc.load, paths))
    assert [one.name for one in found.networks] == [f"mine ({path})" for path in paths]


def test_refusals() -> None:
    with pytest.raises(UsageError, match="no network to compare"):
        cnncalc.compare()
    with pytest.raises(UsageError, match="there are 1 networks, but 2 names"):
        cnncalc.compare(zoo_facts("vgg16"), names=["a", "b"])
    with pytest.raises(UsageError, match="not by 'colour'"):
        quantity("colour")


def test_words_for_quantities() -> None:
    assert [quantity(word) for word in ("accuracy", "Parameters", " macs ")] == [
        *("top1", "params", "macs")
    ]

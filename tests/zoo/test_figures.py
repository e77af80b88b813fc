"""The zoo against figures that the frameworks' own models were counted for.

`figures.json` has them, with the program that counted: totals of every network that torchvision or
keras.applications builds as the zoo does, and every layer of ResNet-50 and MobileNetV2.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from cnncalc.analysis.facts import LayerFacts
from cnncalc.spec.flat import flat_spec
from tests.helpers import ZOO, facts_of, last_map, size_of, zoo_facts, zoo_names

FIGURES: dict[str, Any] = json.loads(
    Path(__file__).with_name("figures.json").read_text(encoding="utf-8")
)
NETWORKS: list[dict[str, Any]] = FIGURES["networks"]

# what torch calls the layers that are counted one by one, and what we do
OPS = {
    "Conv2d": ("conv", "depthwise_conv"),
    "BatchNorm2d": ("batch_norm",),
    "ReLU": ("relu",),
    "ReLU6": ("relu6",),
    "MaxPool2d": ("max_pool",),
    "Dropout": ("dropout",),
    "Linear": ("dense",),
}


@pytest.mark.parametrize(
    "figures", NETWORKS, ids=lambda row: f"{row['network']}-{row['counted'].split()[0]}"
)
def test_totals(figures: dict[str, Any]) -> None:
    facts = zoo_facts(figures["network"])
    totals = facts.totals
    assert list(facts.inputs.values()) == [tuple(figures["input"])]
    assert facts.output_shape == tuple(figures["output_shape"])
    assert totals.n_macs == figures["n_macs"]
    assert totals.n_statistics == figures["n_statistics"]
    if "n_params" in figures:
        assert totals.n_params == totals.n_trainable_params == figures["n_params"]
    if "receptive_field" in figures:
        assert size_of(last_map(facts)) == (figures["receptive_field"],) * 2


@pytest.mark.parametrize("name", FIGURES["layers"])
def test_every_layer(name: str) -> None:
    """Both lists are in the order in which torchvision runs them: the body before its shortcut.

    What torch computes by functions (add, flatten, MobileNetV2's pooling) is in our list only, and
    ResNet's AdaptiveAvgPool2d keeps the axes that our global pooling drops: those are left out.
    """
    theirs = [row for row in FIGURES["layers"][name] if row[1] in OPS]
    known = {op for ops in OPS.values() for op in ops}
    ours = [layer for layer in zoo_facts(name).layers if layer.op in known]
    assert len(ours) == len(theirs)
    for layer, (their_name, kind, shape, n_params, n_macs) in zip(ours, theirs, strict=True):
        told = f"{layer.name} and {their_name}"
        assert layer.op in OPS[kind], told
        assert layer.output_shape == tuple(shape), told
        assert layer.n_params == n_params, told
        assert layer.n_macs == (n_macs or 0), told  # torch counts them for two kinds only


@pytest.mark.parametrize("name", zoo_names())
def test_every_network_is_sound(name: str) -> None:
    facts = zoo_facts(name)  # which has checked that there are no problems and no faults
    assert facts.layers
    assert facts.totals.partial == ()
    for layer in facts.layers:
        check_layer(layer)


@pytest.mark.parametrize("path", sorted(ZOO.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_variant_is_sound(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for variant in [None, *(yaml.safe_load(text).get("variants") or {})]:
        for layer in facts_of(text, variant=variant).layers:
            check_layer(layer)


def check_layer(layer: LayerFacts) -> None:
    assert layer.output_shape, layer.name
    assert None not in layer.output_shape, layer.name
    assert None not in (layer.n_params, layer.n_macs, layer.n_flops), layer.name
    assert not any(window.real_cells_lost is None for window in layer.windows), layer.name


@pytest.mark.parametrize("name", zoo_names())
def test_expanded(name: str) -> None:
    """The flat spec has the same names and the same facts."""
    facts = zoo_facts(name)
    expanded = facts_of(flat_spec(facts.network))
    assert expanded.totals == facts.totals
    assert expanded.outputs == facts.outputs
    for flat, layer in zip(expanded.layers, facts.layers, strict=True):
        assert (flat.name, flat.op, flat.inputs) == (layer.name, layer.op, layer.inputs)
        assert flat.figures == layer.figures, layer.name
        assert flat.receptive_field == layer.receptive_field, layer.name


def test_published_figures_in_the_files() -> None:
    named = 0
    for path in sorted(ZOO.glob("*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, figures in (document.get("x-published") or {}).items():
            totals = zoo_facts(name).totals
            assert zoo_names()[name].path == path, name
            assert figures["source"], name
            for field in set(figures) & {"n_params", "n_statistics", "n_macs"}:
                assert getattr(totals, field) == figures[field], (name, field)
                named += 1
    assert named > 40

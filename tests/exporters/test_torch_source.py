"""The code that the PyTorch exporter writes: how it reads, its weight files, what is refused."""

from __future__ import annotations

import builtins
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cnncalc
from cnncalc.errors import UsageError
from cnncalc.exporters.torch import build_torch, to_torch
from cnncalc.exporters.torch.attributes import MODULE, Attributes, ClassNames
from cnncalc.exporters.torch.classes import NAMES, source_of
from cnncalc.numeric.weights import load_weights, save_weights, scrambled
from tests.exporters.torch_models import complaints, counts, expected_counts, outputs
from tests.helpers import chain, facts_of, zoo_facts
from tests.numeric.arrays import assert_close
from tests.numeric.graphs import some_inputs

torch: Any = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle


def namespace(source: str) -> dict[str, Any]:
    """What a person has who imports the file."""
    names: dict[str, Any] = {"__name__": "generated"}
    exec(source, names)
    return names


def hold(text: str, tmp_path: Path) -> str:
    """Build a network, hold its counts and values to ours, and its code to ruff; the code."""
    facts = facts_of(text)
    weights, inputs = scrambled(facts), some_inputs(facts)
    assert counts(build_torch(facts)) == expected_counts(facts)
    theirs = cnncalc.run(facts.network, inputs, weights)
    names = dict.fromkeys(facts.outputs)
    for ours, name in zip(outputs(facts, weights, inputs), names, strict=True):
        assert_close(ours, theirs[name], "float32", name)
    source = to_torch(facts)
    assert not complaints([source], tmp_path)
    return source


def test_a_chain_is_sequential(tmp_path: Path) -> None:
    source = hold("input: 8x8x1\nlayers: [conv: {filters: 2, kernel: 3}, relu]\n", tmp_path)
    assert "class Network(nn.Sequential):" in source
    assert "conv_1=nn.Conv2d(1, 2, 3)," in source
    assert "Input: (N, 1, 8, 8). Output: (N, 2, 6, 6)." in source


def test_resnet50_is_short() -> None:
    source = to_torch(zoo_facts("resnet50"))
    assert source.count("\n") < 120
    assert "Bottleneck_2=Bottleneck(256, 64)," in source
    assert "It has 25,557,032 parameters and 53,120 statistics." in source


def test_the_page_shows_what_is_written() -> None:
    page = Path(__file__).parents[2].joinpath("docs/export/torch.md").read_text(encoding="utf-8")
    spec, code = re.findall(r"```(?:yaml|python)\n(.*?)```", page, re.DOTALL)[:2]
    assert code == to_torch(facts_of(spec))


MANY = """
inputs: {left: 6x6x3, right: 6x6x3}
outputs: [side, sum]
layers:
  - conv: {name: first, from: left, filters: 4, kernel: 3, padding: same, activation: prelu}
  - conv: {name: second, from: right, share: first}
  - add: {name: sum, paths: [first, second]}
  - conv: {name: side, filters: 2, kernel: 1, trainable: false}
"""


def test_several_inputs_outputs_shared_and_frozen_weights(tmp_path: Path) -> None:
    source = hold(MANY, tmp_path)
    assert "def forward(self, left, right):" in source
    assert source.count("nn.Conv2d(3, 4, 3, padding=1)") == 1
    assert "self.side = set_trainable(nn.Conv2d(4, 2, 1), False)" in source
    assert "It has 126 parameters, 10 of them frozen." in source


def test_weight_files_go_both_ways(tmp_path: Path) -> None:
    facts = chain(
        "9x9x3",
        "separable_conv: {filters: 4, kernel: 3, padding: same}",
        "batch_norm",
        "conv_transpose: {filters: 6, kernel: 3, stride: 2}",
        "conv_transpose: {filters: 4, kernel: 2, groups: 2}",
        "layer_norm",
        "flatten",
        "dense: 3",
    )
    weights, inputs = dict(scrambled(facts)), some_inputs(facts)
    names = namespace(to_torch(facts))
    model = names["Network"]().eval()
    save_weights(tmp_path / "ours.npz", weights)
    names["load_weights"](model, tmp_path / "ours.npz")
    names["save_weights"](model, tmp_path / "theirs.npz")
    theirs = load_weights(tmp_path / "theirs.npz")
    assert set(theirs) == set(weights)
    for name, array in weights.items():
        assert np.array_equal(theirs[name], array), name
    (expected,) = cnncalc.run(facts.network, inputs, theirs).values()
    assert_close(outputs(facts, weights, inputs)[0], expected, "float32")


def test_a_gradient_reaches_every_weight() -> None:
    model = build_torch(zoo_facts("lenet5")).train()
    model(torch.ones(2, 1, 32, 32)).square().sum().backward()
    assert all(weight.grad.abs().sum() > 0 for weight in model.parameters())


def test_drop_path_drops_whole_examples() -> None:
    model = build_torch(chain("2x2x3", "drop_path: 0.5")).train()
    torch.manual_seed(0)
    means = model(torch.ones(50, 3, 2, 2)).flatten(1)
    assert {tuple(row) for row in means.tolist()} == {(0.0,) * 12, (2.0,) * 12}


# -- names -----------------------------------------------------------------------------------------

HOSTILE = [
    '"""\n__import__("os").system("x")#',
    "'''); import os",
    "{x}{0}",
    "forward",
    "self",
    "nn",
    "torch",
    "super",
    "class",
    "__class__",
    "_modules",
    "état",
    "名前",
    "x" * 100,
    "a b\\",
    "1st",
    "MOVING",
    "Slice",
    "RENAMED",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_do_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.system", pytest.fail)
    spec = {
        "name": name,
        "inputs": {name: "6x6x2"},
        "blocks": {name: {"layers": [{"conv": {"name": name, "filters": 4, "kernel": 3}}]}},
        "layers": [
            {name: {"name": f"{name}1"}},
            {"conv": {"name": f"{name}2", "filters": 4, "kernel": 1}},
            {"residual": {"name": f"{name}3", "body": [{"dense": {"name": f"{name}4", "units": 4}},
            ]}},
            {"slice": {"name": f"{name}5", "axis": 0, "start": 1, "stop": 3}},
        ],
    }  # fmt: skip
    network = cnncalc.load(json.dumps(spec) + "\n")
    if network.problems:
        spec["blocks"] = {"Block": spec["blocks"][name]}  # type: ignore[index]
        spec["layers"][0] = {"Block": {"name": f"{name}1"}}  # type: ignore[index]
        network = cnncalc.load(json.dumps(spec) + "\n")
    if network.problems:
        pytest.skip(f"no spec may have this name: {network.problems[0].message}")
    hold(json.dumps(spec), tmp_path)


def test_attributes_and_classes() -> None:
    attributes = Attributes()
    wanted = ["conv_1", "conv_1", "forward", "é", "_x", "a.b", "if", "9", "", "conv_1_2"]
    names = [attributes.unique(name) for name in wanted]
    assert names == [
        *("conv_1", "conv_1_2", "forward_2", "layer", "layer__x", "a_b", "layer_if", "layer_9"),
        *("layer_2", "conv_1_2_2"),
    ]
    classes = ClassNames(frozenset({"Slice"}))
    wanted = ["slice", "conv_bn", "2x", "int", "Exception", "conv_bn", "v2", "v2"]
    assert [classes.unique(name) for name in wanted] == [
        *("Slice2", "ConvBn", "Net2x", "Int", "Exception2", "ConvBn2", "V2", "V2_2"),
    ]


def test_no_attribute_is_one_that_modules_have() -> None:
    have = {name for name in dir(torch.nn.Sequential()) if not name.startswith("_")}
    assert have <= MODULE


def test_every_class_is_one() -> None:
    for name in NAMES:
        assert f"class {name}(" in source_of(name)
    assert not {name for name in NAMES if hasattr(builtins, name)}


# -- refusals --------------------------------------------------------------------------------------


def test_refused_are_weights_that_do_not_fit() -> None:
    facts = chain("4", "dense: 2")
    with pytest.raises(UsageError, match=r"the weights lack dense_1.bias"):
        build_torch(facts, {"dense_1.kernel": np.ones((4, 2))})
    wrong = {"dense_1.kernel": np.ones((2, 4)), "dense_1.bias": np.ones(2)}
    with pytest.raises(UsageError, match=r"dense_1.kernel has the shape \(2, 4\)"):
        build_torch(facts, wrong)


def test_refused_is_an_opaque_layer() -> None:
    facts = chain("4", "opaque: {output: [2]}")
    with pytest.raises(UsageError, match="PyTorch: opaque_1: what an opaque layer computes"):
        to_torch(facts)


def test_refused_are_faults() -> None:
    facts = cnncalc.analyze(cnncalc.load("input: 4x4x3\nlayers: [conv: {filters: 2, kernel: 9}]\n"))
    with pytest.raises(UsageError, match=r"PyTorch: conv_1: the shapes do not fit \(S101"):
        to_torch(facts)


def test_without_torch_the_code_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    facts = chain("4", "dense: 2")
    assert "nn.Linear(4, 2)" in to_torch(facts)
    with pytest.raises(UsageError, match=r'pip install "cnncalc\[torch\]"'):
        build_torch(facts)

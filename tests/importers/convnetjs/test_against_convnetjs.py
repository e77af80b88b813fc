"""The same outputs as ConvNetJS itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cnncalc
from cnncalc.importers.convnetjs import read_convnetjs
from cnncalc.importers.load import network_of
from tests.importers.convnetjs.nets import NETS, random_net

HERE = Path(__file__).parent
TOLERANCE = 1e-6
EVERY_NET = {**NETS, **{f"random {seed}": random_net(seed) for seed in range(60)}}


@cache
def package() -> str | None:
    """The folder of the npm package: CNNCALC_CONVNETJS, or among those installed globally."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None:
        return None
    given = os.environ.get("CNNCALC_CONVNETJS")
    if given is None and npm is not None:
        root = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=False)
        given = f"{root.stdout.strip()}/convnetjs"
    return given if given and os.path.isdir(given) else None


@cache
def all_computed(folder: str) -> dict[str, dict[str, Any]]:
    """What ConvNetJS makes of all nets: each as JSON, an input, and its output."""
    made = subprocess.run(
        ["node", str(HERE / "compute.js"), os.path.abspath(folder)],
        input=json.dumps(EVERY_NET), capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, dict[str, Any]] = json.loads(made.stdout)
    return found


def computed(name: str) -> dict[str, Any]:
    folder = package()
    if folder is None:
        pytest.skip("needs Node and the npm package convnetjs, its folder in CNNCALC_CONVNETJS")
    return all_computed(folder)[name]


def check_outputs(data: bytes, given: list[float], expected: list[float]) -> None:
    """Import a net, run it, and compare with what ConvNetJS computed."""
    model = read_convnetjs(data, name="net.json", inputs={})
    network = network_of(model, "net.json")
    assert not network.problems
    samples = np.array(given).reshape(1, *model.inputs["input"])
    outputs = cnncalc.run(network, samples, model.weights, dtype="float64")
    assert outputs.keys() == set(model.outputs)
    found = outputs[model.outputs[0]].ravel()
    assert found.shape == (len(expected),)
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE)


def test_a_saved_net_gives_what_convnetjs_gave() -> None:
    values = json.loads((HERE / "small-values.json").read_bytes())
    check_outputs((HERE / "small.json").read_bytes(), values["input"], values["output"])


@pytest.mark.oracle
@pytest.mark.parametrize("name", EVERY_NET)
def test_outputs_are_those_of_convnetjs(name: str) -> None:
    made = computed(name)
    check_outputs(json.dumps(made["net"]).encode(), made["input"], made["output"])


@pytest.mark.oracle
@pytest.mark.parametrize("name", NETS)
def test_shapes_are_those_of_convnetjs(name: str) -> None:
    """What every layer of ConvNetJS gives is what one of ours gives, in the same order."""
    net = computed(name)["net"]
    model = read_convnetjs(json.dumps(net).encode(), name="net.json", inputs={})
    facts = cnncalc.analyze(network_of(model, "net.json"))
    ours = [_of_rank_3(facts.inputs["input"])]
    ours += [_of_rank_3(layer.output_shape) for layer in facts.layers]
    for layer in net["layers"]:
        shape = (layer["out_sy"], layer["out_sx"], layer["out_depth"])
        assert shape in ours
        ours = ours[ours.index(shape) :]


@pytest.mark.oracle
@pytest.mark.parametrize("name", NETS)
def test_definitions_mean_the_net_that_is_made_of_them(name: str) -> None:
    made = json.dumps(computed(name)["net"]).encode()
    saved = read_convnetjs(made, name="net.json", inputs={})
    written = read_convnetjs(json.dumps(NETS[name]).encode(), name="defs.json", inputs={})
    assert _without_declarations(written.layers) == _without_declarations(saved.layers)
    assert written.inputs == saved.inputs
    assert not written.weights
    assert saved.weights


@pytest.mark.oracle
def test_parameters_are_those_of_convnetjs() -> None:
    net = computed("cifar")["net"]
    model = read_convnetjs(json.dumps(net).encode(), name="net.json", inputs={})
    count = sum(len(f["w"]) for layer in net["layers"] for f in layer.get("filters", []))
    count += sum(len(layer["biases"]["w"]) for layer in net["layers"] if "biases" in layer)
    facts = cnncalc.analyze(network_of(model, "net.json"))
    assert facts.totals.n_params == count
    assert sum(model.weights[name].size for name in model.weights) == count


def _of_rank_3(shape: tuple[int | None, ...] | None) -> tuple[int | None, ...]:
    assert shape is not None
    return (1,) * (3 - len(shape)) + tuple(shape)


def _without_declarations(layers: list[dict[str, dict[str, Any]]]) -> list[Any]:
    declared = ("in_channels", "in_features")
    return [
        (op, {key: value for key, value in words.items() if key not in declared})
        for layer in layers
        for op, words in layer.items()
    ]

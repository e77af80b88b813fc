"""JSON is a contract: these keys, these types."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.errors import Diagnostic
from cnncalc.linter.engine import lint
from cnncalc.report.json_report import write_document
from tests.helpers import chain, facts_of, zoo_facts

LAYER: dict[str, tuple[type, ...]] = {
    "name": (str,),
    "op": (str,),
    "inputs": (list,),
    "input_shapes": (list,),
    "output_shape": (list, type(None)),
    "n_params": (int, type(None)),
    "n_trainable_params": (int, type(None)),
    "n_statistics": (int, type(None)),
    "n_macs": (int, type(None)),
    "n_flops": (int, type(None)),
    "flops": (dict, type(None)),
    "misfit": (list,),
    "receptive_field": (dict, type(None)),
    "weights": (list, type(None)),
    "weight_bytes": (int, type(None)),
    "activation_bytes": (int, type(None)),
    "arithmetic_intensity": (float, type(None)),
    "shares": (str, type(None)),
}
TOTALS: dict[str, tuple[type, ...]] = {
    "n_params": (int,),
    "n_trainable_params": (int,),
    "n_statistics": (int,),
    "n_macs": (int,),
    "n_flops": (int,),
    "flops": (dict,),
    "weight_bytes": (int,),
    "activation_bytes": (int,),
    "peak_memory_bytes": (int, type(None)),
    "peak_layer": (str, type(None)),
    "partial": (list,),
}
FINDING: dict[str, tuple[type, ...]] = {
    "code": (str,),
    "name": (str,),
    "severity": (str,),
    "message": (str,),
    "help": (str, type(None)),
    "line": (int, type(None)),
    "column": (int, type(None)),
    "end_line": (int, type(None)),
    "end_column": (int, type(None)),
    "layer": (str, type(None)),
    "layers": (list,),
    "fixes": (list,),
}
NETWORK = (
    "name", "source", "input", "inputs", "outputs", "output_shape", "batch", "dtype", "layers",
    "totals", "findings",
)  # fmt: skip


def document(facts: NetworkFacts) -> dict[str, Any]:
    written: list[str] = []
    write_document(written.append, [(facts, lint(facts))])
    data: dict[str, Any] = json.loads("".join(written))
    return data


def network(facts: NetworkFacts) -> dict[str, Any]:
    (only,) = document(facts)["networks"]
    assert isinstance(only, dict)
    return only


def check(data: dict[str, Any], contract: dict[str, tuple[type, ...]]) -> None:
    assert list(data) == list(contract)
    for key, types in contract.items():
        assert type(data[key]) in types, key


@pytest.mark.parametrize("name", ["lenet5", "resnet50", "unet", "dcgan", "efficientnet-b0", "c3d"])
def test_the_contract(name: str) -> None:
    data = document(zoo_facts(name))
    assert list(data) == ["schema_version", "convention", "networks"]
    assert data["schema_version"] == "1"
    assert "bias excluded" in data["convention"]
    (only,) = data["networks"]
    assert tuple(only) == NETWORK
    for layer in only["layers"]:
        check(layer, LAYER)
        for axis, misfit in enumerate(layer["misfit"]):
            assert list(misfit) == ["axis", "remainder", "real_cells_lost"]
            assert misfit["axis"] == axis
        if layer["receptive_field"] is not None:
            assert list(layer["receptive_field"]) == [
                "size", "stride", "start", "smallest", "whole_input", "aligned",
            ]  # fmt: skip
        for weight in layer["weights"]:
            assert list(weight) == ["name", "shape", "is_statistic"]
    check(only["totals"], TOTALS)
    for found in only["findings"]:
        check(found, FINDING)
        for fix in found["fixes"]:
            assert list(fix) == ["title", "is_safe", "edits"]
            for edit in fix["edits"]:
                assert list(edit) == ["start", "end", "text"]
                assert list(edit["start"]) == list(edit["end"]) == ["line", "column"]


def test_the_figures() -> None:
    lenet = network(zoo_facts("lenet5-modern"))
    assert lenet["input"] == [32, 32, 1]
    assert lenet["output_shape"] == [10]
    assert lenet["layers"][-1]["name"] == lenet["outputs"][-1] == "output"
    first = lenet["layers"][0]
    assert first["output_shape"] == [28, 28, 6]
    assert (first["n_params"], first["n_macs"]) == (156, 117600)
    assert first["misfit"] == [
        {"axis": 0, "remainder": 0, "real_cells_lost": 0},
        {"axis": 1, "remainder": 0, "real_cells_lost": 0},
    ]
    assert first["weights"][0] == {"name": "kernel", "shape": [5, 5, 1, 6], "is_statistic": False}
    assert lenet["totals"]["n_params"] == 61706
    assert lenet["totals"]["partial"] == []


def test_strides_are_fractions_only_where_they_must_be() -> None:
    up = "conv_transpose: {filters: 1, kernel: 2, stride: 2}"
    layers = network(chain("4x4x1", up, "max_pool: 2"))["layers"]
    assert layers[0]["receptive_field"]["stride"] == [0.5, 0.5]
    stride = layers[1]["receptive_field"]["stride"]
    assert stride == [1, 1]
    assert all(type(step) is int for step in stride)


def test_what_is_not_known_is_null() -> None:
    data = network(chain("4x4x1", "opaque: {output: 2x2x1}"))
    layer = data["layers"][0]
    assert layer["n_params"] is layer["n_macs"] is layer["flops"] is layer["weights"] is None
    assert layer["receptive_field"] is None
    assert layer["misfit"] == []
    assert "n_params" in data["totals"]["partial"]


def test_several_inputs_are_a_map() -> None:
    text = "inputs: {a: 4x4x1, b: 4x4x2}\nlayers:\n  - concat: [a, b]\n"
    data = network(facts_of(text))
    assert data["input"] == data["inputs"] == {"a": [4, 4, 1], "b": [4, 4, 2]}


def test_shared_weights_are_named() -> None:
    text = """
input: 4x4x1
layers:
  - conv: {filters: 1, kernel: 1, name: eye}
  - conv: {share: eye}
"""
    second = network(facts_of(text))["layers"][1]
    assert (second["shares"], second["n_params"]) == ("eye", 0)


def test_without_linting_there_are_no_findings() -> None:
    written: list[str] = []
    write_document(written.append, [(zoo_facts("lenet5"), None)])
    assert "findings" not in json.loads("".join(written))["networks"][0]


def test_errors_alone() -> None:
    written: list[str] = []
    write_document(written.append, [], [Diagnostic("bad", 3, 4, "a.yaml"), Diagnostic("worse")])
    assert json.loads("".join(written)) == {
        "schema_version": "1",
        "errors": [
            {"message": "bad", "line": 3, "column": 4, "source": "a.yaml"},
            {"message": "worse", "line": None, "column": None, "source": None},
        ],
    }


def test_many_layers_are_written_in_pieces() -> None:
    facts = chain("4x4x1", "conv: {filters: 1, kernel: 1, repeat: 2500}")
    written: list[str] = []
    write_document(written.append, [(facts, [])])
    assert len(written) < 20
    assert len(json.loads("".join(written))["networks"][0]["layers"]) == 2500

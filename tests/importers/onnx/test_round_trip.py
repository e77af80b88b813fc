"""A spec as ONNX and back again is the same network, and no file makes it another by a lie."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import event, given, settings

import cnncalc
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.exporters.onnx import to_onnx
from cnncalc.numeric.weights import scrambled
from tests.exporters.zoo_sizes import QUICK, small
from tests.helpers import chain, facts_of, sound, zoo_facts, zoo_names
from tests.importers.onnx.running import check, imported_network, opaque_layers
from tests.importers.same_facts import check_same_facts
from tests.numeric.graphs import some_inputs
from tests.properties.strategies import Drawn, networks

NOTE = "cnncalc.layer"
OF_ALL_KINDS = """
input: 12x12x4
layers:
  - separable_conv: {filters: 8, kernel: 3, padding: same, multiplier: 2, activation: hard_swish}
  - conv: {filters: 4, kernel: 1, connections: [[0, 7], [1], [2, 3], [4]], trainable: false}
  - conv_transpose: {filters: 8, kernel: 3, stride: 2, padding: same, activation: {elu: 0.5}}
  - subsample: 2
  - adaptive_avg_pool: 5
  - adaptive_max_pool: 4
  - dropout: 0.3
  - spatial_dropout: 0.2
  - drop_path: 0.1
  - scale: {bias: true}
  - scale: {scale: false, bias: true}
  - prelu: {shared: true}
  - rescale: {scale: 2, offset: 1}
  - normalize
  - batch_norm: {scale: false}
  - group_norm: {groups: 2, center: false}
  - l2_norm
  - global_response_norm
  - local_response_norm: 3
  - residual: {body: [{dense: {units: 8, activation: gelu}}, scaled_tanh]}
  - channel_shuffle: 2
  - split: {parts: 2, take: 1}
  - resize: {factor: 1.5}
  - multiply: [prev, [global_avg_pool]]
  - concat: [prev, [relu], [prelu]]
  - maxout: 3
  - subtract: [prev, prev]
  - identity
  - flatten
  - dense: {units: 3, activation: softmax}
"""


def without_notes(model: Any) -> Any:
    """The same graph without what its nodes say of their layers."""
    for node in model.graph.node:
        del node.metadata_props[:]
    return model


def back_again(model: Any) -> NetworkFacts:
    """The facts of what a model becomes."""
    return sound(cnncalc.analyze(imported_network(model.SerializeToString())))


def totals(facts: NetworkFacts) -> tuple[int, int, int]:
    """Parameters, statistics and multiply-accumulates."""
    return facts.totals.n_params, facts.totals.n_statistics, facts.totals.n_macs


def compare_values(facts: NetworkFacts, *, noted: bool) -> None:
    """Export with weights, import, and compare what ONNX Runtime and NumPy compute."""
    model = to_onnx(facts, scrambled(facts, 1))
    data = (model if noted else without_notes(model)).SerializeToString()
    assert opaque_layers(data) == []
    network = check(data)
    if noted:
        check_same_facts(facts, cnncalc.analyze(network))
    else:
        assert totals(cnncalc.analyze(network)) == totals(facts)


@pytest.mark.parametrize("name", zoo_names())
def test_zoo(name: str) -> None:
    check_same_facts(zoo_facts(name), back_again(to_onnx(zoo_facts(name))))


def test_every_kind_of_layer() -> None:
    facts = facts_of(OF_ALL_KINDS)
    check_same_facts(facts, back_again(to_onnx(facts)))


@pytest.mark.oracle
def test_values_of_every_kind_of_layer() -> None:
    compare_values(facts_of(OF_ALL_KINDS), noted=True)


@pytest.mark.parametrize("name", ["convnext-tiny", "inception-v3", "lenet5", "mobilenet-v3-large"])
def test_graph_alone(name: str) -> None:
    """What an optimiser leaves has no notes: the counts are those of the structure."""
    facts = zoo_facts(name)
    model = without_notes(to_onnx(facts))
    assert opaque_layers(model.SerializeToString()) == []
    assert totals(back_again(model)) == totals(facts)


@pytest.mark.slow
@pytest.mark.parametrize("name", zoo_names())
def test_graph_alone_zoo(name: str) -> None:
    facts = zoo_facts(name)
    assert totals(back_again(without_notes(to_onnx(facts)))) == totals(facts)


@pytest.mark.oracle
@pytest.mark.parametrize("noted", [True, False])
@pytest.mark.parametrize("name", ["lenet5", "m5"])
def test_values(name: str, noted: bool) -> None:
    compare_values(small(name), noted=noted)


@pytest.mark.slow
@pytest.mark.oracle
@pytest.mark.parametrize("noted", [True, False])
@pytest.mark.parametrize("name", sorted(QUICK))
def test_zoo_values(name: str, noted: bool) -> None:
    compare_values(small(name), noted=noted)


@settings(max_examples=25, deadline=None)
@given(networks())
def test_generated(drawn: Drawn) -> None:
    facts = facts_of(drawn.text)
    weights, inputs = scrambled(facts, 1), some_inputs(facts)
    try:
        model = to_onnx(facts, weights)
    except UsageError as error:
        event(f"ONNX has not all of it: {error}")
        return
    check_same_facts(facts, back_again(to_onnx(facts)))
    wanted = cnncalc.run(facts.network, inputs, weights)
    for noted in (True, False):
        data = (model if noted else without_notes(model)).SerializeToString()
        network = imported_network(data)
        assert opaque_layers(data) == []
        back = sound(cnncalc.analyze(network))
        if noted:
            check_same_facts(facts, back)
        assert totals(back) == totals(facts)
        assert network.origin is not None
        got = cnncalc.run(network, inputs, network.origin.weights)
        for name, other in zip(dict.fromkeys(facts.outputs), back.outputs, strict=True):
            check_close(got[other], wanted[name])


def check_close(ours: Any, theirs: Any) -> None:
    assert ours.shape == theirs.shape
    is_finite = np.isfinite(theirs)  # a window in the padding has no largest value
    assert (np.isfinite(ours) == is_finite).all()
    scale = float(np.abs(theirs[is_finite]).max(initial=1e-6))
    assert float(np.abs(ours - theirs)[is_finite].max(initial=0)) <= 1e-4 * scale


def notes(model: Any) -> Iterator[Any]:
    """The entries that note layers."""
    for node in model.graph.node:
        yield from (entry for entry in node.metadata_props if entry.key == NOTE)


def rotated(said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [*said[1:], said[0]]


def each(change: dict[str, Any]) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    return lambda said: [{**one, **change} for one in said]


def argued(change: dict[str, Any]) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    def lie(said: list[dict[str, Any]]) -> list[dict[str, Any]]:
        ops = [next(iter(one["layer"].items())) for one in said]
        return [
            {**one, "layer": {op: {**arguments, **change}}}
            for one, (op, arguments) in zip(said, ops, strict=True)
        ]

    return lie


LIES = {
    "rotated": rotated,
    "reversed": lambda said: said[::-1],
    "no layer": each({"layer": None}),
    "two layers": each({"layer": {"relu": {}, "tanh": {}}}),
    "identity": each({"layer": {"identity": {}}}),
    "dropout": each({"layer": {"dropout": {"rate": 0.5}}}),
    "opaque": each({"layer": {"opaque": {"output": [1], "params": 0, "macs": 0}}}),
    "merge": each({"layer": {"add": {}}}),
    "unknown op": each({"layer": {"../os": {}}}),
    "more nodes": each({"nodes": 4}),
    "all nodes": each({"nodes": 10**9}),
    "no nodes": each({"nodes": 0}),
    "inputs": each({"inputs": [0, 0]}),
    "no such input": each({"inputs": [7]}),
    "inputs that are none": each({"inputs": "abc"}),
    "name": each({"name": ["x"]}),
    "repeated": argued({"repeat": 3}),
    "dropped": argued({"when": False}),
    "shared": argued({"share": "conv_1"}),
    "filters": argued({"filters": 10**12}),
    "no filters": argued({"filters": 1}),
    "dilated": argued({"dilation": 2}),
    "padded": argued({"padding": 10**12}),
    "grouped": argued({"groups": 2}),
    "declared": argued({"in_channels": 7}),
    "smaller type": argued({"dtype": "int8"}),
    "units": argued({"units": 1}),
    "size": argued({"size": 10**12}),
    "written": argued({"weights": [[1]]}),
    "connections": argued({"connections": [[0]]}),
}


@pytest.mark.parametrize("lie", LIES)
def test_lies(lie: str) -> None:
    facts = chain(
        "12x12x3",
        "conv: {filters: 4, kernel: 3, groups: 1, activation: relu}",
        "depthwise_conv: {kernel: 3, padding: same}",
        "batch_norm",
        "max_pool: 2",
        "residual: {body: [{conv: {filters: 4, kernel: 3, padding: same}}]}",
        "adaptive_avg_pool: 3",
        "flatten",
        "dense: {units: 5, activation: softmax}",
    )
    model = to_onnx(facts)
    said = [json.loads(entry.value) for entry in notes(model)]
    for entry, wrong in zip(notes(model), LIES[lie](said), strict=True):
        entry.value = json.dumps(wrong)
    back = back_again(model)
    assert back.totals.partial == ()
    assert totals(back) == totals(facts)
    assert [layer.output_shape for layer in back.layers][-1] == (5,)
    assert back.totals.weight_bytes == facts.totals.weight_bytes


OTHER_VALUES: dict[str, dict[str, Any]] = {
    "bounds": {"relu6": {"hard_tanh": {}}},
    "cells": {"slice": {"slice": {"start": 1, "stop": 3}}},
    "order": {"permute": {"permute": {"order": [2, 1, 0]}}},
    "paths": {"subtract": {"subtract": {}}},
    "fewer nodes": {"silu": {"sigmoid": {}}},
    "other function": {"tanh": {"sigmoid": {}}},
}


@pytest.mark.oracle
@pytest.mark.parametrize("lie", OTHER_VALUES)
def test_lies_that_leave_the_shape(lie: str) -> None:
    facts = facts_of(
        """
        input: 6x6x6
        layers:
          - relu6
          - slice: {start: 0, stop: 2}
          - permute: [1, 2, 0]
          - permute: [2, 0, 1]
          - conv: {filters: 4, kernel: 1, name: a}
          - conv: {filters: 4, kernel: 1, name: b}
          - subtract: [a, b]
          - silu
          - tanh
        """
    )
    model = to_onnx(facts, scrambled(facts, 1))
    n_lies = 0
    for entry in notes(model):
        said = json.loads(entry.value)
        (op,) = said["layer"]
        if op in OTHER_VALUES[lie]:
            said |= {"layer": OTHER_VALUES[lie][op]}
            said |= {"inputs": [1, 0]} if lie == "paths" else {}
            entry.value = json.dumps(said)
            n_lies += 1
    assert n_lies
    check(model.SerializeToString())


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "[" * 10_000, '{"nodes": NaN}', "{}" * 100, '{"nodes":1,"layer":1}']
)
def test_notes_that_are_none(text: str) -> None:
    facts = chain("12x12x3", "conv: {filters: 4, kernel: 3, activation: relu}", "dense: 3")
    model = to_onnx(facts)
    for entry in notes(model):
        entry.value = text
    assert totals(back_again(model)) == totals(facts)


def test_changed_graph_is_read_by_its_structure() -> None:
    """A kernel that someone replaced counts as it is, whatever the note says; the rest is kept."""
    facts = chain("8x8x3", "conv: {filters: 4, kernel: 3}", "relu", "conv: {filters: 2, kernel: 1}")
    model = to_onnx(facts, scrambled(facts, 1))
    kernel = next(array for array in model.graph.initializer if array.name == "conv_1.kernel")
    kernel.CopyFrom(onnx.numpy_helper.from_array(np.ones((4, 3, 5, 5), np.float32), kernel.name))
    node = model.graph.node[0]
    next(a for a in node.attribute if a.name == "kernel_shape").ints[:] = [5, 5]
    back = back_again(model)
    assert back.layer("conv_1").n_params == 4 * (5 * 5 * 3 + 1)
    assert back.layer("conv_1").output_shape == (4, 4, 4)
    assert [layer.name for layer in back.layers] == ["conv_1", "relu_1", "conv_2"]


def test_a_value_within_a_layer_that_others_read() -> None:
    """Where the value before an activation is given out, it has to be a layer of its own."""
    facts = chain("8x8x3", "conv: {filters: 4, kernel: 3, activation: relu}", "batch_norm")
    model = to_onnx(facts)
    inner = model.graph.node[0].output[0]
    value = onnx.helper.make_tensor_value_info(inner, onnx.TensorProto.FLOAT, ["N", 4, 6, 6])
    model.graph.output.append(value)
    back = back_again(model)
    assert [layer.op for layer in back.layers] == ["conv", "relu", "batch_norm"]
    assert len(back.outputs) == 2


def test_what_is_added_behind_an_activation_is_no_bias() -> None:
    facts = chain("8x8x3", "conv: {filters: 8, kernel: 3, bias: false, activation: relu}")
    model = to_onnx(facts, scrambled(facts, 1))
    array = np.arange(8, dtype=np.float32).reshape(8, 1, 1)
    model.graph.initializer.append(onnx.numpy_helper.from_array(array, "more"))
    model.graph.node.append(onnx.helper.make_node("Add", ["conv_1", "more"], ["sum"], name="sum"))
    model.graph.output[0].name = "sum"
    check(model.SerializeToString())
    assert [layer.op for layer in back_again(model).layers] == ["conv", "scale"]


def test_hidden_characters_of_names_come_back() -> None:
    facts = facts_of('input: 4x4x3\nlayers:\n  - relu: {name: "a\\u200bb"}\n  - tanh\n')
    check_same_facts(facts, back_again(to_onnx(facts)))


def test_costly_notes_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = chain("64x64x3", "adaptive_avg_pool: 7", "relu")
    model = to_onnx(facts)
    monkeypatch.setattr("cnncalc.importers.onnx.matching._MOST_CELLS", 10)
    back = back_again(model)
    assert back.layers[-1].output_shape == (7, 7, 3)
    assert [layer.op for layer in back.layers] != ["adaptive_avg_pool", "relu"]

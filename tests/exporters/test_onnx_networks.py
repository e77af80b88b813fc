"""Whole networks as ONNX: their shapes, and every layer's values by ONNX Runtime."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import event, given, settings

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.exporters.expressible import known
from cnncalc.exporters.onnx import to_onnx
from cnncalc.exporters.onnx.graph import onnx_shape
from cnncalc.numeric.weights import scrambled
from tests.exporters.onnx_values import evaluate, layer_tensors
from tests.exporters.zoo_sizes import QUICK, small
from tests.helpers import facts_of, zoo_facts, zoo_names
from tests.numeric import torch_values
from tests.numeric.arrays import assert_close
from tests.numeric.graphs import some_inputs
from tests.oracles.torch_builder import Unsupported
from tests.properties.strategies import Drawn, networks

onnx: Any = pytest.importorskip("onnx")
pytestmark = pytest.mark.oracle

# which differ most from one another; the outputs of all networks are compared in test_agreement
ONE_OF_A_KIND = (
    *("convnext-tiny", "dcgan", "densenet121", "dilated-context", "efficientnet-b0", "googlenet"),
    *("inception-v3", "mobilenet-v3-large", "regnety-400mf", "resnext50", "xception", "zfnet"),
)


def compare(facts: NetworkFacts) -> None:
    """Every layer's values against PyTorch's in float64."""
    weights, inputs = scrambled(facts, 1), some_inputs(facts)
    ours = evaluate(facts, weights, inputs)
    theirs = torch_values.evaluate(facts, weights, inputs, "float64")
    assert list(ours) == [layer.name for layer in facts.layers]
    for layer in facts.layers:
        assert ours[layer.name].shape[1:] == layer.output_shape
        assert_close(ours[layer.name], theirs[layer.name], "float32", layer.name)


@pytest.mark.parametrize("name", zoo_names())
def test_shapes(name: str) -> None:
    facts = zoo_facts(name)
    model = to_onnx(facts)
    onnx.checker.check_model(model, full_check=True)
    tensors = layer_tensors(model, facts)
    assert list(tensors.items()) == [(layer.name, layer.name) for layer in facts.layers]
    del model.graph.value_info[:]  # so that ONNX has to find all of them itself
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    described = {
        info.name: [dim.dim_param or dim.dim_value for dim in info.type.tensor_type.shape.dim]
        for info in (*inferred.graph.value_info, *inferred.graph.output)
    }
    for layer in facts.layers:
        assert described[layer.name] == ["N", *onnx_shape(known(layer.output_shape))], layer.name


@pytest.mark.parametrize("name", QUICK)
def test_values(name: str) -> None:
    compare(small(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", ONE_OF_A_KIND)
def test_values_of_one_of_a_kind(name: str) -> None:
    compare(small(name))


@settings(max_examples=60)
@given(networks())
def test_generated(drawn: Drawn) -> None:
    try:
        compare(facts_of(drawn.text))
    except Unsupported as missing:
        event(f"PyTorch has no {missing}")

"""Whole networks as ONNX: their shapes, and every layer's values by ONNX Runtime."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import event, given, settings

import cnncalc
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.exporters.expressible import known
from cnncalc.exporters.onnx import to_onnx
from cnncalc.exporters.onnx.graph import onnx_shape
from cnncalc.numeric.weights import scrambled
from tests.exporters.onnx_values import evaluate, layer_tensors, run
from tests.helpers import facts_of, sound, zoo_facts, zoo_names
from tests.numeric import torch_values
from tests.numeric.arrays import assert_close
from tests.numeric.graphs import some_inputs
from tests.oracles.torch_builder import Unsupported
from tests.properties.strategies import Drawn, networks

onnx: Any = pytest.importorskip("onnx")
pytestmark = pytest.mark.oracle

# Inputs at which a network still fits, smaller than its own, for those where that saves time.
SMALL = {
    "alexnet": "67x67x3",
    "alexnet-one-tower": "67x67x3",
    "alexnet-torchvision": "64x64x3",
    "c3d": "16x32x32x3",
    "c3d-sports1m": "16x32x32x3",
    "inception-v3": "75x75x3",
    "m5": "512x1",
    "m11": "512x1",
    "m18": "512x1",
    "unet": "32x32x1",
    "unet-valid": "188x188x1",
    "zfnet": "48x48x3",
}
OWN = (
    *("convnetjs-cifar10", "cs231n-7000", "dcgan", "dcgan-discriminator", "dilated-context"),
    *("fashion-mnist", "googlenet", "lecture-dense", "lenet5", "lenet5-modern", "ten-filters"),
    *("seven-padding1", "seven-stride1", "seven-stride2", "seven-stride3"),
)
QUICK = ("lenet5", "lenet5-modern", "m5", "mobilenet-v2-0.5", "shufflenet-v2-0.5", "squeezenet1-1")
MOST_VALUES = 30e6  # parameters; beyond that the same layers are only more of them


def small(name: str) -> NetworkFacts:
    size = None if name in OWN else SMALL.get(name, "32x32x3")
    return sound(cnncalc.analyze(cnncalc.load(name, input=size)))


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
@pytest.mark.parametrize("name", [name for name in zoo_names() if name not in QUICK])
def test_values_of_all(name: str) -> None:
    facts = small(name)
    if facts.totals.n_params <= MOST_VALUES:
        compare(facts)
        return
    model = to_onnx(facts)
    zeros = [
        np.zeros([dim.dim_value or 1 for dim in info.type.tensor_type.shape.dim], np.float32)
        for info in model.graph.input
    ]
    values = run(model, zeros)
    for layer in facts.layers:
        assert values[layer.name].shape == (1, *onnx_shape(known(layer.output_shape))), layer.name


@settings(max_examples=60)
@given(networks())
def test_generated(drawn: Drawn) -> None:
    try:
        compare(facts_of(drawn.text))
    except Unsupported as missing:
        event(f"PyTorch has no {missing}")

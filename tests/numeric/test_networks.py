"""Whole networks run with NumPy: every layer's values are PyTorch's and Keras's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, event, given, settings

import cnncalc
from cnncalc.analysis.facts import NetworkFacts
from tests.helpers import network_of
from tests.numeric.arrays import Array, Arrays
from tests.numeric.judging import judge, with_torch
from tests.oracles.torch_builder import Unsupported as TorchLacks
from tests.properties.strategies import Drawn, networks

pytestmark = pytest.mark.oracle

# how small they are tried, and what each has that the others have not
SMALL = {
    "lenet5": None,  # a connection table, trainable subsampling
    "lenet5-modern": None,
    "fashion-mnist": None,
    "ten-filters": None,
    "vgg11": "32x32x3",
    "resnet50": "64x64x3",
    "mobilenet-v2": "64x64x3",  # depthwise
    "mobilenet-v3-large": "64x64x3",  # gates
    "shufflenet-v2": "64x64x3",  # splits and shuffles
    "resnext50": "64x64x3",  # groups
    "dilated-context": "32x32x21",
    "dcgan": None,  # transposed convolutions
    "m5": "2048x1",  # one axis
    "alexnet": "99x99x3",  # local response normalisation
}
PRECISE = ("lenet5", "fashion-mnist", "mobilenet-v2", "dcgan", "dilated-context", "m5")
KERAS = ("lenet5-modern", "fashion-mnist", "ten-filters")


def with_keras() -> Any:
    keras_values: Any = pytest.importorskip("tests.numeric.keras_values")
    return keras_values.evaluate


@pytest.mark.parametrize("name", SMALL)
def test_torch(name: str) -> None:
    judge(cnncalc.load(name, input=SMALL[name]), with_torch("float32"), "float32")


@pytest.mark.parametrize("name", PRECISE)
def test_torch_in_double(name: str) -> None:
    judge(cnncalc.load(name, input=SMALL[name]), with_torch("float64"), "float64", threads=1)


@pytest.mark.parametrize("name", KERAS)
def test_keras(name: str) -> None:
    judge(cnncalc.load(name, input=SMALL[name]), with_keras(), "float32")


@pytest.mark.parametrize("name", ["fashion-mnist", "mobilenet-v2", "resnet50"])
def test_training(name: str) -> None:
    """Batch norms take the moments of the batch, in double: with few values they vary wildly."""
    network = cnncalc.load(name, input=SMALL[name])
    judge(network, with_torch("float64", training=True), "float64", batch=3, training=True)


UNET = """
input: 24x32x3
layers:
  - conv: {filters: 8, kernel: 3, padding: same, activation: relu, name: high}
  - max_pool: 2
  - conv: {filters: 12, kernel: 3, padding: same, activation: relu, name: middle}
  - max_pool: 2
  - conv: {filters: 16, kernel: 3, padding: same, dilation: 2}
  - batch_norm
  - leaky_relu: 0.2
  - conv_transpose: {filters: 12, kernel: 2, stride: 2}
  - concat: [prev, middle]
  - conv: {filters: 12, kernel: 3, padding: same, groups: 4, activation: silu}
  - conv_transpose: {filters: 8, kernel: 3, stride: 2, padding: same}
  - concat: [prev, high]
  - conv: {filters: 2, kernel: 1, activation: softmax}
"""

TWO_INPUTS = """
inputs: {left: 16x16x4, right: 16x16x4}
layers:
  - conv: {from: left, filters: 6, kernel: 3, padding: same, name: eye}
  - conv: {from: right, filters: 6, kernel: 3, padding: same, share: eye, name: other}
  - subtract: [eye, other]
  - prelu
  - multiply: [prev, [global_avg_pool, dense: {units: 6, activation: sigmoid}]]
  - residual: {body: [conv: {filters: 6, kernel: 3, padding: same}, batch_norm, relu]}
  - separable_conv: {filters: 5, kernel: 3, stride: 2, padding: same}
  - layer_norm: {axes: all}
  - flatten
  - dense: 7
"""

# what is added last is as large as the output, the gate before it is not
GATE_FIRST = """
input: 9x7x4
layers:
  - conv: {filters: 4, kernel: 3, padding: same}
  - add: [[global_avg_pool: {keep_dims: true}, conv: {filters: 4, kernel: 1}, sigmoid], prev]
  - multiply: [[global_max_pool, dense: 4], prev, prev]
  - maximum: [prev, [conv: {filters: 4, kernel: 1}], [avg_pool: {size: 3, stride: 1, padding: 1}]]
"""


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "text", [UNET, TWO_INPUTS, GATE_FIRST], ids=["unet", "two inputs", "gate first"]
)
def test_written_here(text: str, dtype: str) -> None:
    judge(network_of(text), with_torch(dtype), dtype, batch=3)


def finite(facts: NetworkFacts, weights: Arrays, inputs: Arrays) -> dict[str, Array]:
    """PyTorch's values, where all are finite: the maximum of nothing but padding is not."""
    found = with_torch("float64")(facts, weights, inputs)
    if not all(np.isfinite(array).all() for array in found.values()):
        raise TorchLacks("finite values")
    return found


@settings(max_examples=150, phases=[Phase.explicit, Phase.generate])  # shrinking takes minutes
@given(networks())
def test_generated(drawn: Drawn) -> None:
    try:
        judge(network_of(drawn.text), finite, "float64", threads=1)
    except TorchLacks as missing:
        event(f"PyTorch has no {missing}")

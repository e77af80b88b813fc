"""Every kind of layer in Keras, with every padding that Keras has and has not, against our run."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnncalc.exporters.keras import to_keras
from cnncalc.ir import primitives as p
from tests.exporters.keras_models import check_layers, compare, ruff_all
from tests.exporters.single import single
from tests.helpers import chain

pytestmark = pytest.mark.oracle

CHAINS = [
    # convolution: rank, groups, dilation, padding
    ("9x1", "conv: {filters: 3, kernel: 3, padding: causal, dilation: 2, activation: relu}"),
    ("9x2", "conv: {filters: 3, kernel: 3, padding: causal, stride: 2}"),
    ("9x2", "depthwise_conv: {kernel: 3, padding: causal, multiplier: 2}"),
    ("9x8x3", "conv: {filters: 4, kernel: 3, padding: [[1, 2], [0, 1]], stride: 2}"),
    ("9x8x4", "conv: {filters: 6, kernel: [3, 2], groups: 2, dilation: 2, stride: 2, padding: 1}"),
    ("9x8x4", "conv: {filters: 8, kernel: 3, groups: 4, stride: [1, 2], padding: same}"),
    ("9x8x4", "depthwise_conv: {kernel: 3, stride: 2, dilation: 2, padding: 2, multiplier: 2}"),
    ("9x8x1", "depthwise_conv: {kernel: 3, bias: false, padding: same}"),
    ("5x6x7x4", "depthwise_conv: {kernel: 2, multiplier: 2}"),
    ("5x6x7x2", "conv: {filters: 3, kernel: 3, padding: 1, stride: 2, trainable: false}"),
    ("9x8x3", "separable_conv: {filters: 4, kernel: 3, multiplier: 2, padding: 1, stride: 2}"),
    ("9x8x3", "separable_conv: {filters: 4, kernel: 3, dilation: 2, stride: 2, bias: false}"),
    ("5x6x7x2", "separable_conv: {filters: 4, kernel: 2, activation: prelu}"),
    ("9x3", "separable_conv: {filters: 4, kernel: 3, padding: same, activation: tanh}"),
    ("7x7x3", "conv: {filters: 2, kernel: 3, padding: 1, connections: [[0, 2], [1]]}"),
    ("9x8x3", "conv: {filters: 4, kernel: 1, activation: {maxout: 2}}"),
    ("9x8x3", "conv: {filters: 4, kernel: 3, activation: {leaky_relu: 0.3}}"),
    # transposed
    ("5x6x3", "conv_transpose: {filters: 2, kernel: 3, stride: 2, padding: same}"),
    ("5x6x3", "conv_transpose: {filters: 2, kernel: 4, stride: 2, padding: 1}"),
    ("5x6x3", "conv_transpose: {filters: 2, kernel: 3, stride: 2, padding: 1, output_padding: 1}"),
    ("5x6x3", "conv_transpose: {filters: 2, kernel: 2, stride: 3, padding: same}"),
    ("5x6x3", "conv_transpose: {filters: 2, kernel: [1, 2], stride: 3, activation: relu}"),
    ("5x6x3", "conv_transpose: {filters: 2, kernel: 2, stride: 2, output_padding: 1}"),
    (
        "5x6x4",
        "conv_transpose: {filters: 6, kernel: 3, stride: 2, groups: 2, padding: [[2, 0], [1, 1]]}",
    ),
    ("5x6x4", "conv_transpose: {filters: 6, kernel: 3, stride: 2, dilation: 2, bias: false}"),
    ("5x6x4", "conv_transpose: {filters: 6, kernel: 2, stride: 1, padding: [[3, 0], [0, 2]]}"),
    ("5x3", "conv_transpose: {filters: 2, kernel: 5, stride: 2, padding: same}"),
    ("4x5x3x2", "conv_transpose: {filters: 2, kernel: 3, stride: 2, padding: 1}"),
    # pooling
    ("9x8x3", "max_pool: {size: 3, stride: 2, padding: 1}"),
    ("9x8x3", "max_pool: {size: 3, stride: 2, padding: same}"),
    ("9x8x3", "max_pool: {size: 2, stride: 2, rounding: ceil}"),
    ("9x8x3", "max_pool: {size: 3, stride: 2, padding: 1, dilation: 2}"),
    ("10x2", "max_pool: {size: 3, stride: 2, padding: [[0, 3]]}"),
    ("5x6x7x2", "max_pool: {size: 2, stride: 2, padding: 1}"),
    ("9x8x3", "avg_pool: {size: 3, stride: 2, padding: 1}"),
    ("9x8x3", "avg_pool: {size: 3, stride: 2, padding: same}"),
    ("9x8x3", "avg_pool: {size: 3, stride: 2, padding: 1, count_padding: true}"),
    ("9x8x3", "avg_pool: {size: 4, stride: 3, padding: 1, rounding: ceil, count_padding: true}"),
    ("9x8x3", "avg_pool: {size: 2, rounding: ceil}"),
    ("9x3", "avg_pool: {size: 3, stride: 1, padding: 1}"),
    ("5x6x7x2", "avg_pool: {size: 2, padding: 1}"),
    ("9x8x3", "subsample: {size: 3, stride: 2}"),
    ("9x8x3", "adaptive_avg_pool: [4, 3]"),
    ("9x8x3", "adaptive_max_pool: [12, 4]"),
    ("9x8x3", "adaptive_avg_pool: [3, 4]"),
    ("9x8x3", "adaptive_max_pool: 1"),
    ("9x3", "global_avg_pool"),
    ("5x6x7x2", "global_max_pool: {keep_dims: true}"),
    # normalisation
    ("6x5x4", "batch_norm: {scale: false, trainable: false}"),
    ("6x5x4", "layer_norm"),
    ("6x5x4", "layer_norm: {axes: all, center: false}"),
    ("6x5x4", "layer_norm: {axes: [0, 2], epsilon: 1e-3}"),
    ("6x5x4", "group_norm: 2"),
    ("8", "group_norm: {groups: 2, scale: false}"),
    ("6x5x4", "instance_norm: {center: false}"),
    ("6x5x4", "global_response_norm"),
    ("6x5x4", "l2_norm"),
    ("6x5x4", "l2_norm: {epsilon: 0.5}"),
    ("6x5x4", "normalize"),
    ("6x5x7", "local_response_norm: {size: 4, alpha: 0.5, beta: 0.6, bias: 2}"),
    ("6x5x4", "scale"),
    ("6x5x4", "scale: {bias: true}"),
    ("6x5x4", "scale: {scale: false, bias: true}"),
    ("6x5x4", "rescale: {scale: 1/3, offset: [1, 2, 3, 4]}"),
    ("6x5x4", "prelu"),
    ("4", "prelu"),
    ("6x5x4", "prelu: {shared: true}"),
    ("4", "prelu: {shared: true}"),
    # moving values
    ("6x5x4", "flatten"),
    ("6x5x4", "reshape: [5, 24]"),
    ("6x5x4", "permute: [2, 0, 1]"),
    ("6x5x4", "channel_shuffle: 2"),
    ("6x5x8", "pixel_shuffle: 2"),
    ("6x8", "pixel_shuffle: 2"),
    ("6x4x3", "space_to_depth: 2"),
    ("4x6x2x3", "space_to_depth: 2"),
    ("6x5x4", "pad: [[1, 2], [0, 3]]"),
    ("6x4", "pad: {amount: [[1, 2]], mode: reflect}"),
    ("6x5x4", "pad: {amount: 2, mode: edge}"),
    ("6x5x4", "crop: [[1, 2], [0, 3]]"),
    ("6x5x4", "slice: {start: 1, stop: 3}"),
    ("6x5x4", "split: {parts: 5, take: 2, axis: 1}"),
    ("6x5x4", "resize: 2"),
    ("6x5x4", "resize: {size: [4, 9]}"),
    ("6x5x4", "resize: {factor: 2, mode: bilinear}"),
    ("6x5x4", "resize: {size: [4, 9], mode: bilinear}"),
    ("6x5x4", "resize: {size: [4, 9], mode: bilinear, align_corners: true}"),
    ("6x4", "resize: {factor: 1.5, mode: bilinear}"),
    ("3x4x5x2", "resize: {factor: 2, mode: bilinear}"),
    ("6x5x4", "maxout: 2"),
    ("6x5x4", "dropout: 0.5"),
    ("6x5x4", "spatial_dropout: 0.5"),
    ("6x5x4", "drop_path: 0.25"),
    ("6x5x4", "identity"),
    ("6x5x4", "dense: {units: 3, activation: softmax, bias: false}"),
]
ACTIVATIONS = [
    *("relu", "relu6", "tanh", "sigmoid", "softmax", "elu", "celu", "selu", "gelu", "silu", "mish"),
    *("hard_sigmoid", "hard_swish", "hard_tanh", "leaky_relu", "log_sigmoid", "log_softmax"),
    *("exponential", "scaled_tanh", "softplus", "softsign"),
    *("gelu: {approximate: true}", "hard_sigmoid: keras2", "elu: 0.5", "celu: 2.0"),
    *("leaky_relu: -0.5", "leaky_relu: 0"),
]


@pytest.mark.parametrize(("shape", "layer"), CHAINS[::4])
def test_alone(shape: str, layer: str) -> None:
    facts = chain(shape, layer)
    check_layers(facts, compare(facts))


@pytest.mark.slow
@pytest.mark.parametrize(("shape", "layer"), [c for k, c in enumerate(CHAINS) if k % 4])
def test_all_alone(shape: str, layer: str) -> None:
    facts = chain(shape, layer)
    check_layers(facts, compare(facts))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activation(activation: str) -> None:
    compare(chain("3x2x5", activation))


def test_zero_padding_after_what_is_never_negative() -> None:
    pool = "max_pool: {size: 3, stride: 2, padding: 1}"
    for before in ("relu", "sigmoid", "softmax"):
        facts = chain("8x8x3", before, "dropout: 0.1", pool)
        assert "MinusInfinityPadding" not in to_keras(facts)
        compare(facts)
    for before in ("tanh", "batch_norm", "leaky_relu"):
        facts = chain("8x8x3", "relu", before, pool)
        assert "MinusInfinityPadding" in to_keras(facts) or before == "tanh"
        compare(facts)


@pytest.mark.parametrize("kind", ["add", "multiply", "maximum", "average", "subtract"])
def test_merges(kind: p.MergeKind) -> None:
    compare(single(p.Merge(kind), (4, 5, 3), (4, 5, 3), (4, 5, 3)))


@pytest.mark.parametrize("gate", [(3,), (1, 1, 3)])
def test_gates(gate: tuple[int, ...]) -> None:
    for kind in ("add", "multiply"):
        compare(single(p.Merge(kind), gate, (4, 5, 3)))


def test_concatenation_along_any_axis() -> None:
    compare(single(p.Merge("concat", 0), (4, 5, 3), (2, 5, 3)))
    compare(single(p.Merge("concat", 2), (4, 5, 3), (4, 5, 1)))


def test_the_text_of_all_is_as_ruff_formats_it(tmp_path: Path) -> None:
    texts = {f"n{k}": to_keras(chain(*given)) for k, given in enumerate(CHAINS)}
    texts |= {f"a{k}": to_keras(chain("3x2x5", given)) for k, given in enumerate(ACTIVATIONS)}
    assert not ruff_all(texts, tmp_path)

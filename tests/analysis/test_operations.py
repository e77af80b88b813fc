"""Operations and memory, row by row of the definitions' table."""

from __future__ import annotations

import pytest

from cnncalc.analysis.analyze import analyze
from tests.helpers import chain, facts_of, network_of

# layer on 6×6×8: FLOPs by kind; an output of the same size has 288 values
PER_ELEMENT = [
    ("conv: {filters: 8, kernel: 3, padding: 1}", {"macs": 2 * 288 * 72, "bias": 288}),
    ("conv: {filters: 8, kernel: 3, padding: 1, bias: false}", {"macs": 2 * 288 * 72}),
    ("conv: {filters: 8, kernel: 3, padding: 1, groups: 4}", {"macs": 2 * 288 * 18, "bias": 288}),
    ("dense: 8", {"macs": 2 * 288 * 8, "bias": 288}),
    ("batch_norm", {"normalization": 2 * 288}),
    ("layer_norm", {"normalization": 5 * 288}),
    ("group_norm: 4", {"normalization": 5 * 288}),
    ("instance_norm", {"normalization": 5 * 288}),
    ("local_response_norm: 5", {"normalization": (5 + 3) * 288}),
    ("relu", {"activation": 288}),
    ("sigmoid", {"activation": 288}),
    ("softmax", {"activation": 3 * 288}),
    ("max_pool: 2", {"pooling": 3 * 72}),
    ("max_pool: {size: 3, stride: 2, padding: 1}", {"pooling": 8 * 72}),
    ("avg_pool: 2", {"pooling": 4 * 72}),
    ("global_avg_pool", {"pooling": 288}),
    ("global_max_pool", {"pooling": 288 - 8}),
    ("adaptive_avg_pool: 4", {"pooling": 8 * (2 + 2 + 2 + 2) ** 2}),
    ("subsample: 2", {"pooling": 3 * 72, "scale": 2 * 72}),
    ("add: [prev, [identity], [identity]]", {"merge": 2 * 288}),
    ("average: [prev, [identity]]", {"merge": 288}),
    ("concat: [prev, [identity]]", {}),
    ("scale", {"scale": 288}),
    ("scale: {bias: true}", {"scale": 2 * 288}),
    ("resize: {factor: 2, mode: bilinear}", {"resize": 7 * 4 * 288}),
    ("resize: 2", {}),
    ("flatten", {}),
    ("dropout: 0.5", {}),
    ("channel_shuffle: 2", {}),
    ("pixel_shuffle: 2", {}),
    ("pad: 1", {}),
    # a transposed convolution costs by its input positions: 36 · 2·2 · 8 · 4
    (
        "conv_transpose: {filters: 4, kernel: 2, stride: 2}",
        {"macs": 2 * 36 * 4 * 8 * 4, "bias": 144 * 4},
    ),
]


@pytest.mark.parametrize(("layer", "flops"), PER_ELEMENT)
def test_flops(layer: str, flops: dict[str, int]) -> None:
    facts = chain("6x6x8", layer)
    assert facts.layers[-1].flops == flops
    assert facts.totals.n_flops == sum(flops.values())
    assert 2 * facts.totals.n_macs == flops.get("macs", 0)


def test_arithmetic_intensity() -> None:
    # FLOPs over the bytes of input, weights and output
    (layer,) = chain("8x8x3", "conv: {filters: 4, kernel: 3, padding: 1}").layers
    read_and_written = 4 * (8 * 8 * 3 + (3 * 3 * 3 * 4 + 4) + 8 * 8 * 4)
    assert layer.arithmetic_intensity == (2 * 64 * 4 * 27 + 64 * 4) / read_and_written


def test_shared_weights_count_once() -> None:
    spec = """
inputs: {left: 8x8x3, right: 8x8x3}
layers:
  - conv: {filters: 4, kernel: 3, from: left, name: a}
  - conv: {share: a, from: right, name: b}
  - concat: [a, b]
"""
    facts = facts_of(spec)
    assert facts.layer("b").shares == "a"
    assert facts.totals.n_params == 3 * 3 * 3 * 4 + 4
    assert facts.layer("b").n_macs == facts.layer("a").n_macs == 36 * 27 * 4
    assert facts.totals.n_macs == 2 * 36 * 27 * 4


def test_frozen_weights_are_parameters() -> None:
    facts = chain("8x8x3", "conv: {filters: 4, kernel: 3, trainable: false}", "batch_norm")
    totals = facts.totals
    assert (totals.n_params, totals.n_trainable_params, totals.n_statistics) == (112 + 8, 8, 8)
    assert totals.weight_bytes == 4 * (112 + 8 + 8)


@pytest.mark.parametrize(
    ("layers", "elements"),
    [
        # 100 in, 200 out
        (["conv: {filters: 2, kernel: 1}"], 300),
        # the activation works in place
        (["conv: {filters: 2, kernel: 1}", "relu"], 300),
        (["relu"], 100),
        # batch norm writes a buffer of its own
        (["conv: {filters: 2, kernel: 1}", "batch_norm"], 400),
        # flatten, reshape, dropout and identity share their input's
        (["flatten", "dropout: 0.5", "reshape: 5x20", "identity"], 100),
        # the input lives until its last reader: the shortcut
        (["residual: {body: [conv: {filters: 1, kernel: 1}]}"], 300),
        # the first relu may not work in place, the input is read again; the second may
        (["add: [[relu, tanh], prev]"], 300),
        # nor may one whose input is read once but lies in a buffer that is read again
        (["conv: {filters: 1, kernel: 1}", "add: [[dropout: 0.5, relu], prev]"], 300),
        # a concat copies: two paths of 100, and 200
        (["concat: [[conv: {filters: 1, kernel: 1}], [conv: {filters: 1, kernel: 1}]]"], 400),
        # two steps: depthwise 100 → 100, pointwise 100 → 300
        (["separable_conv: {filters: 3, kernel: 1}"], 400),
    ],
)
def test_peak_memory(layers: list[str], elements: int) -> None:
    facts = chain("10x10x1", *layers)
    assert facts.totals.peak_memory_bytes == 4 * elements


def test_an_output_lives_to_the_end() -> None:
    spec = """
input: 10x10x1
outputs: [early, late]
layers:
  - conv: {name: early, filters: 2, kernel: 1}
  - conv: {filters: 3, kernel: 1}
  - conv: {name: late, filters: 1, kernel: 1}
"""
    assert facts_of(spec).totals.peak_memory_bytes == 4 * (200 + 300 + 100)
    # an activation on an output must not overwrite it
    after = "input: 10x10x1\noutputs: [a, b]\nlayers:\n  - conv: {name: a, filters: 1, kernel: 1}\n"
    assert facts_of(f"{after}  - relu: {{name: b}}\n").totals.peak_memory_bytes == 4 * 200


def test_batch_and_element_type() -> None:
    network = network_of("input: 10x10x1\nlayers:\n  - conv: {filters: 2, kernel: 1}\n")
    totals = analyze(network, batch=8, dtype="float16").totals
    assert totals.peak_memory_bytes == 8 * 2 * 300
    assert totals.activation_bytes == 8 * 2 * 200
    assert totals.weight_bytes == 2 * 4
    assert totals.n_macs == 8 * 200

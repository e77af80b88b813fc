"""T401: where a bias is cancelled, and where it is not."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, fixed, look, mended

CONV = "conv: {filters: 8, kernel: 3}"


@pytest.mark.parametrize(
    "layers",
    [
        (CONV, "instance_norm"),
        (CONV, "max_pool: 2", "batch_norm"),
        (CONV, "avg_pool: {size: 3, stride: 1, padding: same}", "batch_norm"),
        (CONV, "identity", "batch_norm: {center: false}"),
        ("conv_transpose: {filters: 8, kernel: 2, stride: 2}", "batch_norm"),
        ("depthwise_conv: {kernel: 3}", "batch_norm"),
        ("separable_conv: {filters: 8, kernel: 3}", "batch_norm"),
        ("dense: 8", "batch_norm"),
    ],
)
def test_is_cancelled(layers: tuple[str, ...]) -> None:
    (finding,) = look(chain("8x8x3", *layers), "T401")
    assert finding.line == 3
    assert "bias" in finding.message


@pytest.mark.parametrize(
    "layers",
    [
        ("conv: {filters: 8, kernel: 3, bias: false}", "batch_norm"),
        ("conv: {filters: 8, kernel: 3, activation: relu}", "batch_norm"),
        (CONV, "relu", "batch_norm"),
        (CONV, "layer_norm"),
        (CONV, "group_norm: 4"),
        (CONV, "batch_norm: {trainable: false}"),
        (CONV, "dropout: 0.5", "batch_norm"),
        (CONV, "avg_pool: {size: 3, padding: 1, count_padding: true}", "batch_norm"),
        (CONV, "pad: 1", "batch_norm"),
        (CONV, "subsample: 2", "batch_norm"),
        ("residual: {body: [conv: {filters: 3, kernel: 1}]}", "batch_norm"),
        ("conv: {name: a, filters: 8, kernel: 3}", "batch_norm", "concat: [a, prev]"),
        ("subsample: 2", "batch_norm"),
    ],
)
def test_is_not_cancelled(layers: tuple[str, ...]) -> None:
    assert not look(chain("8x8x3", *layers), "T401")


def test_an_output_keeps_its_bias() -> None:
    text = chain("8x8x3", "conv: {name: a, filters: 8, kernel: 3}", "batch_norm: {name: b}")
    assert look(text, "T401")
    assert not look(text + "outputs: [a, b]\n", "T401")


def test_shared_weights_keep_their_bias() -> None:
    """Both sides of the sharing: the owner, and the layer that uses its weights."""
    conv, again = "conv: {name: a, filters: 3, kernel: 1}", "conv: {share: a}"
    assert not look(chain("8x8x3", conv, "batch_norm", "relu", again, "relu"), "T401")
    assert not look(chain("8x8x3", conv, "relu", again, "batch_norm", "relu"), "T401")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("dense: 8", "dense: {units: 8, bias: false}"),
        ("dense: {units: 8, bias: true}", "dense: {units: 8, bias: false}"),
        ("dense: {units: 8, use_bias: true}  # why", "dense: {units: 8, use_bias: false}  # why"),
        ("dense:\n      units: 8", "dense:\n      units: 8\n      bias: false"),
    ],
)
def test_fix(before: str, after: str) -> None:
    assert fixed(chain("16", before, "batch_norm"), "T401") == chain("16", after, "batch_norm")


def test_a_block_is_fixed_once_if_every_call_wants_it() -> None:
    block = """
        input: 16
        blocks:
          Unit:
            params: {normalize: true}
            layers:
              - dense: 16
              - batch_norm: {when: $normalize}
              - relu
        layers:
          - Unit: {repeat: 3}
        """
    (finding,) = look(block, "T401")
    assert len(finding.layers) == 3
    assert "dense: {units: 16, bias: false}" in mended(block, "T401")
    (finding,) = look(block.replace("repeat: 3", "repeat: 3, first: {normalize: false}"), "T401")
    assert len(finding.layers) == 2
    assert not finding.fixes


def test_an_expression_is_left_alone() -> None:
    text = chain("16", "dense: {units: 8, bias: $biased}", "batch_norm") + "vars: {biased: true}\n"
    (finding,) = look(text, "T401")
    assert not finding.fixes


def test_unknown_sizes() -> None:
    text = chain("16", "dense: {units: -3}", "dense: 8", "batch_norm")
    assert [finding.line for finding in look(text, "T401")] == [4]

"""T402: what counts as a non-linearity, and what is left linear on purpose."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, fixed, look

CONV = "conv: {filters: 16, kernel: 3, padding: 1}"
LAST = "conv: {filters: 16, kernel: 3, padding: 1, activation: relu}"


@pytest.mark.parametrize(
    "between",
    [
        (),
        ("batch_norm",),
        ("group_norm: 4",),
        ("instance_norm",),
        ("avg_pool: 2",),
        ("dropout: 0.2",),
        ("pad: 1", "crop: 1"),
        ("identity",),
        ("scale",),
        ("rescale: {scale: 2}",),
        ("subsample: 2",),
        ("batch_norm", "avg_pool: 2", "spatial_dropout: 0.1"),
    ],
)
def test_linear(between: tuple[str, ...]) -> None:
    (finding,) = look(chain("8x8x3", CONV, *between, LAST), "T402")
    assert finding.line == 3
    assert "conv_2" in finding.message


@pytest.mark.parametrize(
    "between",
    [
        ("relu",),
        ("batch_norm", "prelu"),
        ("relu", "batch_norm"),
        ("maxout: 2",),
        ("max_pool: 2",),
        ("adaptive_max_pool: 2",),
        ("layer_norm",),
        ("l2_norm",),
        ("local_response_norm: 5",),
        ("concat: [prev, prev]",),
        ("resize: 2",),
        ("pixel_shuffle: 2",),
        ("channel_shuffle: 4",),
        ("reshape: [4, 16, 16]",),
        ("permute: [1, 0, 2]",),
        ("opaque: {output: 8x8x16}",),
    ],
)
def test_not_linear(between: tuple[str, ...]) -> None:
    assert not look(chain("8x8x3", CONV, *between, LAST), "T402")


@pytest.mark.parametrize(
    "layers",
    [
        ("flatten", "dense: 64", "dense: 64"),
        (CONV, "flatten", "dense: 10"),
        (CONV, "global_avg_pool", "dense: 10"),
        ("separable_conv: {filters: 16, kernel: 3}", "separable_conv: {filters: 32, kernel: 3}"),
        # the product of the two has no fewer weights than one, but no more rank than the second
        ("conv: {filters: 2, kernel: 1, activation: relu}", "conv: {filters: 16, kernel: 1}",
         "conv: {filters: 8, kernel: 3}"),
        (CONV, "conv_transpose: {filters: 8, kernel: 2, stride: 2}"),
        ("conv: {filters: 16, kernel: 3, activation: relu}", "conv: {filters: 16, kernel: 1}",
         "batch_norm", "depthwise_conv: {kernel: 3}"),
    ],
)  # fmt: skip
def test_stacks(layers: tuple[str, ...]) -> None:
    assert len(look(chain("8x8x3", *layers), "T402")) == 1


@pytest.mark.parametrize(
    "layers",
    [
        ("dense: 8", "dense: 64"),  # a bottleneck: 16 → 8 → 64
        ("conv: {filters: 8, kernel: 1}", "global_avg_pool", "dense: 3"),  # a projection
        ("conv: {filters: 8, kernel: 3}", "conv_transpose: {filters: 8, kernel: 4, stride: 2}"),
        ("conv: {filters: 64, kernel: 1}", "depthwise_conv: {kernel: 3}"),
        ("depthwise_conv: {kernel: 3}", "batch_norm", "conv: {filters: 64, kernel: 1}"),
        ("conv: {filters: 64, kernel: [1, 3]}", "conv: {filters: 64, kernel: [3, 1]}"),
        ("conv: {filters: 16, kernel: 3, groups: 4}", "conv: {filters: 16, kernel: 3, groups: 2}"),
        ("conv: {filters: 16, kernel: 3, trainable: false}", "conv: {filters: 16, kernel: 3}"),
    ],
)
def test_meant(layers: tuple[str, ...]) -> None:
    start = "conv: {filters: 16, kernel: 1, activation: relu}"
    assert not look(chain("16x16x3", start, *layers), "T402")


@pytest.mark.parametrize(("between", "is_wide"), [(15, False), (16, True)])
def test_a_bottleneck_is_narrower_than_both_sides(between: int, is_wide: bool) -> None:
    text = chain("16", f"dense: {between}", "dense: {units: 17, activation: relu}")
    assert bool(look(text, "T402")) is is_wide
    text = chain("17", f"dense: {between}", "dense: {units: 16, activation: relu}")
    assert bool(look(text, "T402")) is is_wide


GATE = (
    "multiply: [prev, [global_avg_pool, dense: 4, relu, dense: {units: 16, activation: sigmoid}]]"
)


@pytest.mark.parametrize("gate", [(), (GATE,)])
@pytest.mark.parametrize(
    ("projected", "next_", "is_meant"), [(16, 72, True), (16, 16, False), (24, 72, False)]
)
def test_a_depthwise_block_that_does_not_widen_ends_in_a_linear_bottleneck(
    gate: tuple[str, ...], projected: int, next_: int, is_meant: bool
) -> None:
    # MobileNetV3 small (Howard et al. 2019, table 2) begins so: 16 channels, projected to 16
    block = ("depthwise_conv: {kernel: 3, stride: 2}", "batch_norm", "relu", *gate)
    ends = [f"conv: {{filters: {n}, kernel: 1, bias: false}}" for n in (projected, next_)]
    start = "conv: {filters: 16, kernel: 3, activation: relu}"
    text = chain("32x32x3", start, *block, ends[0], "batch_norm", ends[1], "batch_norm", "relu")
    assert bool(look(text, "T402")) is not is_meant
    plain = text.replace("depthwise_conv: {", "conv: {filters: 16, ")
    assert look(plain, "T402")


def test_flattening_makes_a_narrow_map_wide() -> None:
    layers = ("conv: {filters: 32, kernel: 1, activation: relu}", "conv: {filters: 16, kernel: 3}")
    assert look(chain("8x8x3", *layers, "flatten", "dense: 100"), "T402")


def test_a_branch_or_an_output_between() -> None:
    first = "conv: {name: a, filters: 16, kernel: 3, padding: 1}"
    assert look(chain("8x8x3", first, LAST), "T402")
    assert not look(chain("8x8x3", first, LAST, "add: [a, prev]"), "T402")
    assert not look(chain("8x8x3", first, LAST) + "outputs: [a, conv_1]\n", "T402")


def test_one_finding_for_three_in_a_row() -> None:
    text = chain("16", "dense: {units: 16, repeat: 3}", "dense: 4")
    (finding,) = look(text, "T402")
    assert len(finding.layers) == 3
    assert fixed(text, "T402") == text.replace("repeat: 3", "repeat: 3, activation: relu")


def test_unknown_channels() -> None:
    assert not look(chain("8x8x3", "dense: {units: -1}", "dense: 8"), "T402")
    assert not look(chain("8x8x3", "conv: {filters: 8, kernel: 9}", "dense: 8"), "T402")


def test_says_no_more_than_needed() -> None:
    """C306 knows that two convolutions can be one; the missing activation is the better word."""
    layers = ("conv: {filters: 32, kernel: 3}", "conv: {filters: 32, kernel: 1, activation: relu}")
    assert {finding.code for finding in look(chain("8x8x3", *layers), "T402", "C306")} == {"T402"}


@pytest.mark.parametrize(
    ("usual", "argument", "entry"),
    [
        ("gelu", "gelu", "gelu"),
        ("{leaky_relu: 0.2}", "{leaky_relu: 0.2}", "leaky_relu: 0.2"),
        ("sigmoid", "tanh", "tanh"),  # sigmoids may be gates
    ],
)
def test_fix_takes_the_usual_activation(usual: str, argument: str, entry: str) -> None:
    start = "dense: {units: 16, activation: " + usual + "}"
    text = chain("16", start, "dense: 16", "dense: {units: 16, activation: tanh}")
    text += "  - dense: {units: 16, activation: " + usual + "}\n"
    assert f"- dense: {{units: 16, activation: {argument}}}\n" in fixed(text, "T402")[len(start) :]
    text = text.replace("- dense: 16\n", "- dense: 16\n  - batch_norm  # and on\n")
    assert f"batch_norm  # and on\n  - {entry}\n" in fixed(text, "T402")


def test_no_fix_into_a_block() -> None:
    text = """
        input: 16
        blocks:
          Pre: {layers: [batch_norm, dense: {units: 16, activation: relu}]}
        layers:
          - dense: 16
          - Pre: {repeat: 2}
        """
    (finding,) = look(text, "T402")
    assert finding.line == 6
    assert not finding.fixes

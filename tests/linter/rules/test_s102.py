"""S102 beyond its examples: the arithmetic per axis, what adds up, and what is proposed."""

from __future__ import annotations

import pytest

from cnncalc.linter.finding import Finding
from tests.linter.rules.looking import chain, fixed, look, mended


def only(text: str) -> Finding:
    (finding,) = look(text, "S102")
    return finding


def titles(text: str) -> list[str]:
    return [fix.title for fix in only(text).fixes]


@pytest.mark.parametrize(
    "layer",
    [
        "conv: {filters: 1, kernel: 7, stride: 2, padding: 3}",  # ResNet: padding only is dropped
        "max_pool: {size: 3, stride: 2, padding: 1}",
        "max_pool: {size: 2, rounding: ceil}",
        "conv: {filters: 1, kernel: 1, stride: 4}",  # skips cells everywhere, not at the end
        "conv: {filters: 1, kernel: 2, stride: 5}",
        "conv: {filters: 1, kernel: 5, stride: 3, padding: same}",
        "depthwise_conv: {kernel: 2, stride: 2}",
    ],
)
def test_innocents(layer: str) -> None:
    size = 225 if "ceil" in layer else 224
    assert not look(chain(f"{size}x{size}x3", layer), "S102")


def test_message_has_the_arithmetic_the_cells_and_their_share() -> None:
    assert only(chain("7x7x1", "conv: {filters: 1, kernel: 3, stride: 3}")).message == (
        "conv: stride 3 does not fit the height and width: (7 - 3 + 2·0)/3 + 1 = 2.33, "
        "so no window sees the last row and column of 7×7 (26.5 %)"
    )


def test_axes_are_told_apart() -> None:
    # 10 rows: (10 - 3)/3 leaves 1; 11 columns: (11 - 3)/3 leaves 2; 1 - 9/10 · 9/11 = 26.4 %
    assert only(chain("10x11x1", "conv: {filters: 1, kernel: 3, stride: 3}")).message == (
        "conv: stride 3 does not fit the height: (10 - 3 + 2·0)/3 + 1 = 3.33, stride 3 does not "
        "fit the width: (11 - 3 + 2·0)/3 + 1 = 3.67, so no window sees the last row and 2 columns "
        "of 10×11 (26.4 %)"
    )


def test_one_and_three_dimensions() -> None:
    assert "the last 2 cells of 17 (" in only(chain("17x1", "max_pool: 3")).message
    message = only(chain("5x8x8x1", "max_pool: 2")).message
    assert "does not fit the depth:" in message
    assert "the last slice of 5×8×8 (20.0 %)" in message


def test_losses_add_up_along_the_way() -> None:
    # 31 -> 15 (1 lost) -> 7 (1 lost, worth 2) -> 3 (1 lost, worth 4): 7 of the 31 in the end
    layers = ("max_pool: 2", "relu", "max_pool: 2", "relu", "max_pool: 2")
    first, second, third = look(chain("31x31x1", *layers), "S102")
    assert first.message.endswith("(6.3 %); that of max_pool_2 adds to it")
    assert "of the input the last 3 rows and columns are out of sight by now" in second.message
    assert second.message.endswith("adds to that of max_pool_1 and that of max_pool_3 adds to it")
    assert "of the input the last 7 rows and columns are out of sight by now" in third.message


def test_overlap_keeps_the_input_in_sight() -> None:
    text = chain("13x13x1", "conv: {filters: 1, kernel: 5, padding: 2}", "max_pool: 2")
    assert only(text).message.endswith(
        "all of the input is in sight even so, as the windows before overlap"
    )


def test_padding_before_moves_what_is_in_sight() -> None:
    # the last of 3 windows is over rows 8 to 11, each of which sees one row more: 0 to 12 of 14
    text = chain("14x14x1", "conv: {filters: 1, kernel: 3, padding: 1}", "max_pool: 4")
    assert "of the input the last row and column are out of sight" in only(text).message


def test_misfits_on_other_paths_do_not_add_up() -> None:
    text = """\
        input: 31x31x1
        layers:
          - concat:
              - [max_pool: 2]
              - [avg_pool: 2]
        """
    assert all("adds" not in finding.message for finding in look(text, "S102"))


def test_edits_are_ranked() -> None:
    assert titles(chain("7x7x1", "conv: {filters: 1, kernel: 3, stride: 3}")) == [
        "set padding: 1",
        "set kernel: 4",
        "set stride: 2",
        "set input to 6x6x1",
        "set input to 9x9x1",
    ]


def test_uneven_padding_where_an_odd_number_is_missing() -> None:
    assert titles(chain("32x32x3", "conv: {filters: 1, kernel: 3, stride: 2}"))[:2] == [
        "set padding: [[0, 1], [0, 1]]",
        "set kernel: 4",
    ]


def test_only_the_axis_that_does_not_fit_is_edited() -> None:
    text = chain("7x9x1", "conv: {filters: 1, kernel: 3, stride: 3}")
    assert titles(text) == [
        "set padding: [1, 0]",
        "set kernel: [4, 3]",
        "set stride: [2, 3]",
        "set input to 6x9x1",
        "set input to 9x9x1",
    ]


def test_pools_round_up() -> None:
    assert fixed(chain("7x7x1", "max_pool: 2"), "S102") == chain(
        "7x7x1", "max_pool: {size: 2, rounding: ceil}"
    )


def test_inputs_are_those_that_the_whole_network_fits() -> None:
    # 28 -> 26 -> 13 -> 11 -> 5: an input n fits if n - 2 and (n - 2)/2 - 2 are even
    layers = ["conv: {filters: 4, kernel: 3}", "max_pool: 2"] * 2
    assert titles(chain("28x28x1", *layers))[-2:] == [
        "set input to 30x30x1",
        "set input to 26x26x1",
    ]
    for size in (26, 30):
        assert not look(chain(f"{size}x{size}x1", *layers), "S102")


def test_an_edit_that_breaks_a_merge_is_not_proposed() -> None:
    text = """\
        input: 32x32x3
        layers:
          - concat:
              - [conv: {filters: 8, kernel: 3, stride: 2}]
              - [max_pool: {size: 3, stride: 2}]
        """
    assert {fix.title for finding in look(text, "S102") for fix in finding.fixes} == {
        "set kernel: 4",  # a larger window keeps the size
        "set size: 4",
        "set input to 33x33x3",
        "set input to 31x31x3",
    }


def test_an_edit_that_moves_the_misfit_on_is_not_proposed() -> None:
    # with ceil, 14 -> 7 and the next pool does not fit
    text = chain("13x13x1", "max_pool: 2", "max_pool: 2")
    assert titles(text) == ["set input to 12x12x1", "set input to 16x16x1"]


def test_an_edit_that_contradicts_a_declaration_is_not_proposed() -> None:
    text = chain("7x7x2", "max_pool: 2", "flatten", "dense: {units: 3, in_features: 18}")
    assert titles(text) == ["set input to 6x6x2"]


def test_expressions_are_named_and_not_rewritten() -> None:
    text = """\
        input: 7x7x1
        vars: {s: 3}
        layers:
          - conv: {filters: 1, kernel: 3, stride: $s}
        """
    assert "stride comes from $s" in (only(text).help or "")
    assert "set stride: 2" not in titles(text)
    assert "set padding: 1" in titles(text)


def test_a_block_is_edited_for_all_its_calls_or_not_at_all() -> None:
    block = """\
        input: {size}
        blocks:
          Down:
            layers:
              - conv: {{filters: 4, kernel: 3, stride: 3}}
        layers:
          - Down
          - Down
        """
    # 26 -> 8 -> 2: both calls lose two cells; 25 -> 8 -> 2: one and two
    assert "set padding: [[0, 1], [0, 1]]" not in titles(block.format(size="25x25x1"))
    (both,) = look(block.format(size="26x26x1"), "S102")
    assert both.layers == ("Down_1.conv_1", "Down_2.conv_1")
    assert not look(mended(block.format(size="26x26x1"), "S102", unsafe=True), "S102")


def test_styles() -> None:
    block_style = """\
input: 7x7x1
layers:
  - conv:
      filters: 1   # one
      kernel: 3
      stride: 3
"""
    assert fixed(block_style, "S102") == block_style + "      padding: 1\n"
    keras = chain("7x7x1", "conv: {filters: 1, kernel_size: 3, strides: 3, padding: valid}")
    assert fixed(keras, "S102") == keras.replace("valid", "1")


def test_input_written_as_a_list() -> None:
    assert "set input to [6, 6, 1]" in titles(chain("[7, 7, 1]", "max_pool: 3"))


def test_unknown_sizes_are_no_misfit() -> None:
    assert not look(chain("7x7x1", "conv: {filters: 1, kernal: 3}", "max_pool: 2"), "S102")

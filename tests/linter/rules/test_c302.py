"""C302: which windows are large for nothing."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, fixed, look, mended

FIRST = "conv: {filters: 32, kernel: 3, padding: same, activation: relu}"


def large(**arguments: object) -> str:
    values = {"filters": 32, "kernel": 5, "padding": "same", "activation": "relu"} | arguments
    return f"conv: {{{', '.join(f'{key}: {value}' for key, value in values.items())}}}"


def n_found(second: str, input: str = "32x32x3") -> int:
    return len(look(chain(input, FIRST, second), "C302"))


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (large(), 1),
        (large(kernel=7), 1),
        (large(kernel=3), 0),
        (large(kernel=6), 0),
        (large(kernel="[1, 7]"), 0),
        (large(kernel="[5, 7]"), 0),
        (large(stride=2), 0),
        (large(dilation=2), 0),
        (large(groups=32), 0),
        (large(filters=56), 1),  # 25·32·56 = 44 800, 9·(32·56 + 56·56) = 44 352
        (large(filters=57), 0),  # 45 600 and 45 657
        (large(filters=1), 0),  # an output layer, as SRCNN's
        ("depthwise_conv: {kernel: 7, padding: same}", 0),
    ],
)
def test_only_what_a_stack_does_for_less(second: str, expected: int) -> None:
    assert n_found(second) == expected


def test_groups_are_counted() -> None:
    (finding,) = look(chain("32x32x3", FIRST, large(groups=2)), "C302")
    assert "12,800 weights" in finding.message
    assert "9,216" in finding.message


def test_the_stem_is_not_looked_at() -> None:
    assert look(chain("32x32x32", large(), large(filters=100)), "C302") == []
    assert look(chain("32x32x32", "batch_norm", "max_pool: 2", large()), "C302") == []
    assert look(chain("32x32x32", f"add: [prev, [{FIRST}]]", large()), "C302") == []


def test_volumes_gain_more_and_sound_nothing() -> None:
    assert len(look(chain("8x32x32x3", FIRST, large(filters=100)), "C302")) == 1
    assert look(chain("320x3", FIRST, large(), large(kernel=9)), "C302") == []


def test_a_window_as_large_as_its_map_is_a_dense_layer() -> None:
    """C5 of LeNet-5."""
    assert n_found(large(padding="valid"), "5x5x3") == 0
    assert n_found(large(padding="valid"), "6x6x3") == 1


def test_given_weights_are_not_replaced() -> None:
    text = chain(
        "9x9x1",
        "conv: {filters: 1, kernel: 3}",
        "conv: {filters: 1, kernel: 5, weights: [[1, 1, 1, 1, 1], [1, 1, 1, 1, 1], "
        "[1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1]]}",
    )
    assert look(text, "C302") == []


def test_the_fix_adapts_the_padding() -> None:
    text = chain("32x32x3", FIRST, large(kernel=7, padding=3))
    stack = large(kernel=3, padding=1, repeat=3)
    assert fixed(text, "C302") == chain("32x32x3", FIRST, stack)


def test_the_fix_in_block_style_and_with_another_spelling() -> None:
    text = """\
input: 32x32x3
layers:
  - conv: {filters: 32, kernel: 3}
  - conv:
      out_channels: 32
      kernel_size: 5   # large
      activation: relu
"""
    assert fixed(text, "C302") == text.replace("5   # large", "3   # large") + "      repeat: 2\n"


def test_the_fix_keeps_the_shape_and_is_made_once() -> None:
    text = chain("32x32x3", FIRST, large(padding="valid"))
    after = mended(text, "C302", unsafe=True)
    assert after == chain("32x32x3", FIRST, large(padding="valid", kernel=3, repeat=2))
    assert mended(after, "C302", unsafe=True) == after


def test_without_an_activation_a_stack_would_be_linear() -> None:
    text = chain("32x32x3", FIRST, "conv: {filters: 32, kernel: 5, padding: same}", "relu")
    (finding,) = look(text, "C302")
    assert finding.fixes == ()


def test_a_value_from_an_expression_is_not_rewritten() -> None:
    text = f"vars: {{k: 5}}\n{chain('32x32x3', FIRST, large(kernel='$k'))}"
    (finding,) = look(text, "C302")
    assert finding.fixes == ()


def test_copies_are_one_finding() -> None:
    (finding,) = look(chain("32x32x3", FIRST, large(repeat=3)), "C302")
    assert len(finding.layers) == 3
    assert finding.fixes == ()

"""C306: which pairs are one convolution."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, fixed, look

PLAIN = "conv: {filters: 64, kernel: 3, padding: same}"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (PLAIN, "conv: {filters: 32, kernel: 1}", 1),
        # one has 9·16·f weights, the two 9·16·64 + 64·f
        (PLAIN, "conv: {filters: 115, kernel: 1}", 0),  # a bottleneck, too
        ("conv: {filters: 8, kernel: 1}", PLAIN, 0),  # 16 -> 8 -> 64: a bottleneck
        ("conv: {filters: 16, kernel: 1, bias: false}", PLAIN, 1),
        ("conv: {filters: 16, kernel: 1}", PLAIN, 0),  # the bias is missing at the border
        ("conv: {filters: 16, kernel: 1}", PLAIN.replace(", padding: same", ""), 1),
        (PLAIN, PLAIN, 0),  # 5×5 would cost more
        ("conv: {filters: 16, kernel: 1, stride: 2, bias: false}", PLAIN, 0),
        ("depthwise_conv: {kernel: 3}", "conv: {filters: 32, kernel: 1}", 0),
        ("conv: {filters: 64, kernel: 3, activation: relu}", "conv: {filters: 32, kernel: 1}", 0),
        ("conv: {filters: 64, kernel: 3, trainable: false}", "conv: {filters: 32, kernel: 1}", 0),
        ("conv: {filters: 64, kernel: 3, groups: 4}", "conv: {filters: 32, kernel: 1}", 0),
        (PLAIN, "conv: {filters: 32, kernel: 1, padding: 1}", 0),
    ],
)
def test_what_is_one(first: str, second: str, expected: int) -> None:
    assert len(look(chain("32x32x16", first, second, "relu"), "C306")) == expected


def test_two_large_windows_are_a_larger_one() -> None:
    """Which costs more, and is another matter at the border."""
    valid = PLAIN.replace(", padding: same", "")
    text = chain("32x32x2", valid, valid.replace("64", "4"))
    assert look(text, "C306") == []


def test_something_between_keeps_them_apart() -> None:
    for between in ("relu", "batch_norm", "max_pool: 2"):
        text = chain("32x32x16", PLAIN, between, "conv: {filters: 32, kernel: 1}")
        assert look(text, "C306") == []


def test_a_layer_that_others_read_is_needed() -> None:
    second = "conv: {filters: 32, kernel: 1}"
    text = chain("32x32x16", PLAIN.replace("{", "{name: a, "), second, "concat: [a, prev]")
    assert look(text, "C306") == []
    assert look(f"outputs: [conv_1, conv_2]\n{chain('32x32x16', PLAIN, second)}", "C306") == []


def test_shared_weights_are_left_alone() -> None:
    text = """
        input: 32x32x16
        layers:
          - conv: {name: a, filters: 16, kernel: 3, padding: same}
          - relu
          - conv: {share: a, name: b}
          - conv: {filters: 16, kernel: 1, name: c}
        """
    assert look(text, "C306") == []


def test_where_an_activation_is_asked_for_nothing_more_is_said() -> None:
    text = chain("32x32x16", PLAIN, "conv: {filters: 32, kernel: 1}", "relu")
    assert [finding.code for finding in look(text, "T402", "C306")] == ["T402"]


def test_the_fix_makes_one_of_two() -> None:
    text = chain("32x32x16", PLAIN, "conv: {filters: 32, kernel: 1}   # mixes", "relu")
    assert fixed(text, "C306") == chain("32x32x16", PLAIN.replace("64", "32"), "relu")


def test_the_fix_leaves_activations_where_they_are() -> None:
    second = "conv: {filters: 32, kernel: 1, activation: relu}"
    (finding,) = look(chain("32x32x16", PLAIN, second), "C306")
    assert finding.fixes == ()

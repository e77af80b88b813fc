"""D602: strides that skip cells."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, fixed, look

HEAD = ["global_avg_pool", "dense: 10"]


@pytest.mark.parametrize(
    ("layer", "input", "expected"),
    [
        ("conv: {filters: 8, kernel: 1, stride: 2}", "32x32x3", 1),
        ("conv: {filters: 8, kernel: 1, stride: 1}", "32x32x3", 0),
        ("conv: {filters: 8, kernel: 2, stride: 2}", "32x32x3", 0),
        ("conv: {filters: 8, kernel: [1, 3], stride: [1, 2]}", "32x32x3", 0),
        ("conv: {filters: 8, kernel: [1, 3], stride: 2}", "32x32x3", 1),
        ("conv: {filters: 8, kernel: [1, 3], stride: 2}", "1x32x3", 0),
        ("depthwise_conv: {kernel: 1, stride: 2}", "32x32x3", 1),
        ("conv: {filters: 8, kernel: 1, stride: 4}", "320x3", 1),
    ],
)
def test_a_window_of_one_cell_along_a_stride(layer: str, input: str, expected: int) -> None:
    assert len(look(chain(input, layer, *HEAD), "D602")) == expected


def test_the_message_says_how_many_are_read() -> None:
    (finding,) = look(chain("32x32x3", "conv: {filters: 8, kernel: 1, stride: 2}"), "D602")
    assert "one cell in 4" in finding.message


def test_the_stride_moves_to_the_next_window() -> None:
    """From ResNet-50 as published to ResNet-B."""
    body = [
        "conv: {filters: 8, kernel: 1, stride: 2, bias: false}",
        "batch_norm",
        "relu",
        "conv: {filters: 8, kernel: 3, padding: 1}",
    ]
    after = [
        "conv: {filters: 8, kernel: 1, bias: false}",
        "batch_norm",
        "relu",
        "conv: {filters: 8, kernel: 3, padding: 1, stride: 2}",
    ]
    assert fixed(chain("32x32x3", *body), "D602") == chain("32x32x3", *after)


def test_an_odd_map_is_pooled_with_a_ceiling() -> None:
    text = chain("33x33x3", "conv: {filters: 8, kernel: 1, stride: 2}", *HEAD)
    after = chain(
        "33x33x3",
        "avg_pool: {size: 2, rounding: ceil}",
        "conv: {filters: 8, kernel: 1}",
        *HEAD,
    )
    assert fixed(text, "D602") == after


def test_a_shortcut_is_pooled_in_its_path() -> None:
    text = """\
input: 57x57x64
layers:
  - residual:
      body:
        - conv: {filters: 128, kernel: 3, stride: 2, padding: 1}
      shortcut: [conv: {filters: 128, kernel: 1, stride: 2}]
"""
    assert fixed(text, "D602") == text.replace(
        "[conv: {filters: 128, kernel: 1, stride: 2}]",
        "[avg_pool: {size: 2, rounding: ceil}, conv: {filters: 128, kernel: 1}]",
    )


@pytest.mark.parametrize(
    "layer",
    [
        "conv: {filters: 8, kernel: 1, stride: 2, from: input}",
        "conv: {filters: 8, kernel: 1, stride: 2, repeat: 2}",
        "conv: {filters: 8, kernel: [1, 3], stride: 2}",
        "conv: {filters: 8, kernel: 1, stride: $(1+1)}",
    ],
)
def test_what_cannot_be_edited_without_guessing_has_no_fix(layer: str) -> None:
    (finding,) = look(chain("32x32x3", layer, *HEAD), "D602")
    assert finding.fixes == ()

"""D603: what subsamples without a blur."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, fixed, look

FIRST = "conv: {filters: 8, kernel: 3, padding: same}"


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        ("max_pool: 2", 1),
        ("max_pool: {size: 3, stride: 1}", 0),
        ("avg_pool: 2", 0),
        ("conv: {filters: 8, kernel: 3, stride: 2}", 1),
        ("conv: {filters: 8, kernel: 2, stride: 2}", 0),  # patches, as in ConvNeXt
        ("depthwise_conv: {kernel: 3, stride: 2}", 1),
        ("depthwise_conv: {kernel: 3, stride: 2, trainable: false}", 0),  # a blur
        ("conv: {filters: 8, kernel: 3}", 0),
    ],
)
def test_what_subsamples(layer: str, expected: int) -> None:
    assert len(look(chain("32x32x3", FIRST, layer), "D603")) == expected


def test_behind_a_blur_nothing_is_said() -> None:
    blur = "avg_pool: {size: 3, stride: 1, padding: same}"
    assert look(chain("32x32x3", FIRST, blur, "max_pool: 2"), "D603") == []


def test_it_is_off_by_default() -> None:
    text = chain("32x32x3", FIRST, "max_pool: 2")
    assert [finding for finding in look(text) if finding.code == "D603"] == []


def test_a_convolution_hands_its_stride_to_a_pooling() -> None:
    conv = "conv: {{filters: 8, kernel: 3, stride: {}, padding: 1, activation: relu}}"
    text = chain("32x32x3", conv.format(2), "flatten")
    assert fixed(text, "D603") == chain("32x32x3", conv.format(1), "avg_pool: 2", "flatten")


@pytest.mark.parametrize(
    ("input", "layer"),
    [
        ("33x33x3", "max_pool: 2"),
        ("32x32x3", "conv: {filters: 8, kernel: 4, stride: 2, padding: 1}"),
        ("32x32x3", "conv: {filters: 8, kernel: 5, stride: 3, padding: same}"),
        ("32x32x3", "max_pool: {size: 3, stride: 2, padding: same, name: p}"),
    ],
)
def test_there_is_no_fix_that_changes_the_shape(input: str, layer: str) -> None:
    (finding,) = look(chain(input, layer, "flatten"), "D603")
    assert finding.fixes == ()

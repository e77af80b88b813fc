"""S120 beyond its examples."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, look

THREE = "conv: {filters: 8, kernel: 3, activation: relu}"


@pytest.mark.parametrize(
    ("input", "layers"),
    [
        ("12x12x3", (THREE,) * 3),  # 6: exactly half
        ("12x12x3", (THREE, THREE, "max_pool: 2", THREE, THREE)),  # LeNet's way
        ("12x12x3", (THREE, "max_pool: {size: 3, stride: 1}", THREE, THREE)),
        ("7x7x1", ("conv: {filters: 8, kernel: 5}",)),  # one layer alone
        ("28x28x1", (THREE, "conv: {filters: 8, kernel: 26}")),  # a dense layer in other words
        ("33x33x1", ("conv: {filters: 64, kernel: 9}", "conv: {filters: 1, kernel: 5}")),  # SRCNN
        (
            "64x128x1",
            ("conv: {filters: 8, kernel: [1, 64], padding: same}", "depthwise_conv: [64, 1]"),
        ),  # EEGNet
        ("32x32x3", ("conv: {filters: 8, kernel: 3, padding: 1}",) * 20),
    ],
)
def test_innocents(input: str, layers: tuple[str, ...]) -> None:
    assert not look(chain(input, *layers), "S120")


def test_the_layer_at_which_half_is_gone() -> None:
    (finding,) = look(chain("13x13x3", *(THREE,) * 5), "S120")
    assert finding.layer == "conv_4"
    assert "4 convolutions" in finding.message
    assert "from 13×13 to 5×5" in finding.message


def test_dilation_shrinks_too() -> None:
    wide = "conv: {filters: 8, kernel: 3, dilation: 4}"
    assert look(chain("31x31x3", wide, "batch_norm", "relu", wide), "S120")


def test_unknown_sizes() -> None:
    assert not look(chain("12x12x3", "conv: {filters: 8, kernal: 3}", *(THREE,) * 5), "S120")

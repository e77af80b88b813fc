"""S109 beyond its examples."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, fixed, look


@pytest.mark.parametrize(
    ("size", "layer"),
    [
        (32, "conv: {filters: 1, kernel: 3, padding: same}"),
        (32, "conv: {filters: 1, kernel: 4, stride: 2, padding: same}"),  # one cell on each side
        (33, "max_pool: {size: 2, padding: same}"),
        (33, "conv: {filters: 1, kernel: 2, stride: 2, padding: same}"),
        (32, "conv: {filters: 1, kernel: 3, stride: 2, padding: same}"),  # odd: not its matter
        (32, "conv: {filters: 1, kernel: 4, padding: [[1, 2], [1, 2]]}"),  # somebody chose it
        (32, "conv: {filters: 1, kernel: 2, dilation: 2, padding: same}"),  # three cells wide
    ],
)
def test_innocents(size: int, layer: str) -> None:
    assert not look(chain(f"{size}x{size}x3", layer), "S109")


def test_stride_and_odd_size() -> None:
    text = chain("33x33x3", "conv: {filters: 1, kernel: 4, stride: 2, padding: same}")
    assert fixed(text, "S109") == text.replace("kernel: 4", "kernel: 5")


def test_one_axis() -> None:
    text = chain("32x32x3", "conv: {filters: 1, kernel: [3, 4], padding: same}")
    (finding,) = look(text, "S109")
    assert "a window of 4 along the width" in finding.message
    assert fixed(text, "S109") == text.replace("[3, 4]", "[3, 5]")


def test_the_pool_of_tiny_yolo() -> None:
    (finding,) = look(chain("13x13x3", "max_pool: {size: 2, stride: 1, padding: same}"), "S109")
    assert finding.severity == "info"

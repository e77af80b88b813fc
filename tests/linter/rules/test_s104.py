"""S104 beyond its examples: which weights see nothing is counted exactly."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, fixed, look


def severities(text: str) -> list[str]:
    return [finding.severity for finding in look(text, "S104", "S118")]


@pytest.mark.parametrize(
    ("size", "layer", "severity"),
    [
        (3, "conv: {filters: 1, kernel: 3, padding: 1}", []),
        (2, "conv: {filters: 1, kernel: 3, padding: 1}", ["info"]),  # VGG on CIFAR-10
        (3, "conv: {filters: 1, kernel: 5, padding: 2}", ["info"]),
        (2, "conv: {filters: 1, kernel: 5, padding: 2}", ["warning"]),
        (2, "conv: {filters: 1, kernel: 4, stride: 2, padding: 1}", ["warning"]),
        (2, "max_pool: {size: 5, stride: 1, padding: 2}", ["info"]),  # has no weights
        (33, "conv: {filters: 1, kernel: 3, dilation: 18, padding: 18}", []),  # DeepLabv3
        (18, "conv: {filters: 1, kernel: 3, dilation: 18, padding: 18}", ["warning"]),
        (19, "conv: {filters: 1, kernel: 3, dilation: 18, padding: 18}", []),
    ],
)
def test_boundary(size: int, layer: str, severity: list[str]) -> None:
    assert severities(chain(f"{size}x{size}x1", layer)) == severity


def test_weights_are_counted() -> None:
    (finding,) = look(chain("2x2x1", "conv: {filters: 1, kernel: 5, padding: 2}"), "S104")
    assert "16 of the 25 weights" in finding.message  # taps at -2 and 2 of a row see nothing
    dilated = "conv: {filters: 1, kernel: 3, dilation: 18, padding: 18}"
    (finding,) = look(chain("18x18x1", dilated), "S104")
    assert "8 of the 9 weights" in finding.message


def test_one_axis() -> None:
    (finding,) = look(chain("1x9x1", "conv: {filters: 1, kernel: 3, padding: 1}"), "S104")
    assert "6 of the 9 weights" in finding.message
    assert not look(chain("1x9x1", "conv: {filters: 1, kernel: [1, 3], padding: [0, 1]}"), "S104")


def test_causal_windows() -> None:
    layer = "conv: {filters: 1, kernel: 2, dilation: 8, padding: causal}"
    assert not look(chain("9x1", layer), "S104")
    assert severities(chain("8x1", layer)) == ["warning"]


def test_the_fix_keeps_the_size() -> None:
    text = chain("3x3x1", "conv: {filters: 1, kernel: 7, padding: 3}")
    assert fixed(text, "S104") == text.replace("7, padding: 3", "3, padding: 1")


def test_the_point_is_s118s() -> None:
    layers = ("avg_pool: 4", "conv: {filters: 1, kernel: 3, padding: 1}")
    assert [f.code for f in look(chain("4x4x1", *layers), "S104", "S118")] == ["S118"]

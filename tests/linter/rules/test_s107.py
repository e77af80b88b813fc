"""S107 beyond its examples."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, look


def targeting(target: str, layer: str) -> str:
    return chain("32x32x3", layer) + f"target: {target}\n"


@pytest.mark.parametrize("target", ["[keras]", "onnx", "[keras, onnx]"])
def test_silent_without_torch(target: str) -> None:
    assert not look(targeting(target, "max_pool: {size: 3, stride: 1, padding: 2}"), "S107")
    assert not look(chain("32x32x3", "max_pool: {size: 3, stride: 1, padding: 2}"), "S107")


@pytest.mark.parametrize(
    ("size", "padding", "refused"), [(3, 1, 0), (4, 2, 0), (4, 3, 1), (5, 2, 0), (5, 3, 1)]
)
def test_half_of_the_window(size: int, padding: int, refused: int) -> None:
    layer = f"avg_pool: {{size: {size}, stride: 1, padding: {padding}}}"
    assert len(look(targeting("torch", layer), "S107")) == refused


def test_uneven_padding_takes_a_layer_of_its_own() -> None:
    layer = "max_pool: {size: 3, stride: 1, padding: [[2, 0], [2, 0]]}"
    assert not look(targeting("torch", layer), "S107")


def test_a_window_in_the_padding_is_worse() -> None:
    layer = "max_pool: {size: 3, stride: 1, padding: 3}"
    assert [f.code for f in look(targeting("torch", layer), "S106", "S107")] == ["S106"]

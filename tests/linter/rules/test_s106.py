"""S106 beyond its examples."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, fixed, look


@pytest.mark.parametrize(
    "layer",
    [
        "conv: {filters: 1, kernel: 3, padding: 2}",  # the border sees one cell
        "conv: {filters: 1, kernel: 3, dilation: 4, padding: 8}",
        "conv: {filters: 1, kernel: 2, stride: 2, padding: [[0, 2], [0, 2]], name: x}",
        "conv: {filters: 1, kernel: 5, padding: same}",
        "conv_transpose: {filters: 1, kernel: 4, stride: 1, padding: 4}",
    ],
)
def test_innocents(layer: str) -> None:
    assert not look(chain("17x17x3", layer), "S106")


def test_what_is_cropped_later_is_meant() -> None:
    conv = "conv: {filters: 1, kernel: 3, padding: 100}"  # FCN-32s
    assert look(chain("224x224x3", conv), "S106")
    assert not look(chain("224x224x3", conv, "crop: 99"), "S106")
    assert not look(chain("224x224x3", conv, "relu", "add: [[crop: 99], [crop: 99]]"), "S106")
    beside = "add: [[crop: 99], [max_pool: {size: 199, stride: 1}]]"
    assert look(chain("224x224x3", conv, beside), "S106")


def test_pointwise_with_padding() -> None:
    text = chain("8x8x3", "conv: {filters: 1, kernel: 1, padding: 1}")
    assert fixed(text, "S106") == text.replace("padding: 1", "padding: 0")


def test_one_end_of_one_axis() -> None:
    (finding,) = look(chain("9x3", "conv: {filters: 1, kernel: 3, padding: [[0, 4]]}"), "S106")
    # 11 windows begin at cells 0 to 10, of which 9 and 10 are padding
    assert "so 2 of 11 windows see padding only" in finding.message


def test_a_maximum_of_nothing() -> None:
    (finding,) = look(chain("8x8x3", "max_pool: {size: 2, padding: 2}"), "S106", "S107")
    assert finding.message.endswith("of which the maximum is minus infinity")

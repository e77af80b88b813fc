"""S112 beyond its examples."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, fixed, look

CONV = "conv: {filters: 8, kernel: 3, stride: 2, padding: 1, activation: relu}"


@pytest.mark.parametrize(
    "layers",
    [
        (CONV, "flatten", "dense: 10"),
        (CONV, "dense: 10", "global_avg_pool"),  # class activation maps
        (CONV, "dense: 10", "conv: {filters: 1, kernel: 1}"),
        (CONV, "dense: 8", "flatten", "dense: 10"),
        (CONV, "max_pool: 4", "dense: 10", "softmax"),  # a single place
        ("dense: 8", "relu", "dense: 2"),  # every pixel by itself
        (CONV, "dense: 4", "resize: 2"),
        (CONV, "permute: [1, 0, 2]", "dense: 10"),  # a sequence, as in text recognition
        (CONV, "reshape: [4, 32]", "dense: 10"),
    ],
)
def test_innocents(layers: tuple[str, ...]) -> None:
    assert not look(chain("8x8x3", *layers), "S112")


def test_a_declared_output_is_meant() -> None:
    text = chain("8x8x3", CONV, "dense: {units: 10, name: classes}")
    assert look(text, "S112")
    assert not look(text + "outputs: [classes]\n", "S112")


def test_the_first_of_the_dense_layers_is_reported() -> None:
    tail = (
        "dense: {units: 16, activation: relu}",
        "dropout: 0.5",
        "batch_norm",
        "dense: 10",
        "softmax",
    )
    text = chain("8x8x3", CONV, *tail)
    (finding,) = look(text, "S112")
    assert finding.layer == "dense_1"
    assert fixed(text, "S112") == chain("8x8x3", CONV, "flatten", *tail)


def test_sequences_are_an_information() -> None:
    (finding,) = look(chain("64x3", "max_pool: 2", "dense: 10"), "S112")
    assert finding.severity == "info"


def test_unknown_sizes() -> None:
    assert not look(chain("8x8x3", "conv: {filters: 8, kernal: 3}", "dense: 10"), "S112")

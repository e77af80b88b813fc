"""What is explained of a misfit agrees with the facts, also behind a pad layer."""

from __future__ import annotations

from cnncalc.teaching.explaining import explain
from tests.helpers import chain


def note(*layers: str) -> str:
    """What the misfit of the last layer means."""
    facts = chain("224x224x3", *layers, "conv: {filters: 4, kernel: 7, stride: 2, name: window}")
    part = next(part for part in explain(facts, "window").parts if part.key == "misfit")
    return part.lines[0].note


def test_padding_of_a_layer_before_is_padding() -> None:
    assert note("pad: 3") == "padding only: no cell of the input is lost"
    assert note() == "the last cell of the input is in no window"

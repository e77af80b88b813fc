"""T407: how a chain is counted."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, fixed, look

LAST = "dense: 4"


@pytest.mark.parametrize(
    ("depth", "function", "is_deep"),
    [(6, "tanh", False), (7, "tanh", True), (7, "sigmoid", True), (20, "relu", False)],
)
def test_depth(depth: int, function: str, is_deep: bool) -> None:
    layer = f"dense: {{units: 8, activation: {function}, repeat: {depth}}}"
    assert bool(look(chain("8", layer, LAST), "T407")) is is_deep


def test_the_last_activation_is_no_hidden_one() -> None:
    assert not look(chain("8", "dense: {units: 8, activation: tanh, repeat: 7}"), "T407")


def test_a_relu_between_counts_for_nothing() -> None:
    layers = ("dense: {units: 8, activation: tanh, repeat: 4}", "dense: 8", "relu")
    assert not look(chain("8", *layers, "dense: {units: 8, activation: relu}", LAST), "T407")
    again = "dense: {units: 8, activation: tanh, repeat: 3}"
    (finding,) = look(chain("8", *layers, again, LAST), "T407")
    assert finding.line == 3
    assert "7 saturating" in finding.message


def test_a_normalisation_before_keeps_it_in_range() -> None:
    unit = ("dense: 8", "batch_norm", "tanh") * 8
    assert not look(chain("8", *unit, LAST), "T407")
    bare = ("dense: 8", "tanh") * 8
    assert look(chain("8", *bare, LAST), "T407")


def test_a_shortcut_passes_by() -> None:
    body = "residual: {body: [dense: {units: 8, activation: tanh}], repeat: 9}"
    assert not look(chain("8", body, LAST), "T407")


def test_numbers_of_sigmoids() -> None:
    layers = [f"dense: {{units: 8, activation: {f}}}" for f in ["sigmoid"] * 3 + ["tanh"] * 5]
    (finding,) = look(chain("8", *layers, LAST), "T407")
    assert "8 saturating activations" in finding.message
    assert "3 of them sigmoids" in finding.message
    assert "0.02" in finding.message


def test_fix_replaces_all_of_the_chain() -> None:
    text = chain(
        "8", *("dense: 8", "tanh") * 3, "dense: {units: 8, activation: tanh, repeat: 4}", LAST
    )
    assert "tanh" not in fixed(text, "T407")
    assert fixed(text, "T407").count("relu") == 4


def test_several_inputs_and_no_weights() -> None:
    text = """
        inputs: {a: 8, b: 8}
        layers:
          - dense: {units: 8, activation: tanh, repeat: 8, from: a}
          - add: [prev, b]
          - dense: 4
        """
    (finding,) = look(text, "T407")  # up to the last of the eight, before b passes by
    assert "7 saturating" in finding.message
    assert not look(chain("8", "tanh: {repeat: 9}"), "T407")

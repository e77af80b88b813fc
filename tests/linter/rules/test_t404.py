"""T404: what counts as right before."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, fixed, look


@pytest.mark.parametrize(
    "layers",
    [
        ("dropout: 0.5", "batch_norm"),
        ("spatial_dropout: 0.1", "batch_norm"),
        ("dropout: 0.5", "flatten", "batch_norm"),
        ("dropout: 0.5", "identity", "batch_norm"),
    ],
)
def test_right_before(layers: tuple[str, ...]) -> None:
    (finding,) = look(chain("8x8x4", *layers), "T404")
    assert finding.line == 3


@pytest.mark.parametrize(
    "layers",
    [
        ("batch_norm", "dropout: 0.5"),
        ("dropout: 0.5", "layer_norm"),
        ("dropout: 0.5", "conv: {filters: 4, kernel: 3}", "batch_norm"),
        ("dropout: 0.5", "relu", "batch_norm"),
        ("dropout: 0", "batch_norm"),
        ("drop_path: 0.5", "batch_norm"),
        ("concat: [prev, [dropout: 0.5]]", "batch_norm"),
        ("residual: {body: [dropout: 0.5]}", "batch_norm"),
        ("dropout: 0.5",),
    ],
)
def test_elsewhere(layers: tuple[str, ...]) -> None:
    assert not look(chain("8x8x4", *layers), "T404")


def test_number() -> None:
    (finding,) = look(chain("8", "dropout: 0.2", "batch_norm"), "T404")
    assert "1.25 times" in finding.message


def test_fix_in_braces() -> None:
    text = "input: 8\nlayers: [dense: 8, dropout: 0.2, batch_norm, relu]\n"
    moved = "input: 8\nlayers: [dense: 8, batch_norm, dropout: 0.2, relu]\n"
    assert fixed(text, "T404") == moved


@pytest.mark.parametrize(
    "dropout",
    ["dropout: {rate: 0.2, name: a}", "dropout: $rate", "dropout: {rate: 0.2, repeat: 1}"],
)
def test_no_fix_where_the_line_says_more(dropout: str) -> None:
    (finding,) = look(chain("8", dropout, "batch_norm") + "vars: {rate: 0.2}\n", "T404")
    assert not finding.fixes


def test_no_fix_into_a_block() -> None:
    text = """
        input: 8
        blocks:
          Pre: {layers: [batch_norm, relu, dense: 8]}
        layers:
          - dropout: 0.2
          - Pre: {repeat: 2}
        """
    (finding,) = look(text, "T404")
    assert not finding.fixes

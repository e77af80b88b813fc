"""T406: the boundary, and what may be rewritten."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, fixed, look


@pytest.mark.parametrize(
    ("layer", "is_heavy"),
    [
        ("dropout: 0.5", False),
        ("dropout: 0.51", True),
        ("spatial_dropout: 0.7", True),
        ("drop_path: 0.7", False),
    ],
)
def test_boundary(layer: str, is_heavy: bool) -> None:
    assert bool(look(chain("8x8x8", layer), "T406")) is is_heavy


def test_number() -> None:
    (finding,) = look(chain("8", "dropout: 0.9"), "T406")
    assert "90 %" in finding.message
    assert "write 0.1" in (finding.help or "")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("dropout: {rate: 0.8}", "dropout: {rate: 0.5}"),
        ("dropout: {p: 0.8, name: a}", "dropout: {p: 0.5, name: a}"),
    ],
)
def test_fix(before: str, after: str) -> None:
    assert fixed(chain("8", before), "T406") == chain("8", after)


def test_an_expression_is_left_alone() -> None:
    (finding,) = look(chain("8", "dropout: $rate") + "vars: {rate: 0.8}\n", "T406")
    assert not finding.fixes

"""T408: which functions may trade places with a maximum."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, fixed, look, mended

POOL = "max_pool: 2"


def test_off_by_default() -> None:
    assert "T408" not in {finding.code for finding in look(chain("8x8x4", "relu", POOL))}


@pytest.mark.parametrize(
    ("function", "is_monotone"),
    [
        ("relu", True),
        ("leaky_relu", True),
        ("tanh", True),
        ("elu", True),
        ("leaky_relu: -0.1", False),
        ("prelu", False),
        ("gelu", False),
        ("silu", False),
        ("mish", False),
        ("hard_swish", False),
        ("softmax", False),
    ],
)
def test_functions(function: str, is_monotone: bool) -> None:
    assert bool(look(chain("8x8x4", function, POOL), "T408")) is is_monotone


@pytest.mark.parametrize(
    "layers",
    [
        ("relu", "avg_pool: 2"),
        ("relu", "global_max_pool"),  # no window slides; there is little to gain in a single one
        ("relu", "max_pool: {size: 3, stride: 1, padding: 1}"),
        ("relu: {name: a}", POOL, "concat: [[max_pool: {size: 2, from: a}], prev]"),
        ("relu", "max_pool: 9"),
    ],
)
def test_silent(layers: tuple[str, ...]) -> None:
    assert not look(chain("8x8x4", *layers), "T408")


def test_numbers() -> None:
    (finding,) = look(chain("8x8x4", "relu", POOL), "T408")
    assert "256 values, of which max_pool_1 keeps 64" in finding.message


def test_fix() -> None:
    assert fixed(chain("8x8x4", "relu", POOL), "T408") == chain("8x8x4", POOL, "relu")
    conv = "conv: {filters: 4, kernel: 3, activation: relu}"
    bare = "conv: {filters: 4, kernel: 3}"
    assert mended(chain("8x8x4", conv, POOL), "T408") == chain("8x8x4", bare, POOL, "relu")


@pytest.mark.parametrize(
    "layers",
    [
        ("relu", "max_pool: {size: 2, name: a}"),
        ("relu: {name: a}", POOL),
        ("leaky_relu: 0.2", POOL),
        ("conv: {filters: 4, kernel: 3, activation: {leaky_relu: 0.2}}", POOL),
        ("conv: {filters: 4, kernel: 3, activation: $act}", POOL),
        ("conv: {filters: 4, kernel: 1, activation: relu, repeat: 2}", POOL),
    ],
)
def test_no_fix(layers: tuple[str, ...]) -> None:
    (finding,) = look(chain("8x8x4", *layers) + "vars: {act: relu}\n", "T408")
    assert not finding.fixes


def test_no_fix_across_a_block() -> None:
    text = """
        input: 8x8x4
        blocks:
          Unit: {layers: [conv: {filters: 4, kernel: 1}, relu]}
        layers:
          - Unit
          - max_pool: 2
        """
    (finding,) = look(text, "T408")
    assert not finding.fixes

"""T405: how many values a mean is taken over."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, look


@pytest.mark.parametrize(
    ("input", "norm", "is_one"),
    [
        ("1x1x8", "instance_norm", True),
        ("1x8", "instance_norm", True),
        ("1x1x1x8", "instance_norm", True),
        ("1x2x8", "instance_norm", False),
        ("1x1x8", "group_norm: 8", True),
        ("1x1x8", "group_norm: 4", False),
        ("1x2x8", "group_norm: 8", False),
        ("[8]", "group_norm: 8", True),
        ("4x4x1", "layer_norm", True),
        ("4x4x2", "layer_norm", False),
        ("4x4x1", "layer_norm: {axes: all}", False),
        ("1x1x1", "layer_norm: {axes: all}", True),
        ("1x1x8", "batch_norm", False),
        ("1x1x1", "l2_norm", False),
        ("[8]", "instance_norm", False),  # S121 has it
        ("1x1x8", "group_norm: 5", False),  # S114 has it
    ],
)
def test_count(input: str, norm: str, is_one: bool) -> None:
    assert bool(look(chain(input, norm), "T405")) is is_one


def test_what_comes_out() -> None:
    (finding,) = look(chain("1x1x8", "instance_norm: {center: false}"), "T405")
    assert "the output is 0" in finding.message


def test_unknown_size() -> None:
    layers = ("conv: {filters: -2, kernel: 1}", "group_norm: 1", "instance_norm")
    assert not look(chain("1x3x8", *layers), "T405")

"""C301: when a dense layer dominates."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, fixed, look

CONV = "conv: {filters: 64, kernel: 3, padding: same, activation: relu}"  # 1 792 parameters


@pytest.mark.parametrize(("units", "expected"), [(487, 0), (488, 0), (489, 1), (600, 1)])
def test_networks_under_two_million_are_let_off(units: int, expected: int) -> None:
    """16·16·16 weights and a bias per unit, 448 before: 488 units make 1 999 784."""
    layers = ["conv: {filters: 16, kernel: 3, padding: same}", "flatten", f"dense: {units}"]
    assert len(look(chain("16x16x3", *layers), "C301")) == expected


@pytest.mark.parametrize(("units", "expected"), [(999, 0), (1000, 0), (1001, 1)])
def test_half_of_the_parameters_is_the_bound(units: int, expected: int) -> None:
    """The layer has 2·2·1000 weights per unit, the one after it 4 000 more, both no bias."""
    text = f"""
        input: 2x2x1000
        outputs: [a, b]
        layers:
          - flatten: {{name: v}}
          - dense: {{units: {units}, bias: false, name: a}}
          - dense: {{units: 1000, bias: false, from: v, name: b}}
        """
    found = [finding for finding in look(text, "C301") if finding.layer == "a"]
    assert len(found) == expected


def test_dropout_between_changes_nothing() -> None:
    text = chain("32x32x3", CONV, "flatten", "dropout: 0.5", "dense: 100", "dense: 10")
    assert len(look(text, "C301")) == 1
    assert "32×32×64 map" in look(text, "C301")[0].message


def test_only_flattened_maps_count() -> None:
    assert look(chain("1024", "dense: 1024", "dense: 4096", "dense: 10"), "C301") == []
    pooled = chain("32x32x3", CONV, "global_avg_pool", "dense: 40000", "dense: 10")
    assert look(pooled, "C301") == []
    point = chain("1x1x2048", "flatten", "dense: 2000")
    assert look(point, "C301") == []


def test_a_decoder_needs_the_places() -> None:
    text = chain("32x32x3", CONV, "flatten", "dense: 100", "dense: 1024", "reshape: [32, 32, 1]")
    assert look(text, "C301") == []


def test_a_partial_total_says_nothing() -> None:
    text = chain("32x32x3", CONV, "opaque: {output: 32x32x64}", "flatten", "dense: 100")
    assert look(text, "C301") == []


def test_the_flattening_may_be_a_reshape() -> None:
    (finding,) = look(chain("32x32x3", CONV, "reshape: [-1]", "dense: 100"), "C301")
    assert finding.fixes == ()


def test_a_named_flatten_stays() -> None:
    (finding,) = look(chain("32x32x3", CONV, "flatten: {name: v}", "dense: 100"), "C301")
    assert finding.fixes == ()


def test_the_fix_leaves_the_comment() -> None:
    text = chain("32x32x3", CONV, "flatten   # 65 536 values", "dense: 100")
    pooled = chain("32x32x3", CONV, "global_avg_pool   # 65 536 values", "dense: 100")
    assert fixed(text, "C301") == pooled

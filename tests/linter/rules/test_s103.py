"""S103 beyond its examples."""

from __future__ import annotations

from tests.linter.rules.looking import chain, fixed, look


def test_where_no_padding_is_dropped() -> None:
    layer = "conv: {filters: 1, kernel: 7, stride: 2, padding: 3}"
    assert not look(chain("225x225x3", layer), "S103")
    assert not look(chain("224x224x3", layer.replace("3}", "same}")), "S103")


def test_only_one_axis() -> None:
    text = chain("224x225x3", "conv: {filters: 1, kernel: 7, stride: 2, padding: 3}")
    (finding,) = look(text, "S103")
    assert "along height: (224 - 7 + 2·3)/2 + 1 = 112.50, 1 cell at the end" in finding.message
    assert "padding: [[3, 2], [3, 3]]" in fixed(text, "S103")


def test_an_axis_that_loses_real_cells_is_s102s() -> None:
    text = chain("32x32x3", "conv: {filters: 1, kernel: 3, stride: 2, padding: [0, 1]}")
    (finding,) = look(text, "S103")
    assert finding.message.count("only padding") == 1
    assert "along width:" in finding.message
    assert len(look(text, "S102")) == 1


def test_the_fix_keeps_the_size() -> None:
    text = chain("224x224x3", "conv: {filters: 1, kernel: 7, stride: 2, padding: 3}")
    assert not look(fixed(text, "S103"), "S102", "S103")

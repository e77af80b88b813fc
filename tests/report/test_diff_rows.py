"""Which layers share a row of a comparison."""

from __future__ import annotations

from cnncalc.analysis.analyze import analyze
from cnncalc.comparison.difference import diff
from cnncalc.report.diff_rows import rows, value_text
from cnncalc.source import Source
from cnncalc.spec.network import Network

SPEC = """
input: 8x8x4
blocks:
  Inner:
    params: {{}}
    layers: [{inner}]
  Outer:
    params: {{}}
    layers: [{outer}]
layers:
  - Outer: {{repeat: {count}}}
  - dense: 3
"""


def names(before: dict[str, object], after: dict[str, object]) -> list[tuple[str, str, str]]:
    usual: dict[str, object] = {"inner": "relu, tanh", "outer": "elu, Inner, mish", "count": 2}
    facts = [
        analyze(Network.from_source(Source("t.yaml", SPEC.format(**{**usual, **words}))))
        for words in (before, after)
    ]
    return [(row.kind, row.name, row.what) for row in rows(diff(*facts))]


def test_a_call_that_is_new_is_one_row() -> None:
    assert names({}, {"count": 3}) == [
        ("same", "… 8 layers", "the same"),
        ("added", "Outer_3", "4 layers"),
        ("same", "dense_1", "the same"),
    ]


def test_equal_calls_in_a_row_are_one_row() -> None:
    assert names({"count": 5}, {"count": 2})[1] == ("removed", "Outer_3 … 5", "3 × 4 layers")
    found = names({"count": 4}, {"count": 2})
    assert [name for _, name, _ in found[1:3]] == ["Outer_3", "Outer_4"]


def test_a_call_that_is_new_in_part_is_not_one_row() -> None:
    found = names({"outer": "Inner", "count": 1}, {"outer": "elu, selu, Inner, Inner", "count": 1})
    assert found == [
        ("added", "Outer_1.elu_1", "elu"),
        ("added", "Outer_1.selu_1", "selu"),
        ("same", "… 2 layers", "the same"),
        ("added", "Outer_1.Inner_2", "2 layers"),
        ("same", "dense_1", "the same"),
    ]


def test_values_are_shown_as_people_write_them() -> None:
    assert [value_text(value) for value in (None, True, 3, 0.5, "same", (1, (2, 3)))] == [
        "none", "true", "3", "0.5", "same", "[1, [2, 3]]",
    ]  # fmt: skip
    assert value_text("a\tb") == "a\\tb"

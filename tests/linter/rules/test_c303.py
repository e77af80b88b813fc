"""C303: every limit, at its bound."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import look

# 3·3·3·8 = 216 parameters, 216·64 = 13 824 MACs; the map has 2 048 bytes and the input 768, so that
# 2 816 bytes are live at the peak; the receptive field of the last map is 3
SPEC = """
    input: 8x8x3
    budget: {budget}
    layers:
      - conv: {{filters: 8, kernel: 3, padding: same, bias: false}}
      - global_avg_pool
    """


@pytest.mark.parametrize(
    ("key", "exact"),
    [("params", 216), ("macs", 13_824), ("memory", 2_816), ("receptive_field", 3)],
)
def test_the_limit_itself_is_kept(key: str, exact: int) -> None:
    assert look(SPEC.format(budget=f"{{{key}: {exact}}}"), "C303") == []
    (finding,) = look(SPEC.format(budget=f"{{{key}: {exact - 1}}}"), "C303")
    assert f"{exact:,}" in finding.message
    assert "1 more than" in finding.message


def test_operations_have_a_limit_as_well() -> None:
    assert len(look(SPEC.format(budget="{flops: 27647}"), "C303")) == 1  # 2·13 824 and the pooling
    assert look(SPEC.format(budget="{flops: 1M}"), "C303") == []


def test_each_limit_is_reported_where_it_stands() -> None:
    found = look(SPEC.format(budget="{params: 100, macs: 10k}"), "C303")
    assert [(finding.line, finding.column) for finding in found] == [(3, 18), (3, 29)]


def test_units_are_read() -> None:
    assert look(SPEC.format(budget="{memory: 2.75KiB}"), "C303") == []
    assert len(look(SPEC.format(budget="{memory: 2.7kB}"), "C303")) == 1


def test_what_is_known_may_be_too_much_already() -> None:
    text = SPEC.format(budget="{params: 215}") + "  - opaque: {output: 4}\n    "
    (finding,) = look(text, "C303")
    assert "at least 216" in finding.message
    assert look(text.replace("215", "216"), "C303") == []


def test_no_budget_and_a_wrong_one_say_nothing() -> None:
    assert look(SPEC.format(budget="{}"), "C303") == []
    assert look(SPEC.format(budget="{params: few}"), "C303") == []
    assert look(SPEC.format(budget="7"), "C303") == []

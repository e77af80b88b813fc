"""The baseline: counts per file and rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.errors import UsageError
from cnncalc.linter.baseline import count, dump, new_findings, parse
from cnncalc.linter.finding import Finding

NOWHERE = (None, None, None, None)


def finding(code: str) -> Finding:
    return Finding(code, "x", "info", "message", None, *NOWHERE, None, (), None)


CODES = st.lists(st.sampled_from(["S102", "S103", "T401", "E000"]), max_size=6)
FOUND = st.dictionaries(st.text(max_size=5), CODES.map(lambda codes: list(map(finding, codes))))


@given(FOUND)
def test_what_is_written_covers_what_was_found(found: dict[str, list[Finding]]) -> None:
    text = dump(count(found))
    known = parse(text, "b.json")
    assert known == count(found)
    assert all("E000" not in codes for codes in known.values())
    for name, findings in found.items():
        left = new_findings(findings, known.get(name, {}))
        assert left == [one for one in findings if one.code == "E000"]


def test_one_more_shows_all_of_its_rule() -> None:
    known = {"S102": 1, "T401": 2}
    findings = [finding(code) for code in ("S102", "S102", "T401", "S103")]
    assert [one.code for one in new_findings(findings, known)] == ["S102", "S102", "S103"]


def test_the_text_is_stable() -> None:
    found = {"b": [finding("T401"), finding("S102")], "a": [finding("S102")], "clean": []}
    assert dump(count(found)) == dump(count(dict(reversed(found.items()))))
    assert list(parse(dump(count(found)), "x")) == ["a", "b"]


@given(st.text(max_size=20) | st.sampled_from(["null", "3", '{"version": 1}', "[" * 100_000]))
def test_any_text(text: str) -> None:
    with pytest.raises(UsageError, match=r"^b\.json: "):
        parse(text, "b.json")

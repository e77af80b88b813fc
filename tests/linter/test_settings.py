"""Which rules run: the longest code decides, what is said last goes before what was said first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.linter.finding import Severity
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.settings import ALL, LintSettings, check_codes, check_severity


class On(Rule):
    """A rule that is on."""

    code: ClassVar[str] = "S102"
    name: ClassVar[str] = "on"
    severity: ClassVar[Severity] = "info"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        return iter(())


class Off(On):
    """A rule that is not."""

    enabled: ClassVar[bool] = False


ON, OFF = On(), Off()
PREFIXES = st.lists(st.sampled_from([ALL, "S", "S1", "S10", "S102", "S103", "T"]), max_size=3)
CODES = PREFIXES.map(tuple)
SELECTIONS = st.tuples(CODES, CODES, CODES)
Selection = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


@pytest.mark.parametrize(
    ("settings", "on", "off"),
    [
        (LintSettings(), True, False),
        (LintSettings(select=("S",)), True, True),
        (LintSettings(select=("T",)), False, False),
        (LintSettings(select=(ALL,)), True, True),
        (LintSettings(extend_select=("S102",)), True, True),
        (LintSettings(ignore=("S",)), False, False),
        (LintSettings(ignore=(ALL,)), False, False),
        (LintSettings(ignore=("S",), extend_select=("S102",)), True, True),
        (LintSettings(ignore=("S102",), extend_select=("S",)), False, False),
        (LintSettings(ignore=("S1",), select=("S1",)), False, False),
        (LintSettings(select=("S102",), never=("S",)), False, False),
    ],
)
def test_the_longest_code_decides(settings: LintSettings, on: bool, off: bool) -> None:
    assert (settings.chooses(ON), settings.chooses(OFF)) == (on, off)


@given(SELECTIONS, SELECTIONS)
def test_overlaid_settings_decide_first(under: Selection, over: Selection) -> None:
    below, above = LintSettings(*under), LintSettings(*over)
    both = below.overlaid(*over)
    for rule in (ON, OFF):
        said = any(code == ALL or rule.code.startswith(code) for codes in over for code in codes)
        decides = above if said or above.select else below
        assert both.chooses(rule) == decides.chooses(rule)


def test_overlaid_settings_keep_the_rest() -> None:
    below = LintSettings(severity={"S102": "error"}, strict=True, never=("T",))
    above = below.overlaid(select=("S",))
    assert (above.severity, above.strict, above.never) == (below.severity, True, ("T",))
    assert LintSettings().overlaid(strict=True) == LintSettings(strict=True)


def test_severities() -> None:
    settings = LintSettings(severity={ALL: "info", "S": "warning", "S103": "error"})
    assert settings.severity_of("T401", "error") == "info"
    assert settings.severity_of("S102", "error") == "warning"
    assert settings.severity_of("S103", "info") == "error"
    assert LintSettings(severity={"S": "info"}).severity_of("T401", "error") == "error"
    strict = settings._replace(strict=True)
    assert strict.severity_of("S102", "info") == "error"
    assert strict.severity_of("S101", "info") == "warning"


def test_codes_are_checked() -> None:
    known = ["S102", "T401"]
    assert check_codes(["S", "T401", ALL], known, "x") == ("S", "T401", ALL)
    for wrong in ("", "s", "S1022", "102"):
        with pytest.raises(UsageError, match="x: there is no rule"):
            check_codes([wrong], known, "x")
    with pytest.raises(UsageError, match="must be one of error, warning, info, not 'bad'"):
        check_severity("bad", "x")

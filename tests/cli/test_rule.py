"""`cnncalc rule`: the documentation of rules."""

from __future__ import annotations

import json

import pytest

from cnncalc.linter.engine import codes, rules
from tests.cli.conftest import Run

CODES = codes()


@pytest.mark.parametrize("code", CODES)
def test_every_rule_is_explained(run: Run, code: str) -> None:
    done = run("rule", code)
    assert (done.code, done.err) == (0, "")
    head, blank, *text = done.out.splitlines()
    assert head.startswith(f"{code} ")
    assert blank == ""
    assert "What it does:" in text
    assert "```" not in done.out


def test_a_rule_in_full(run: Run) -> None:
    out = run("rule", "S102").out
    assert out.startswith("S102 stride-misfit (warning)\n\nThe stride does not fit")
    assert "\nBad:\n    input: 7x7x1\n    layers:\n      - conv: " in out
    assert run("rule", "T408").out.startswith(
        "T408 activation-before-pool (info, off unless selected)\n"
    )


def test_a_rule_on_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    out = run("rule", "S102").out
    assert out.startswith("\x1b[1mS102 stride-misfit (warning)\x1b[0m\n\n")
    assert "\n\x1b[1mWhy it matters:\x1b[0m\n" in out


def test_all_rules(run: Run) -> None:
    lines = run("rule", "--all").out.splitlines()
    assert [line.split()[0] for line in lines] == CODES
    assert {line.split()[1] for line in lines} == {"error", "warning", "info", "off"}


def test_rules_as_json(run: Run) -> None:
    data = json.loads(run("rule", "--all", "--output-format", "json").out)
    assert [rule["code"] for rule in data] == CODES
    one = json.loads(run("rule", "S102", "--output-format", "json").out)
    assert one in data
    assert list(one) == [
        "code", "name", "severity", "enabled", "supersedes", "summary", "explanation",
    ]  # fmt: skip
    rule = next(rule for rule in rules() if rule.code == "S102")
    assert (one["name"], one["severity"], one["enabled"]) == (rule.name, rule.severity, True)
    assert one["explanation"].startswith(one["summary"])


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "give the code of a rule, such as S102, or --all"),
        (["S102", "--all"], "give the code of a rule, such as S102, or --all"),
        (["s102"], "there is no rule 's102'; did you mean S102?"),
        (["quux\x1b[31m"], r"there is no rule 'quux\x1b[31m'; cnncalc rule --all lists the rules"),
    ],
)
def test_what_is_no_rule(run: Run, arguments: list[str], complaint: str) -> None:
    assert run("rule", *arguments) == (2, "", f"cnncalc: {complaint}\n")
    done = run("rule", *arguments, "--output-format", "json")
    assert done.code == 2
    assert len(json.loads(done.out)["errors"]) == 1

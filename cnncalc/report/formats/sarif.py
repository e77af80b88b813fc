"""SARIF 2.1.0, the static-analysis format that code hosts and editors show.

Reference:
    OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0, 2020.
"""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from cnncalc import __version__
from cnncalc.errors import Diagnostic
from cnncalc.linter.engine import rules
from cnncalc.linter.finding import Finding, Severity
from cnncalc.linter.fixes import Edit, ResolvedFix
from cnncalc.linter.rule import Rule
from cnncalc.report.formats.checked import Checked, all_findings, no_rule_failed
from cnncalc.source import Source, Span

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}


def render(checked: Sequence[Checked], errors: Sequence[Diagnostic]) -> str:
    """The whole log, with the documentation of every rule that found something."""
    found = list(all_findings(checked))
    used = sorted({finding.code for _, finding in found})
    index = {code: position for position, code in enumerate(used)}
    known = {rule.code: rule for rule in rules()}
    names = {finding.code: finding.name for _, finding in found}
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "cnncalc",
                "version": __version__,
                "rules": [_rule(code, names[code], known.get(code)) for code in used],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(network, finding, index) for network, finding in found],
        "invocations": [
            {
                "executionSuccessful": not errors and no_rule_failed(checked),
                "toolExecutionNotifications": [_notification(error) for error in errors],
            }
        ],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


def _rule(code: str, name: str, rule: Rule | None) -> dict[str, Any]:
    """The description of a rule; code hosts want a short one, a full one and a help."""
    if rule is None:
        level, text = "error", "A rule failed: this is a bug in cnncalc."
    else:
        level, text = _LEVELS[rule.severity], inspect.cleandoc(type(rule).__doc__ or name)
    return {
        "id": code,
        "name": name,
        "shortDescription": {"text": text.partition("\n")[0]},
        "fullDescription": {"text": text.partition("\n\n")[0]},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": level},
    }


def _result(network: Checked, finding: Finding, index: dict[str, int]) -> dict[str, Any]:
    message = network.message(finding)
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{message}\n{finding.help}" if finding.help else message},
        "locations": [_location(network, finding)],
    }
    source = network.facts.network.source
    if source is not None and finding.fixes:
        result["fixes"] = [_fix(fix, network.path, source) for fix in finding.fixes]
    return result


def _location(network: Checked, finding: Finding) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(network.path)}}
    physical["region"] = {"startLine": 1}  # code hosts show only what has a line
    if finding.line is not None:
        physical["region"] = {
            "startLine": finding.line,
            "startColumn": finding.column,
            "endLine": finding.end_line,
            "endColumn": finding.end_column,
        }
    location: dict[str, Any] = {"physicalLocation": physical}
    if finding.layers:
        location["logicalLocations"] = [{"fullyQualifiedName": name} for name in finding.layers]
    return location


def _fix(fix: ResolvedFix, path: str, source: Source) -> dict[str, Any]:
    return {
        "description": {"text": fix.title},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": _uri(path)},
                "replacements": [_replacement(edit, source) for edit in fix.edits],
            }
        ],
    }


def _replacement(edit: Edit, source: Source) -> dict[str, Any]:
    return {
        "deletedRegion": _region(edit.span, source),
        "insertedContent": {"text": edit.text},
    }


def _region(span: Span, source: Source) -> dict[str, int]:
    line, column = source.position(span.start)
    end_line, end_column = source.position(span.end)
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
    }


def _notification(error: Diagnostic) -> dict[str, Any]:
    notification: dict[str, Any] = {"level": "error", "message": {"text": error.message}}
    if error.source is not None:
        physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(error.source)}}
        if error.line is not None:
            physical["region"] = {"startLine": error.line, "startColumn": error.column or 1}
        notification["locations"] = [{"physicalLocation": physical}]
    return notification


def _uri(path: str) -> str:
    """A reference to a file: relative where the path is."""
    data = os.fsencode(path.replace(os.sep, "/"))
    return ("file://" if path.startswith("/") else "") + quote(data)

"""Workflow commands of GitHub Actions, which annotate the lines of a pull request.

Reference:
    GitHub Docs, Workflow commands for GitHub Actions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnncalc.errors import Diagnostic
from cnncalc.linter.finding import Severity
from cnncalc.report.formats.checked import Checked, all_findings, unicode

_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


def render(checked: Sequence[Checked], errors: Sequence[Diagnostic]) -> str:
    """One command per line."""
    lines = []
    for network, finding in all_findings(checked):
        properties = {
            "file": unicode(network.path),
            "line": finding.line,
            "col": finding.column,
            "endLine": finding.end_line,
            "endColumn": finding.end_column,
            "title": f"{finding.code} {finding.name}",
        }
        message = network.message(finding)
        if finding.help:
            message += f"\n{finding.help}"
        lines.append(_command(_COMMANDS[finding.severity], properties, message))
    for error in errors:
        place = {"file": error.source, "line": error.line, "col": error.column}
        lines.append(_command("error", place, error.message))
    return "".join(f"{line}\n" for line in lines)


def _command(name: str, properties: Mapping[str, object], message: str) -> str:
    given = ",".join(
        f"{key}={_property(str(value))}" for key, value in properties.items() if value is not None
    )
    head = f"{name} {given}" if given else name
    return f"::{head}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

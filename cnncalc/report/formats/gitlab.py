"""GitLab's code-quality report.

Reference:
    GitLab Docs, Code Quality, section on the format of the report.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence

from cnncalc.errors import Diagnostic
from cnncalc.linter.finding import Severity
from cnncalc.report.formats.checked import Checked, all_findings, unicode

_SEVERITIES: dict[Severity, str] = {"error": "critical", "warning": "major", "info": "info"}


def render(checked: Sequence[Checked], errors: Sequence[Diagnostic]) -> str:
    """A JSON array with an entry per finding."""
    seen: Counter[tuple[str, ...]] = Counter()
    entries = []
    for network, finding in all_findings(checked):
        message = network.message(finding)
        severity = _SEVERITIES[finding.severity]
        line = finding.line or 1
        entries.append(_entry(unicode(network.path), line, finding.code, message, severity, seen))
    for error in errors:
        path = error.source or "cnncalc"
        entries.append(_entry(path, error.line or 1, "unusable", error.message, "blocker", seen))
    return json.dumps(entries, indent=2) + "\n"


def _entry(
    path: str, line: int, check: str, message: str, severity: str, seen: Counter[tuple[str, ...]]
) -> dict[str, object]:
    # without the line, so that an issue stays the same one when text before it changes
    key = (path, check, message)
    seen[key] += 1
    text = "\0".join((*key, str(seen[key])))
    return {
        "description": message,
        "check_name": check,
        "fingerprint": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        "severity": severity,
        "location": {"path": path, "lines": {"begin": line}},
    }

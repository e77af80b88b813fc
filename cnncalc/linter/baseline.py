"""The baseline: findings that were there before, so that only new ones count.

It holds counts per file and rule and no line numbers, so that editing a file does not outdate it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping

from cnncalc.errors import UsageError
from cnncalc.linter.engine import CRASH
from cnncalc.linter.finding import Finding

_VERSION = 1
Baseline = Mapping[str, Mapping[str, int]]


def count(findings: Mapping[str, list[Finding]]) -> Baseline:
    """Findings per file and rule."""
    counts = {
        name: Counter(finding.code for finding in found if finding.code != CRASH)
        for name, found in findings.items()
    }
    return {name: dict(sorted(codes.items())) for name, codes in sorted(counts.items()) if codes}


def dump(baseline: Baseline) -> str:
    """The baseline as the text of its file."""
    return json.dumps({"version": _VERSION, "findings": baseline}, indent=2) + "\n"


def parse(text: str, name: str) -> Baseline:
    """The baseline from the text of its file.

    Raises:
        UsageError: The text is no baseline.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError(f"{name}: the baseline is no JSON") from None
    findings = data.get("findings") if isinstance(data, dict) else None
    if not isinstance(findings, dict) or data.get("version") != _VERSION:
        raise UsageError(f"{name}: this is no baseline; --write-baseline writes one")
    for codes in findings.values():
        if not isinstance(codes, dict) or not all(type(n) is int for n in codes.values()):
            raise UsageError(f"{name}: a baseline holds counts per file and rule")
    return findings


def new_findings(findings: list[Finding], known: Mapping[str, int]) -> list[Finding]:
    """What the baseline does not cover: of a rule that finds more than before, all findings.

    A rule that failed is never covered.
    """
    counts = Counter(finding.code for finding in findings)
    return [
        finding
        for finding in findings
        if finding.code == CRASH or counts[finding.code] > known.get(finding.code, 0)
    ]

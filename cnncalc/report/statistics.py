"""How many findings each rule has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from cnncalc.errors import Diagnostic
from cnncalc.linter.finding import Finding
from cnncalc.report.findings import MARK, Marks


class Statistic(NamedTuple):
    """What one rule found.

    Attributes:
        code: Its code.
        name: Its name.
        n_findings: Number of findings.
        n_fixable: How many of them can be fixed.
    """

    code: str
    name: str
    n_findings: int
    n_fixable: int


def statistics(networks: Iterable[tuple[Iterable[Finding], Marks]]) -> list[Statistic]:
    """A statistic of every rule that found something, the one with most findings first."""
    counts: Counter[str] = Counter()
    fixable: Counter[str] = Counter()
    names: dict[str, str] = {}
    for findings, marks in networks:
        for finding in findings:
            counts[finding.code] += 1
            fixable[finding.code] += marks(finding)
            names[finding.code] = finding.name
    ranked = sorted(counts, key=lambda code: (-counts[code], code))
    return [Statistic(code, names[code], counts[code], fixable[code]) for code in ranked]


def write_statistics(write: Callable[[str], object], counted: Sequence[Statistic]) -> None:
    """Write a line per rule: count, code, a mark if some can be fixed, and name."""
    digits = max((len(f"{statistic.n_findings:,}") for statistic in counted), default=0)
    blank = " " * len(MARK)
    for code, name, n_findings, n_fixable in counted:
        write(f"{n_findings:>{digits},}  {code}  {MARK if n_fixable else blank}  {name}\n")


def write_json(
    write: Callable[[str], object], counted: Sequence[Statistic], errors: Sequence[Diagnostic]
) -> None:
    """Write the statistics, and why some inputs cannot be used, as one JSON object."""
    import json

    from cnncalc.report.json_report import SCHEMA_VERSION

    document: dict[str, object] = {
        "schema_version": SCHEMA_VERSION,
        "statistics": [statistic._asdict() for statistic in counted],
    }
    if errors:
        document["errors"] = [error._asdict() for error in errors]
    write(json.dumps(document, indent=2) + "\n")

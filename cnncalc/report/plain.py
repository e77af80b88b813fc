"""The report as plain text: complete, the same bytes wherever it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.linter.finding import Finding
from cnncalc.report.findings import Marks, full, no_marks, show
from cnncalc.report.rows import View
from cnncalc.report.table import plain_lines, table
from cnncalc.report.totals import Total, title, totals

Write = Callable[[str], object]


def write_network(write: Write, facts: NetworkFacts, view: View) -> None:
    """Write title, table and totals."""
    write(f"{title(facts)}\n\n")
    for chunk in plain_lines(table(facts, view)):
        write(chunk)
    write("\n")
    write_totals(write, totals(facts, view.convention))


def write_totals(write: Write, lines: list[Total]) -> None:
    """Write the totals as a table of labels, figures and conventions."""
    label = max(len(line.label) for line in lines)
    digits = max(len(line.exact) for line in lines)
    short = max(len(_bracketed(line)) for line in lines)
    for line in lines:
        figure = f"{line.exact:>{digits}}  {_bracketed(line):<{short}}"
        write(f"{line.label:<{label}}  {figure}  {line.note}".rstrip() + "\n")


def _bracketed(line: Total) -> str:
    return f"({line.human})" if line.human else ""


def write_findings(
    write: Write, facts: NetworkFacts, findings: Iterable[Finding], marks: Marks = no_marks
) -> None:
    """Write every finding in full."""
    for finding in findings:
        lines = full(show(finding, facts.network, marks))
        write("\n".join(lines) + "\n")


def write_concise(
    write: Write, facts: NetworkFacts, findings: Iterable[Finding], marks: Marks = no_marks
) -> None:
    """Write one line per finding."""
    for finding in findings:
        write(show(finding, facts.network, marks).headline + "\n")


def write_one_line(write: Write, facts: NetworkFacts, convention: str | None = None) -> None:
    """Write the totals in one line."""
    figures = [f"{line.label.lower()} {line.exact}" for line in totals(facts, convention)]
    write(f"{title(facts)}: {', '.join(figures)}\n")

"""The report as Markdown, for an issue or a README."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.linter.finding import Finding
from cnncalc.report.findings import Marks, full, no_marks, show
from cnncalc.report.rows import View
from cnncalc.report.table import Filled, table
from cnncalc.report.totals import title, totals

_INNOCENT = re.compile(r"[\w.,;()%?≥×·/+→: -]*")
_EDGE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")  # an underscore that could begin or end emphasis


def write_network(write: Callable[[str], object], facts: NetworkFacts, view: View) -> None:
    """Write a heading, the table and a table of the totals."""
    write(f"### {escaped(title(facts))}\n\n")
    laid_out = table(facts, view)
    columns = laid_out.columns
    write(_row([filled.column.title for filled in columns]))
    write("|" + "|".join(["---:" if filled.column.right else "---" for filled in columns]) + "|\n")
    for texts in zip(*(filled.cells for filled in columns), strict=True):
        write(_row(map(escaped, texts)))
    write(_row(_total(filled) for filled in columns))
    write("\n| Total | Exact | Short | Convention |\n|---|---:|---:|---|\n")
    for line in totals(facts, view.convention):
        write(_row(map(escaped, line)))


def _total(filled: Filled) -> str:
    return f"**{filled.total}**" if filled.total else ""


def _row(texts: Iterable[str]) -> str:
    return "| " + " | ".join(texts) + " |\n"


def escaped(text: str) -> str:
    r"""A text as Markdown shows it: in a code span if it has characters that mean something.

    Example:
        >>> escaped("conv_1"), escaped("a|b")
        ('conv_1', '`a\\|b`')
    """
    if _INNOCENT.fullmatch(text) and not _EDGE.search(text):
        return text
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    # in a table a bar ends the cell, even in a code span, unless a backslash stands before it
    return f"{fence}{space}{text.replace('|', chr(92) + '|')}{space}{fence}"


def write_findings(
    write: Callable[[str], object],
    facts: NetworkFacts,
    findings: Iterable[Finding],
    marks: Marks = no_marks,
) -> None:
    """Write the findings as one block of code."""
    lines = [line for finding in findings for line in full(show(finding, facts.network, marks))]
    if lines:
        runs = [len(run) for line in lines for run in re.findall("`+", line)]
        fence = "`" * max(3, *(length + 1 for length in runs), 3)
        write("\n".join(["", f"{fence}text", *lines, fence, ""]))


def write_conclusion(write: Callable[[str], object], lines: Iterable[str]) -> None:
    """Write the last lines of a report, those that are indented as a list."""
    for line in lines:
        if line.startswith("  "):
            write(f"- {escaped(line.strip())}\n")
        else:
            write(f"\n{line.replace('[*]', '`[*]`')}\n")

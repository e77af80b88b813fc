"""The report on a terminal: the same table and the same words, drawn with rich."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.linter.finding import Finding, Severity
from cnncalc.report.findings import MARK, Marks, Shown, no_marks, show
from cnncalc.report.numbers import UNKNOWN
from cnncalc.report.rows import Row, View
from cnncalc.report.table import GAP, Filled, Table, plain_lines, table
from cnncalc.report.totals import Total, title, totals
from cnncalc.source.printable import printable

_MOST_ROWS = 2000  # beyond that rich takes seconds
_COLORS: dict[Severity, str] = {"error": "red", "warning": "yellow", "info": "cyan"}
_DIFF = {"---": "bold", "+++": "bold", "@": "cyan", "-": "red", "+": "green"}
_LEAST_NOTE = 30  # columns that a convention needs beside its figure
_LARGE = 10  # a figure of at least a tenth of the total is set in bold


def make_console(width: int | None = None) -> Console:
    """A console for standard output that takes all text as it is."""
    return Console(width=width, markup=False, highlight=False, emoji=False, soft_wrap=True)


def print_network(console: Console, facts: NetworkFacts, view: View) -> None:
    """Print title, table and totals."""
    name, rest = title(facts).rsplit(": ", 1)
    console.print(Text.assemble((name, "bold"), f": {rest}"), end="\n\n")
    laid_out = table(facts, view, console.width)
    if len(laid_out.rows) > _MOST_ROWS:
        for chunk in plain_lines(laid_out):
            console.file.write(chunk)
    else:
        _print_table(console, laid_out, facts)
    console.print()
    print_totals(console, totals(facts, view.convention))


def _print_table(console: Console, laid_out: Table, facts: NetworkFacts) -> None:
    drawn = RichTable(
        box=box.SIMPLE, show_edge=False, show_footer=True, pad_edge=False, padding=(0, 1, 0, 0)
    )
    for filled in laid_out.columns:
        drawn.add_column(
            Text(filled.column.title, "bold"),
            Text(filled.total, "bold"),
            justify="right" if filled.column.right else "left",
            min_width=filled.width,
            no_wrap=True,
        )
    large = {filled.column.key: _threshold(filled, facts) for filled in laid_out.columns}
    for number, row in enumerate(laid_out.rows):
        drawn.add_row(
            *(_cell(filled, filled.cells[number], row, large) for filled in laid_out.columns)
        )
    width = console.width
    console.width = max(width, laid_out.width)  # a wide one is the terminal's to wrap: cells stay
    console.print(drawn)
    console.width = width


def _threshold(filled: Filled, facts: NetworkFacts) -> int | None:
    field = filled.column.field
    total = getattr(facts.totals, field) if field else None
    return -(-total // _LARGE) if total else None


def _cell(filled: Filled, text: str, row: Row, large: dict[str, int | None]) -> Text:
    column = filled.column
    if column.key == "name":
        cut = len(text) if row.members is not None else text.rfind(".") + 1
        if row.members is not None:
            return Text(text, "bold")
        return Text.assemble((text[:cut], "dim"), text[cut:])
    if text in ("0", "all", UNKNOWN) or text.startswith("padding"):
        return Text(text, "yellow" if text == UNKNOWN else "dim")
    if text.startswith("loses"):
        return Text(text, "yellow")
    if column.key == "op":
        return Text(text, "cyan")
    least = large[column.key]
    if least and column.field and (row.figure(column.field)[0] or 0) >= least:
        return Text(text, "bold")
    return Text(text)


def print_totals(console: Console, lines: list[Total]) -> None:
    """Print the totals; their conventions wrap beside the figures, or below where it is narrow."""
    label = max(len(line.label) for line in lines)
    digits = max(len(line.exact) for line in lines)
    short = max(len(line.human) for line in lines) + 2
    taken = label + digits + short + 3 * len(GAP)
    beside = console.width - taken >= _LEAST_NOTE
    room = max(console.width - (taken if beside else len(GAP)), _LEAST_NOTE)
    for line in lines:
        rounded = f"({line.human})" if line.human else ""
        text = Text.assemble(
            f"{line.label:<{label}}{GAP}", (f"{line.exact:>{digits}}", "bold"), f"{GAP}{rounded}"
        )
        if beside:
            text.append(" " * (taken - len(text)))
        indent = "\n" + " " * (taken if beside else len(GAP))
        note = indent.join(wrap(line.note, room, break_long_words=False, break_on_hyphens=False))
        text.append(note if beside else indent + note, "dim")
        console.print(text)


def print_findings(
    console: Console, facts: NetworkFacts, findings: Iterable[Finding], marks: Marks = no_marks
) -> None:
    """Print every finding in full."""
    for finding in findings:
        console.print(_finding(show(finding, facts.network, marks)))


def _finding(shown: Shown) -> Text:
    color = _COLORS[shown.severity]
    text = Text.assemble((f"{shown.place}:", "bold"), " ", (shown.code, f"bold {color}"))
    if shown.is_marked:
        text.append(" ").append(MARK, "cyan")
    text.append(f" {shown.message}")
    for number, line in enumerate(shown.frame):
        bar = line.index("|") + 1
        rest = color if number == len(shown.frame) - 1 else ""
        text.append("\n").append(line[:bar], "blue").append(line[bar:], rest)
    if shown.help:
        text.append("\n  = ", "blue").append(shown.help)
    return text


def print_line(console: Console, text: str, style: str = "") -> None:
    """Print one line as it is."""
    console.print(Text(text, style))


def print_diff(console: Console, diff: str) -> None:
    """Print a unified diff; what a terminal would act upon is shown escaped."""
    for line in diff.split("\n")[:-1]:
        start = line[:3] if line[:3] in _DIFF else line[:1]
        print_line(console, printable(line.expandtabs()), _DIFF.get(start, ""))

"""The answers to inverse questions: a table, Markdown or JSON."""

from __future__ import annotations

import json
from collections.abc import Callable

from cnncalc.report.grid import draw_grid, write_grid
from cnncalc.report.json_report import SCHEMA_VERSION
from cnncalc.report.markdown import escaped
from cnncalc.report.solve_rows import Answer

Write = Callable[[str], object]


def write_plain(write: Write, answer: Answer, top: int) -> None:
    """Write the table, complete at any width."""
    write(f"{answer.question}\n{answer.order}\n" if answer.rows else f"{_nothing(answer)}\n")
    if answer.rows:
        write("\n")
        write_grid(write, answer.titles, answer.rows[:top], answer.words)
        write("".join(f"{line}\n" for line in _more(answer, top)))


def print_drawn(answer: Answer, top: int) -> None:
    """Print the table on a terminal; the best one stands out."""
    from cnncalc.report.terminal import make_console, print_line

    console = make_console()
    if not answer.rows:
        print_line(console, _nothing(answer), "yellow")
        return
    print_line(console, answer.question, "bold")
    print_line(console, f"{answer.order}\n", "dim")
    rows = answer.rows[:top]
    styles = [["green" if number == 0 else ""] * len(row) for number, row in enumerate(rows)]
    draw_grid(console, answer.titles, rows, answer.words, styles)
    for line in _more(answer, top):
        print_line(console, line, "dim")


def write_markdown(write: Write, answer: Answer, top: int) -> None:
    """Write the table for a sheet of exercises."""
    if not answer.rows:
        write(f"{_nothing(answer)}\n")
        return
    write(f"### {answer.question}\n\n{answer.order}.\n\n")
    write(f"| {' | '.join(answer.titles)} |\n")
    rule = ["---" if k in answer.words else "---:" for k in range(len(answer.titles))]
    write(f"|{'|'.join(rule)}|\n")
    for row in answer.rows[:top]:
        write(f"| {' | '.join(map(escaped, row))} |\n")
    write("".join(f"\n{line}\n" for line in _more(answer, top)))


def write_json(write: Write, answer: Answer) -> None:
    """Write every solution as JSON."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "question": answer.question,
        "order": answer.order,
        "solutions": answer.data,
    }
    write(json.dumps(document, allow_nan=False) + "\n")


def _nothing(answer: Answer) -> str:
    return f"{answer.question}: there are none; try {answer.remedy}"


def _more(answer: Answer, top: int) -> list[str]:
    rest = len(answer.rows) - top
    return [f"and {rest} more; --top {len(answer.rows)} shows them all"] if rest > 0 else []

"""A comparison of networks as text: on a terminal, through a pipe, as Markdown, as CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable
from textwrap import wrap
from typing import TypeAlias

from cnncalc.comparison.comparing import ComparedNetwork, Comparison
from cnncalc.comparison.quantities import MEASURES, Quantity
from cnncalc.report.compare_rows import WORDS, compare_table
from cnncalc.report.csv_table import Writable, cell_text
from cnncalc.report.grid import write_grid
from cnncalc.report.markdown import escaped
from cnncalc.report.numbers import per_axis
from cnncalc.source.printable import printable

Write: TypeAlias = Callable[[str], object]

_LINE = 100  # columns that notes are wrapped to where there is no terminal
_ACCURACY = ("data", "crop", "source", "url")


def write_plain(write: Write, found: Comparison) -> None:
    """Write the table and its notes, complete at any width."""
    table = compare_table(found)
    write_grid(write, table.titles, table.rows, WORDS)
    for note in table.notes:
        write("".join(f"{line}\n" for line in _lines(note, _LINE)))


def print_drawn(found: Comparison) -> None:
    """Print the table and its notes on a terminal."""
    from cnncalc.report.grid import draw_grid
    from cnncalc.report.terminal import make_console, print_line

    console = make_console()
    table = compare_table(found)
    styles = [["bold", *[""] * (len(row) - 1)] for row in table.rows]
    draw_grid(console, table.titles, table.rows, WORDS, styles)
    for note in table.notes:
        for line in _lines(note, max(console.width, 30)):
            print_line(console, line, "dim")


def write_markdown(write: Write, found: Comparison) -> None:
    """Write the table and its notes for an issue or a README."""
    table = compare_table(found)
    write(f"| {' | '.join(table.titles)} |\n")
    sides = ("---" if k in WORDS else "---:" for k in range(len(table.titles)))
    write(f"|{'|'.join(sides)}|\n")
    for row in table.rows:
        write(f"| {' | '.join(map(escaped, row))} |\n")
    for note in table.notes:
        write(f"\n{escaped(note)}\n")


def write_csv(file: Writable, found: Comparison) -> None:
    """Write every figure as a plain number, one row per network; what is not known is empty."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["network", *MEASURES, *_ACCURACY])
    for one in found.networks:
        figures = [_plain(one, wanted) for wanted in MEASURES]
        words = [getattr(one.accuracy, word, None) or "" for word in _ACCURACY]
        texts = [cell_text(printable(word)) for word in words]
        writer.writerow([cell_text(printable(one.name)), *figures, *texts])


def _plain(one: ComparedNetwork, wanted: Quantity) -> object:
    figure = one.figure(wanted)
    if figure is None:
        return ""
    return per_axis(one.receptive_field or ()).replace("×", "x") if wanted == "field" else figure


def _lines(note: str, width: int) -> list[str]:
    return wrap(note, width, break_long_words=False, break_on_hyphens=False)

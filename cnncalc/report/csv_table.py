"""The table as CSV, for a spreadsheet or a data frame: plain numbers, one row per layer."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import Protocol

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.report.columns import Column, choose
from cnncalc.report.numbers import UNKNOWN
from cnncalc.report.rows import Row, View, rows
from cnncalc.source.printable import printable

_FORMULA = re.compile(r"[=+\-@\t\r]")  # what a spreadsheet takes for the start of a formula


class Writable(Protocol):
    """What `csv` needs of a file."""

    def write(self, text: str, /) -> object:
        """Take a piece of text."""


def write_tables(file: Writable, networks: list[NetworkFacts], view: View) -> None:
    """Write the rows of all networks under one header; with several, the first column is which."""
    writer = csv.writer(file, lineterminator="\n")
    columns = choose(view.columns)
    several = len(networks) > 1
    writer.writerow(["network"] * several + [column.key for column in columns])
    for facts in networks:
        start = [cell_text(printable(facts.name or ""))] * several
        writer.writerows(start + cells for cells in _rows(facts, columns, view))


def _rows(facts: NetworkFacts, columns: list[Column], view: View) -> Iterator[list[object]]:
    for row in rows(facts, view):
        yield [_value(column, row) for column in columns]


def _value(column: Column, row: Row) -> object:
    """A figure as a plain number, all else as a text; nothing for what is not known."""
    if column.field is not None:
        return row.figure(column.field)[0]
    text = column.text(row)
    return "" if text == UNKNOWN else cell_text(text.replace("×", "x"))


def cell_text(text: str) -> str:
    """A text that a spreadsheet does not take for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text

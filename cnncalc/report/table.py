"""The table of a network, laid out: every cell a text, every column its width."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.report.columns import Column, choose, short_text, short_total
from cnncalc.report.rows import Row, View, rows
from cnncalc.report.width import cells, padded

GAP = "  "
_CHUNK = 2000  # rows that are joined before they are written
_SHORTENED = ("n_macs", "n_flops")


class Filled(NamedTuple):
    """A column with its cells.

    Attributes:
        column: The column.
        cells: One text per row.
        total: The text of the last line.
        width: Columns of the terminal that the widest of them takes.
    """

    column: Column
    cells: list[str]
    total: str
    width: int


class Table(NamedTuple):
    """A table that is ready to be drawn.

    Attributes:
        rows: The rows, for those who want more than text.
        columns: The columns, left to right.
    """

    rows: list[Row]
    columns: list[Filled]

    @property
    def width(self) -> int:
        """Columns of the terminal that the table takes."""
        return sum(filled.width for filled in self.columns) + len(GAP) * (len(self.columns) - 1)


def table(facts: NetworkFacts, view: View, width: int | None = None) -> Table:
    """Lay out the table of a network.

    Args:
        facts: The facts of the network.
        view: What to show.
        width: Columns of the terminal; None if all columns are to be there at any width.

    A usual column without any cell, such as the misfit where everything fits, is left out. On a
    narrow terminal the op goes, operations are rounded, then the less important columns go; the
    cells stay whole. Columns that were asked for are always there.
    """
    found = rows(facts, view)
    columns = [_filled(column, facts, found) for column in choose(view.columns)]
    if view.top is not None and columns[0].column.key == "name":
        # the rows are a part, the totals are not
        whole = columns[0].column.total(facts)
        columns[0] = _measured(columns[0].column, columns[0].cells, f"all {whole}")
    if view.columns is None:
        columns = [filled for filled in columns if filled.column.importance > 90 or _says(filled)]
        if width is not None:
            columns = _fit(columns, facts, found, width)
    return Table(found, columns)


def _filled(column: Column, facts: NetworkFacts, found: list[Row]) -> Filled:
    texts = list(map(column.text, found))
    return _measured(column, texts, column.total(facts))


def _measured(column: Column, texts: list[str], total: str) -> Filled:
    widest = max(map(cells, texts), default=0)
    return Filled(column, texts, total, max(widest, cells(total), cells(column.title)))


def _says(filled: Filled) -> bool:
    return bool(filled.total) or any(filled.cells)


def _fit(columns: list[Filled], facts: NetworkFacts, found: list[Row], width: int) -> list[Filled]:
    fitting = Table(found, columns)
    while fitting.width > width and len(fitting.columns) > 1:
        least = min(fitting.columns, key=lambda filled: filled.column.importance)
        # the op goes first, then figures are rounded, then the other columns go
        if least.column.key != "op" and (rounded := _rounded(fitting.columns, facts, found)):
            fitting = Table(found, rounded)
        else:
            fitting = Table(found, [filled for filled in fitting.columns if filled is not least])
    return fitting.columns


def _rounded(columns: list[Filled], facts: NetworkFacts, found: list[Row]) -> list[Filled] | None:
    """The same columns with operations rounded; None when they are already."""
    changed = [_short(filled, facts, found) for filled in columns]
    return changed if [c.width for c in changed] != [c.width for c in columns] else None


def _short(filled: Filled, facts: NetworkFacts, found: list[Row]) -> Filled:
    field = filled.column.field
    if field not in _SHORTENED:
        return filled
    texts = [short_text(row, field) for row in found]
    return _measured(filled.column, texts, short_total(facts, field))


def plain_lines(laid_out: Table) -> Iterator[str]:
    """The table as plain text, in chunks of many lines: a header, a rule, rows, a rule, totals."""
    columns = laid_out.columns
    rule = "─" * laid_out.width + "\n"
    yield _lines([_padded([filled.column.title], filled) for filled in columns])
    yield rule
    for start in range(0, len(laid_out.rows), _CHUNK):
        yield _lines([_padded(filled.cells[start : start + _CHUNK], filled) for filled in columns])
    yield rule
    yield _lines([_padded([filled.total], filled) for filled in columns])


def _padded(texts: list[str], filled: Filled) -> list[str]:
    width, right = filled.width, filled.column.right
    return [padded(text, width, right) for text in texts]


def _lines(columns: list[list[str]]) -> str:
    return "".join([GAP.join(texts).rstrip() + "\n" for texts in zip(*columns, strict=True)])

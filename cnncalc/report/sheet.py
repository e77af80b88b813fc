"""Small tables as lines of styled text: a header, a rule, rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from cnncalc.report.width import cells, padded

Segment: TypeAlias = tuple[str, str]  # a text, and its style as rich calls it
Line: TypeAlias = list[Segment]
_GAP = "  "


class Column(NamedTuple):
    """A column of a small table.

    Attributes:
        title: Its header.
        cells: Its texts, a row each.
        right: Whether they stand right.
        total: What stands below them.
        style: How they are drawn.
    """

    title: str
    cells: Sequence[str]
    right: bool = False
    total: str = ""
    style: str = ""

    @property
    def width(self) -> int:
        """Columns of the terminal that the widest text takes."""
        return max(map(cells, (self.title, self.total, *self.cells)))


def width_of(columns: Sequence[Column]) -> int:
    """Columns of the terminal that a table takes."""
    return sum(column.width for column in columns) + len(_GAP) * (len(columns) - 1)


def sheet(columns: Sequence[Column]) -> Iterator[Line]:
    """The lines of a table; with a last line if a column has a total."""
    widths = [column.width for column in columns]
    rule: Line = [("─" * width_of(columns), "dim")]
    yield _row(columns, widths, [column.title for column in columns], "bold")
    yield rule
    for texts in zip(*(column.cells for column in columns), strict=True):
        yield _row(columns, widths, texts)
    if any(column.total for column in columns):
        yield rule
        yield _row(columns, widths, [column.total for column in columns], "bold")


def _row(
    columns: Sequence[Column], widths: Sequence[int], texts: Sequence[str], style: str = ""
) -> Line:
    line: Line = []
    for column, width, text in zip(columns, widths, texts, strict=True):
        line += [(padded(text, width, column.right), style or column.style), (_GAP, "")]
    return line[:-1]

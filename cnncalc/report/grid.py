"""Plain tables of texts: words to the left, figures to the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cnncalc.report.table import GAP
from cnncalc.report.width import cells, padded

if TYPE_CHECKING:
    from rich.console import Console

Texts = Sequence[str]


def write_grid(
    write: Callable[[str], object], titles: Texts, rows: Sequence[Texts], words: Sequence[int]
) -> None:
    """Write a table, complete at any width.

    Args:
        write: Takes the text.
        titles: What the columns are called.
        rows: The cells.
        words: Which columns are words, to stand left.
    """
    widths = _widths(titles, rows)
    rule = "─" * (sum(widths) + len(GAP) * (len(widths) - 1)) + "\n"
    write(_line(titles, widths, words) + rule)
    for row in rows:
        write(_line(row, widths, words))
    write(rule)


def draw_grid(
    console: Console,
    titles: Texts,
    rows: Sequence[Texts],
    words: Sequence[int],
    styles: Sequence[Texts],
) -> None:
    """Draw a table on a terminal; `styles` has rich's style of every cell."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    widths = _widths(titles, rows)
    for number, (title, width) in enumerate(zip(titles, widths, strict=True)):
        justify: Any = "left" if number in words else "right"
        drawn.add_column(Text(title, "bold"), justify=justify, no_wrap=True, min_width=width)
    for row, row_styles in zip(rows, styles, strict=True):
        drawn.add_row(*(Text(text, style) for text, style in zip(row, row_styles, strict=True)))
    width = console.width
    # a wide one is the terminal's to wrap: cells stay whole
    console.width = max(width, sum(widths) + len(GAP) * len(widths))
    console.print(drawn)
    console.width = width


def _widths(titles: Texts, rows: Sequence[Texts]) -> list[int]:
    return [max(map(cells, column)) for column in zip(titles, *rows, strict=True)]


def _line(texts: Texts, widths: Sequence[int], words: Sequence[int]) -> str:
    filled = [
        padded(text, width, number not in words)
        for number, (text, width) in enumerate(zip(texts, widths, strict=True))
    ]
    return GAP.join(filled).rstrip() + "\n"

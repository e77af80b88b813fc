"""Pieces of HTML for notebooks: every text escaped, no scripts, no style sheet.

Nothing has a colour of its own but the words of a finding: it is read on white and on black.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from cnncalc.report.columns import count_of

LINE = "1px solid rgba(128,128,128,.4)"
CELL = "padding:.1em .6em;white-space:nowrap;"
FAINT = "opacity:.65;"
_MOST_ROWS = 1000


def cell(text: str, right: bool, tag: str = "td") -> str:
    """A cell of a table."""
    side = "right" if right else "left"
    return f'<{tag} style="{CELL}text-align:{side}">{escape(text)}</{tag}>'


def table(titles: Sequence[str], rows: Sequence[Sequence[str]], words: Sequence[int]) -> str:
    """A table with a head; of very many rows the first.

    Args:
        titles: What the columns are called.
        rows: The cells.
        words: Which columns are words, to stand left.
    """
    sides = [number not in words for number in range(len(titles))]
    head = "".join(cell(text, side, "th") for text, side in zip(titles, sides, strict=True))
    lines = [
        "".join(cell(text, side) for text, side in zip(row, sides, strict=True))
        for row in rows[:_MOST_ROWS]
    ]
    more = len(rows) - len(lines)
    if more > 0:
        text = f"and {count_of(more, 'row')} more"
        lines.append(f'<td colspan="{len(titles)}" style="{CELL}">{text}</td>')
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return (
        '<table style="border-collapse:collapse;margin-top:.5em;font-variant-numeric:tabular-nums">'
        f'<thead style="border-bottom:{LINE}"><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    )


def headline(text: str) -> str:
    """A line in bold."""
    return f'<p style="margin:.3em 0"><b>{escape(text)}</b></p>'


def remark(text: str) -> str:
    """A line that stands back."""
    return f'<p style="margin:.3em 0;{FAINT}">{escape(text)}</p>'


def framed(parts: Iterable[str]) -> str:
    """The pieces together, in a box that scrolls when they are long."""
    return f'<div style="max-height:40em;overflow:auto;font-size:90%">{"".join(parts)}</div>'

"""Caret frames: the line at fault with its fault underlined."""

from __future__ import annotations

from unicodedata import combining, east_asian_width

from cnncalc.source.printable import printable
from cnncalc.source.text import Source, Span

MAX_WIDTH = 160
LEAD = 60  # characters kept before the caret when a line is cut


def frame(source: Source, span: Span) -> str:
    """Draw the first line of a span with carets under the span's part of it."""
    line, column = source.position(span.start)
    first = span.start - column + 1
    last = _line_end(source.text, span.start)
    start = min(span.start, last)
    left, right = _window(first, last, start)
    end = max(start, min(span.end, right))

    text = source.text
    before = "…" * (left > first) + printable(text[left:start])
    under = printable(text[start:end])
    after = printable(text[end:right]) + "…" * (right < last)

    gutter = " " * len(str(line))
    carets = " " * _cells(before) + "^" * max(1, _cells(under))
    return f"{gutter} |\n{line} | {before}{under}{after}\n{gutter} | {carets}"


def _line_end(text: str, start: int) -> int:
    """Where a line ends, or a place in it beyond all that is shown: lines may have 16 MiB."""
    beyond = start + MAX_WIDTH + 2  # the 2 for a line end of two characters
    end = text.find("\n", start, beyond)
    if end < 0:
        return min(beyond, len(text))
    return end - text.startswith("\r", end - 1, end)


def _window(first: int, last: int, start: int) -> tuple[int, int]:
    """The part of a line to show: all of it, or `MAX_WIDTH` characters around the caret."""
    left = max(first, min(start - LEAD, last - MAX_WIDTH))
    return left, min(last, left + MAX_WIDTH)


def _cells(text: str) -> int:
    """How many columns a terminal needs for a text; Chinese characters take two."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(char) else 1 + (east_asian_width(char) in "WF") for char in text)

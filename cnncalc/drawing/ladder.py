"""A table of layers with what they see, and an interval to scale for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnncalc.drawing.hatching import hatched
from cnncalc.drawing.rungs import Rung
from cnncalc.drawing.scene import Area, Box, Group, Line, Mark, Words, rectangle
from cnncalc.drawing.series import Span
from cnncalc.drawing.words import shortened
from cnncalc.ir.shapes import format_shape
from cnncalc.source.printable import printable

ROW = 13.0
_SIZE = 7.5
_NUMBER, _NAME, _SEES, _STRIDE = 18.0, 134.0, 66.0, 46.0  # widths of the columns


class Ladder:
    """Lays out a table.

    Attributes:
        right: Where it ends.
    """

    def __init__(
        self, left: float, top: float, extent: Span, size: int, axis: int, title: str, track: float
    ) -> None:
        """Take the place.

        Args:
            left: Where the table begins.
            top: Where its head begins.
            extent: The cells that an interval may cover: the first, and the one after the last.
            size: Size of the input along the axis.
            axis: Which axis the intervals are of.
            title: What is said of the axis over the intervals.
            track: Width of the place for the intervals.
        """
        self._left, self._top, self._extent, self._axis = left, top, extent, axis
        self._title = title
        self._start = left + _NUMBER + _NAME + _SEES + _STRIDE + 12
        self._scale = track / (extent[1] - extent[0])
        self._size = size
        self.right = self._start + track

    def marks(self, before: Sequence[Rung], n_left_out: int, after: Sequence[Rung]) -> list[Mark]:
        """The table: some rows, a row that says how many are left out, and the last rows."""
        n_rows = len(before) + len(after) + bool(n_left_out)
        marks = [*self._ground(n_rows), *self._head()]
        for number, rung in enumerate(before):
            marks.append(self._row(number, number, rung))
        if n_left_out:
            middle = self._left + _NUMBER
            text = f"… {n_left_out} more layers …"
            marks.append(Words((middle, self._line(len(before))), text, _SIZE, role="faint"))
        for number, rung in enumerate(after, len(before) + 1):
            marks.append(self._row(number, number + n_left_out - 1, rung))
        return [*marks, *self._edges(n_rows)]

    def _line(self, row: int) -> float:
        """The baseline of a row."""
        return self._top + (row + 2) * ROW - (3.5 if row < 0 else 1.5)

    def _at(self, cell: int) -> float:
        inside = min(max(cell, self._extent[0]), self._extent[1])
        return self._start + (inside - self._extent[0]) * self._scale

    def _head(self) -> Iterator[Mark]:
        y = self._line(-1)
        right = self._left + _NUMBER + _NAME
        yield Words((self._left + _NUMBER, y), "layer", _SIZE, bold=True)
        yield Words((right + _SEES, y), "sees", _SIZE, "end", bold=True)
        yield Words((right + _SEES + _STRIDE, y), "stride", _SIZE, "end", bold=True)
        yield Words((self._start, y), self._title, _SIZE, bold=True)
        line = self._top + ROW + 1
        yield Line(((self._left, line), (self.right, line)), "line", 0.5)

    def _ground(self, n_rows: int) -> Iterator[Mark]:
        """The input behind the intervals, and the padding on either side."""
        top, bottom = self._extent_of_rows(n_rows)
        start, end = self._at(0), self._at(self._size)
        yield from hatched(Box(self._start, top, start, bottom), 5)
        yield from hatched(Box(end, top, self.right, bottom), 5)
        yield Area(rectangle(Box(start, top, end, bottom)), "input", stroke=None)

    def _edges(self, n_rows: int) -> Iterator[Mark]:
        """Where the input begins and ends, over the intervals."""
        top, bottom = self._extent_of_rows(n_rows)
        for x in (self._at(0), self._at(self._size)):
            yield Line(((x, top), (x, bottom)), "ink", 0.7)

    def _extent_of_rows(self, n_rows: int) -> tuple[float, float]:
        return self._top + ROW + 3, self._top + (n_rows + 1) * ROW + 4

    def _row(self, row: int, number: int, rung: Rung) -> Mark:
        y = self._line(row)
        right = self._left + _NUMBER + _NAME
        first, last = rung.spans[self._axis]
        box = Box(self._at(first), y - 5.5, max(self._at(last + 1), self._at(first) + 0.6), y + 0.5)
        marks: list[Mark] = [
            Words((self._left + 11, y), str(number), _SIZE, "end", "faint"),
            Words((self._left + _NUMBER, y), _named(rung), _SIZE),
            Words((right + _SEES, y), _sizes(rung), _SIZE, "end"),
            Words((right + _SEES + _STRIDE, y), _stride(rung), _SIZE, "end"),
            Area(rectangle(box), "field", "field", 0.5, 0.55),
        ]
        return Group(tuple(marks), rung.name if number else None)


def _named(rung: Rung) -> str:
    return shortened(printable(rung.name), _SIZE, _NAME - 4)


def _sizes(rung: Rung) -> str:
    if rung.sizes is None:
        return "everything" if rung.stride is None else "?"
    return shortened(format_shape(rung.sizes), _SIZE, _SEES - 4)


def _stride(rung: Rung) -> str:
    if rung.stride is None:
        return "–"
    return shortened("×".join(str(stride) for stride in rung.stride), _SIZE, _STRIDE - 4)

"""The text of a spec, its lines and the places in it."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple

from cnncalc.errors import Diagnostic, SpecError


class Span(NamedTuple):
    """Half-open range of character offsets into `Source.text`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Source:
    r"""A text and the name to show for it.

    Lines end at ``\n`` (so ``\r\n`` ends one too), as editors count them; the further line breaks
    that YAML knows do not.

    Attributes:
        name: Display name: a path as it was given, or `<stdin>`.
        text: The whole text without byte order mark.
    """

    name: str
    text: str
    _line_starts: array[int] | None = field(default=None, init=False, repr=False, compare=False)

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, both from 1 and in characters."""
        starts = self._starts()
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def line_span(self, line: int) -> Span:
        """Where a line is, without its line end.

        Raises:
            IndexError: There is no such line.
        """
        starts = self._starts()
        if not 1 <= line <= len(starts):
            raise IndexError(f"line {line} of {len(starts)}")
        start = starts[line - 1]
        if line == len(starts):
            return Span(start, len(self.text))
        end = starts[line] - 1
        return Span(start, end - self.text.startswith("\r", end - 1, end))

    def line_text(self, line: int) -> str:
        """A line without its line end; lines count from 1.

        Raises:
            IndexError: There is no such line.
        """
        start, end = self.line_span(line)
        return self.text[start:end]

    def frame(self, span: Span) -> str:
        r"""The first line of a span with carets under it, safe to print on a terminal.

        Example:
            >>> print(Source("a.yaml", "name: x\ninput: 3x3\n").frame(Span(15, 18)))
              |
            2 | input: 3x3
              |        ^^^
        """
        from cnncalc.source.frame import frame  # only a failing run draws one

        return frame(self, span)

    def error(self, offset: int, message: str) -> SpecError:
        """An exception, to be raised, that points at a character."""
        line, column = self.position(min(offset, len(self.text)))
        return SpecError(Diagnostic(message, line, column, self.name))

    def _starts(self) -> array[int]:
        """Offsets at which lines start, found when first asked for: most specs have no fault."""
        if self._line_starts is None:
            starts = array("I", [0])
            starts.extend(newline.end() for newline in re.finditer("\n", self.text))
            object.__setattr__(self, "_line_starts", starts)
            return starts
        return self._line_starts

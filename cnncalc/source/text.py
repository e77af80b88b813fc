"""The text of a spec, its lines and the places in it."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import NamedTuple

from cnncalc.errors import Diagnostic, SpecError

_BLOCK = 1024


class Span(NamedTuple):
    """Half-open range of character offsets into `Source.text`."""

    start: int
    end: int


class Lines:
    """Where the lines of a text are.

    A list of all line ends in 16 MiB would take a second, so they are only counted, in blocks.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._n_ends = array("I", [0])  # per block: how many line ends stand before it
        self._starts = array("I", [0])  # per block: where the line starts that it begins in
        for at in range(0, len(text), _BLOCK):
            self._n_ends.append(self._n_ends[-1] + text.count("\n", at, at + _BLOCK))
            self._starts.append(text.rfind("\n", at, at + _BLOCK) + 1 or self._starts[-1])

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, both from 1."""
        block = offset // _BLOCK
        n_ends = self._n_ends[block] + self._text.count("\n", block * _BLOCK, offset)
        start = self._text.rfind("\n", block * _BLOCK, offset) + 1 or self._starts[block]
        return n_ends + 1, offset - start + 1


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
    _lines: Lines | None = field(default=None, init=False, repr=False, compare=False)

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, both from 1 and in characters."""
        if self._lines is None:  # found when first asked for: most specs have no fault
            object.__setattr__(self, "_lines", Lines(self.text))
        assert self._lines is not None
        return self._lines.position(offset)

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

"""The one family of exceptions that cnncalc raises on purpose.

Whatever a caller does wrong ends in a `CnncalcError`; anything else that escapes is a bug in
cnncalc. The command line prints these as one clear line and exits with 2.
"""

from __future__ import annotations

from typing import NamedTuple


class CnncalcError(Exception):
    """Base of every error that cnncalc raises on purpose."""


class Diagnostic(NamedTuple):
    """One reason why an input cannot be used, with its place where there is one.

    Attributes:
        message: What is wrong, with which value, the limit and the remedy.
        line: Line in the source, from 1, or None where no line is to blame.
        column: Column in the source in characters, from 1, or None.
        source: Display name of the file, or None.
    """

    message: str
    line: int | None = None
    column: int | None = None
    source: str | None = None

    def __str__(self) -> str:
        place = [str(part) for part in (self.source, self.line, self.column) if part is not None]
        return ":".join(place) + ": " + self.message if place else self.message


class SpecError(CnncalcError):
    """A document that cannot be read at all: bad syntax, a limit exceeded, no `input`, no `layers`.

    Faults that have a place in a readable document are findings, not exceptions.

    Attributes:
        diagnostics: Every reason, in order of appearance.
    """

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("\n".join(map(str, diagnostics)))
        self.diagnostics = diagnostics


class UsageError(CnncalcError):
    """An argument from the caller that cannot be used: an unknown variable, a bad input size."""

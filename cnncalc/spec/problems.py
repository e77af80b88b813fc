"""What is wrong with a readable document: problems with a place, which the lint rules report."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import NamedTuple

from cnncalc.source import Node, Span

NAME = "Y701"
UNKNOWN_KEY = "Y702"
BAD_VALUE = "Y705"


class Problem(NamedTuple):
    """One problem of the document.

    Attributes:
        code: Code of the rule that reports it.
        message: What is wrong, with which value.
        help: The remedy, where one is known.
        span: Where in the source.
        layers: Names of the layers that it concerns; many when a block is repeated.
    """

    code: str
    message: str
    help: str | None
    span: Span
    layers: list[str]


class Problems:
    """Collects problems; the same one at the same place counts once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, Span], Problem] = {}

    def add(
        self,
        code: str,
        where: Node | Span,
        message: str,
        *,
        help: str | None = None,
        layer: str | None = None,
    ) -> None:
        """Note a problem at a node or a span."""
        span = where if isinstance(where, Span) else where.span
        key = (code, message, span)
        problem = self._found.get(key)
        if problem is None:
            problem = self._found[key] = Problem(code, message, help, span, [])
        if layer is not None and layer not in problem.layers[-1:]:
            problem.layers.append(layer)

    def all(self) -> tuple[Problem, ...]:
        """Every problem, in order of appearance."""
        return tuple(sorted(self._found.values(), key=lambda problem: problem.span))


def suggestion(word: str, known: Iterable[str]) -> str | None:
    """`did you mean …?` with the nearest known word, or None when none is near."""
    near = difflib.get_close_matches(word[:60], list(known), 1, 0.6)
    return f"did you mean {near[0]}?" if near else None


def show(value: object) -> str:
    """A value as it stands in messages: short, in YAML's spelling, on one line."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            text = repr(value)
        case list() | tuple():
            text = "[" + ", ".join(map(show, value[:8])) + (", …]" if len(value) > 8 else "]")
        case dict():
            items = [f"{key}: {show(item)}" for key, item in list(value.items())[:8]]
            text = "{" + ", ".join(items) + ("}" if len(value) <= 8 else ", …}")
        case _:
            text = str(value)
    return text if len(text) <= 60 else text[:59] + "…"

"""What is wrong with a readable document: problems with a place, which the lint rules report."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple, TypeAlias

from cnncalc.source import Node, Span
from cnncalc.source.printable import printable
from cnncalc.spec.scope import BadSubstitution

NAME = "Y701"
UNKNOWN_KEY = "Y702"
BAD_VALUE = "Y705"

MOST_PROBLEMS = 1000  # nobody reads more, and a hostile spec has a million
_MOST_COMPARED = 20_000  # words that suggestions look at: a thousand typing errors in a large spec

Near: TypeAlias = tuple[str, Iterable[str]]  # a wrong word, and the right ones, read when needed


class Problem(NamedTuple):
    """One problem of the document.

    Attributes:
        code: Code of the rule that reports it.
        message: What is wrong, with which value.
        help: The remedy, where one is known.
        span: Where in the source.
        layers: Names of the layers that it concerns; many when a block is repeated.
        replacement: The nearest right word, to stand in place of the wrong one, or None.
    """

    code: str
    message: str
    help: str | None
    span: Span
    layers: list[str]
    replacement: str | None = None


class Problems:
    """Collects problems, the first 1000; the same one at the same place counts once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, Span], Problem] = {}
        self._compared = 0

    def add(
        self,
        code: str,
        where: Node | Span,
        message: str,
        *,
        help: str | None = None,
        layer: str | None = None,
        near: Near | None = None,
    ) -> None:
        """Note a problem at a node or a span; the nearest right word, if any, is the remedy."""
        span = where if isinstance(where, Span) else where.span
        key = (code, message, span)
        problem = self._found.get(key)
        if problem is None:
            if self.is_full:
                return
            word = self._nearest(*near) if near is not None else None
            help = _did_you_mean(word) if word is not None else help
            problem = self._found[key] = Problem(code, message, help, span, [], word)
        if layer is not None and layer not in problem.layers[-1:]:
            problem.layers.append(layer)

    @property
    def is_full(self) -> bool:
        """Whether so many are kept that looking for more is in vain."""
        return len(self._found) >= MOST_PROBLEMS

    def substitution(self, error: BadSubstitution, what: str) -> None:
        """Note a substitution that cannot be evaluated, in `what`."""
        code = NAME if error.undefined else BAD_VALUE
        hint = "define it under vars, or as a parameter of the block" if error.near else None
        self.add(code, error.span, f"{what}: {error.message}", help=hint, near=error.near)

    def _nearest(self, word: str, known: Iterable[str]) -> str | None:
        words = list(islice(known, _MOST_COMPARED - self._compared))
        self._compared += len(words)
        return _nearest(word, words)

    def all(self) -> tuple[Problem, ...]:
        """Every problem, in order of appearance."""
        return tuple(sorted(self._found.values(), key=lambda problem: problem.span))


def suggestion(word: str, known: Iterable[str]) -> str | None:
    """`did you mean …?` with the nearest known word, or None when none is near."""
    near = _nearest(word, list(known))
    return None if near is None else _did_you_mean(near)


def _nearest(word: str, known: list[str]) -> str | None:
    if word.lower() in known:
        return word.lower()
    for spelling in dict.fromkeys((word[:60], word[:60].lower())):
        near = difflib.get_close_matches(spelling, known, 1, 0.6)
        if near:
            return near[0]
    return None


def _did_you_mean(word: str) -> str:
    return f"did you mean {word}?"


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
            few = list(value.items())[:8]
            items = [f"{printable(str(key))}: {show(item)}" for key, item in few]
            text = "{" + ", ".join(items) + ("}" if len(value) <= 8 else ", …}")
        case _:
            text = str(value)
    return text if len(text) <= 60 else text[:59] + "…"

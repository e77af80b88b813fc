"""The positioned tree: scalars, sequences and mappings.

A large spec has a million of these, so they are plain classes with slots, and a node keeps its
length rather than its end: Python shares small integers, so most lengths cost no memory.
"""

from __future__ import annotations

from typing import TypeAlias

from cnncalc.source.text import Span

Value: TypeAlias = bool | int | float | str | None


class _Spanned:
    """What has a place in the text."""

    __slots__ = ("length", "start")

    start: int
    length: int

    @property
    def end(self) -> int:
        """Offset after the last character."""
        return self.start + self.length

    @property
    def span(self) -> Span:
        """Where the node is in `Source.text`."""
        return Span(self.start, self.start + self.length)


class Scalar(_Spanned):
    """A single value, made by `scalar` or, without a call, by the parser.

    Attributes:
        value: None, a bool, a number or a string, as the YAML 1.2 core schema reads it.
        plain: Whether it is written without quotes; quoted scalars are always strings.
    """

    __match_args__ = ("value",)
    __slots__ = ("plain", "value")

    value: Value
    plain: bool

    def __repr__(self) -> str:
        return f"Scalar({self.value!r})"


def scalar(value: Value, start: int, end: int, *, plain: bool) -> Scalar:
    """A scalar of that value at that place. No `__init__` does this: calling one takes as long."""
    node = Scalar()
    node.value = value
    node.start = start
    node.length = end - start
    node.plain = plain
    return node


class Sequence(_Spanned):
    """A list.

    Attributes:
        items: Its nodes, in order.
    """

    __match_args__ = ("items",)
    __slots__ = ("items",)

    def __init__(self, items: list[Node], start: int, end: int) -> None:
        self.items = items
        self.start = start
        self.length = end - start

    def __repr__(self) -> str:
        return f"Sequence({self.items!r})"


class Mapping(_Spanned):
    """A map with unique string keys, in the order in which they are written.

    Attributes:
        entries: Pairs of key and value; the keys are scalars whose value is a string.
    """

    __match_args__ = ("entries",)
    __slots__ = ("entries",)

    def __init__(self, entries: list[tuple[Scalar, Node]], start: int, end: int) -> None:
        self.entries = entries
        self.start = start
        self.length = end - start

    def get(self, key: str) -> Node | None:
        """The value under a key, or None where there is no such key."""
        return next((node for name, node in self.entries if name.value == key), None)

    def key(self, key: str) -> Scalar | None:
        """The key itself, which knows where it is written, or None."""
        return next((name for name, _ in self.entries if name.value == key), None)

    def __repr__(self) -> str:
        return f"Mapping({self.entries!r})"


Node: TypeAlias = Scalar | Sequence | Mapping

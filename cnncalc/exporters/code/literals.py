"""Python literals, spelled as `ruff format` spells them."""

from __future__ import annotations

import math
from typing import TypeAlias


class Reference:
    """A constant of the generated file, which stands for a value by its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


Scalar: TypeAlias = int | float | str | bool | Reference | None
Value: TypeAlias = Scalar | tuple["Value", ...]


def literal(value: Value) -> str:
    """The source of a value, on one line.

    Raises:
        ValueError: It is NaN or infinite, which has no literal.
    """
    match value:
        case str():
            return quoted(value)
        case float():
            if not math.isfinite(value):
                raise ValueError(f"{value} has no literal")
            return repr(value).replace("e+", "e")
        case tuple():
            inner = ", ".join(map(literal, value))
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        case _:
            return repr(value)


def quoted(text: str) -> str:
    """The source of a text: between double quotes, unless single ones need fewer escapes."""
    shown = repr(text)
    if shown[0] == '"':
        return shown
    inner = shown[1:-1].replace("\\'", "'")
    if inner.count('"') > inner.count("'"):
        return shown
    return '"' + inner.replace('"', '\\"') + '"'

"""Python identifiers from names of a spec."""

from __future__ import annotations

import builtins
import keyword
import re

_WORD = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_TAKEN = {*dir(builtins), *keyword.kwlist, *keyword.softkwlist}
_LONGEST = 40


def snake_case(name: str) -> str:
    """A lower-case identifier that resembles a name: `ConvBN` gives `conv_bn`.

    Whatever is no ASCII letter or digit is left out; names of Python's own get an underscore.
    """
    split = re.sub(
        r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name.replace("ReLU", "Relu")
    )
    word = re.sub(r"[^a-z0-9]+", "_", split.lower(), flags=re.ASCII).strip("_")[:_LONGEST]
    if not _WORD.fullmatch(word):
        word = f"layer_{word}".rstrip("_")
    return f"{word}_" if word in _TAKEN else word


class Identifiers:
    """Hands out identifiers, each of them once.

    Args:
        taken: Those that are not to be had.
    """

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        self._taken = set(taken)

    def unique(self, name: str) -> str:
        """An identifier that resembles a name, with a number behind it where that is taken."""
        base = word = snake_case(name)
        number = 1
        while word in self._taken:
            number += 1
            word = f"{base}_{number}"
        self._taken.add(word)
        return word

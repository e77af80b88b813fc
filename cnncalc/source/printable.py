"""Text from strangers, made safe to show in one line."""

from __future__ import annotations


def printable(text: str) -> str:
    r"""Escape control, bidirectional and other invisible characters: a tab becomes ``\t``."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def quoted(text: str, limit: int = 40) -> str:
    """Quote a piece of a document for a message, escaped and cut to a readable length."""
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")

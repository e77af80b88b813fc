"""How many columns of a terminal a text takes."""

from __future__ import annotations


def cells(text: str) -> int:
    """Columns of a printable text: Chinese characters take two, combining marks none."""
    if text.isascii() or text.replace("×", "").isascii():  # nearly every text
        return len(text)
    from unicodedata import combining, east_asian_width  # rare

    return sum(0 if combining(char) else 1 + (east_asian_width(char) in "WF") for char in text)


def padded(text: str, width: int, right: bool) -> str:
    """A text filled up with spaces, on its left if it is to stand right."""
    width += len(text) - cells(text)
    return text.rjust(width) if right else text.ljust(width)

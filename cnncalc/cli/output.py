"""Where output goes: a terminal that is drawn on, or a pipe that gets every character."""

from __future__ import annotations

import os
import sys
from functools import cache
from io import TextIOWrapper

from cnncalc.source.printable import printable

# for the encodings that lack what the tables are drawn with
_PLAINER = str.maketrans(
    {
        "×": "x",
        "─": "-",
        "→": "->",
        "≥": ">=",
        "≈": "~",
        "·": "*",
        "²": "^2",
        "…": "...",
        "⌊": "floor(",
        "⌋": ")",
        "⌈": "ceil(",
        "⌉": ")",
        "■": "#",
        "○": "o",
        "└": "+",
        "┘": "+",
        "┴": "+",
        "│": "|",
    }
)


def is_terminal() -> bool:
    """Whether standard output is drawn on; FORCE_COLOR says yes where nobody else would."""
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def write(text: str) -> None:
    """Write to standard output."""
    sys.stdout.write(_encodable(text, sys.stdout.encoding or "utf-8"))


def write_bytes(data: bytes) -> None:
    """Write a file's content to standard output as it is, whatever the encoding there."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


class Output:
    """Standard output for those who want a file."""

    def write(self, text: str) -> None:
        """Write to standard output."""
        write(text)


def accept_any_character() -> None:
    """Let standard output escape what its encoding lacks, for those who write to it themselves."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def write_error(line: str) -> None:
    """Write a line to standard error, whatever characters are in it."""
    encoding = sys.stderr.encoding or "utf-8"
    sys.stderr.write(_encodable(printable(line), encoding) + "\n")
    sys.stderr.flush()


def _encodable(text: str, encoding: str) -> str:
    if _takes_everything(encoding):
        return text
    plainer = text.translate(_PLAINER)
    return plainer.encode(encoding, "backslashreplace").decode(encoding)


@cache
def _takes_everything(encoding: str) -> bool:
    return encoding.lower().replace("-", "").startswith("utf")

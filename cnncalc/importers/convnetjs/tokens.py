"""The tokens of a script, as far as object literals need them."""

from __future__ import annotations

import re
from typing import NamedTuple

from cnncalc.errors import Diagnostic, SpecError
from cnncalc.importers.json_text import shown

MAX_BYTES = 2**20
_LONGEST_NUMBER = 40
_TOKEN = re.compile(
    r"""(?P<space> \s+ | //[^\n]* | /\*(?s:.*?)\*/ )
      | (?P<number> (?: \d+\.?\d* | \.\d+ ) (?: [eE][+-]?\d+ )? (?![\w$]) )
      | (?P<string> "(?: [^"\\\n] | \\[^\n] )*" | '(?: [^'\\\n] | \\[^\n] )*' )
      | (?P<word> [A-Za-z_$][\w$]* )
      | (?P<sign> . )""",
    re.VERBOSE | re.ASCII,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


class Token(NamedTuple):
    """A number, a string, a word or a sign.

    Attributes:
        kind: Which of these.
        text: What is written.
        value: What a number or a string means; None for the others.
        line: Its line, from 1.
        column: Its column, from 1.
    """

    kind: str
    text: str
    value: float | str | None
    line: int
    column: int

    def __str__(self) -> str:
        return shown(self.text)


def tokens(data: bytes, name: str) -> list[Token]:
    """The tokens of a script, without spaces and comments; what is none of ours is a sign.

    Raises:
        SpecError: It is too large or not UTF-8.
    """
    if len(data) > MAX_BYTES:
        message = f"a script of {len(data):,} bytes; at most {MAX_BYTES // 2**20} MiB are read"
        raise SpecError(Diagnostic(message, source=name))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"not UTF-8: byte 0x{data[error.start]:02x} at position {error.start}"
        raise SpecError(Diagnostic(message, source=name)) from None
    found = []
    place, line, line_start = 0, 1, 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        assert match is not None  # any character is a sign
        kind, written = match.lastgroup or "", match[0]
        if kind != "space":
            column = place - line_start + 1
            found.append(Token(kind, written, _meaning(kind, written), line, column))
        place = match.end()
        if newlines := written.count("\n"):
            line, line_start = line + newlines, place - len(written) + written.rfind("\n") + 1
    return found


def _meaning(kind: str, text: str) -> float | str | None:
    match kind:
        case "number" if len(text) > _LONGEST_NUMBER:
            return float(text)
        case "number":
            return int(text) if text.isdigit() else float(text)
        case "string":
            return _ESCAPE.sub(_unescaped, text[1:-1])
        case _:
            return None


def _unescaped(escape: re.Match[str]) -> str:
    char = escape[1]
    return chr(int(char[1:], 16)) if len(char) > 1 else _ESCAPED.get(char, char)

"""Files and bytes into text that YAML allows."""

from __future__ import annotations

import re
import sys
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from cnncalc.errors import Diagnostic, SpecError
from cnncalc.source.limits import MAX_BYTES
from cnncalc.source.printable import printable
from cnncalc.source.text import Source

TOO_LARGE = f"larger than {MAX_BYTES // 2**20} MiB; use `repeat` and blocks to write less"
EMPTY = "the document is empty; a spec has at least `input:` and `layers:`"

# The `c-printable` characters of YAML 1.2 without the byte order mark, which nobody sees.
_ALLOWED = re.compile(
    "[\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*+"
)
_REASONS = {
    FileNotFoundError: "there is no such file; check the path",
    IsADirectoryError: "this is a directory; give the path of a YAML file",
    PermissionError: "no permission to read this file; change its mode or its owner",
}


def read(path: str) -> Source:
    """Read a spec from a file, or from standard input if the path is `-`.

    Raises:
        SpecError: It cannot be opened, is too large, empty, not UTF-8, or has forbidden characters.
    """
    return decode(read_bytes(path), display_name(path))


def display_name(path: str) -> str:
    """What messages call a path."""
    return "<stdin>" if path == "-" else printable(path)


def read_bytes(path: str) -> bytes:
    """The bytes of a file, or of standard input if the path is `-`.

    Never takes more than one byte over the limit of a spec, so `/dev/zero` and endless pipes are
    safe; a model of another program may well have more.

    Raises:
        SpecError: It cannot be opened.
    """
    name = display_name(path)
    try:
        return _bytes(path)
    except OSError as error:
        reason = (
            _REASONS.get(type(error))
            or f"cannot be read ({error.strerror or error}); check the file"
        )
        raise SpecError(Diagnostic(reason, source=name)) from None
    except ValueError:
        raise SpecError(Diagnostic("this is not a possible path; check it", source=name)) from None


def decode(data: bytes, name: str) -> Source:
    """Turn the bytes of a spec into text.

    Raises:
        SpecError: They are too many, none, not UTF-8, or encode characters that YAML forbids.
    """
    if len(data) > MAX_BYTES:
        raise SpecError(Diagnostic(TOO_LARGE, 1, 1, name))
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) or data[:4].count(0) in (2, 3):
        raise SpecError(Diagnostic("encoded as UTF-16 or UTF-32; save it as UTF-8", 1, 1, name))
    data = data.removeprefix(BOM_UTF8)
    try:
        source = Source(name, data.decode())
    except UnicodeDecodeError as error:
        readable = Source(name, data[: error.start].decode())
        byte = data[error.start]
        raise readable.error(
            error.start, f"byte 0x{byte:02x} is not UTF-8; save the file as UTF-8"
        ) from None
    check_text(source)
    return source


def check_text(source: Source) -> None:
    """Refuse a text that no YAML document can have.

    Raises:
        SpecError: It is too long, blank, or has a character that YAML forbids.
    """
    text = source.text
    if len(text) > MAX_BYTES:
        raise source.error(0, TOO_LARGE)
    if not text or text.isspace():
        raise source.error(0, EMPTY)
    allowed = _ALLOWED.match(text)
    if allowed and allowed.end() < len(text):
        char = text[allowed.end()]
        kind = "lone surrogate" if "\ud800" <= char <= "\udfff" else "character"
        raise source.error(
            allowed.end(),
            f"{kind} U+{ord(char):04X} is not allowed in YAML; remove it, or escape it in quotes",
        )


def _bytes(path: str) -> bytes:
    if path == "-":
        if sys.stdin is None:
            raise OSError("standard input is closed")
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with open(path, "rb") as file:
        return file.read(MAX_BYTES + 1)

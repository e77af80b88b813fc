"""JSON from strangers: strict, and bounded in what it may take."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from cnncalc.errors import Diagnostic, SpecError
from cnncalc.source.printable import printable

LARGEST_TEXT = 64 * 2**20
# What a byte of text may grow to differs: `[],` takes 64 bytes, a number of a list 32.
_MOST = {b"[": 2_000_000, b"{": 2_000_000, b":": 4_000_000, b",": 16_000_000}
_WHAT = {b"[": "lists", b"{": "objects", b":": "keys", b",": "values"}
_LONGEST_NUMBER = 1000
_LONGEST_SHOWN = 60


class _Refused(ValueError):
    """Why a text is refused, from inside the parser."""


def parse_json(data: bytes, name: str) -> object:
    """The value that a JSON text says.

    `Infinity` is read, as Keras writes it for a padding; who uses a number says whether it may be
    infinite.

    Args:
        data: The text, in UTF-8.
        name: What messages call it.

    Raises:
        SpecError: It is no JSON, repeats a key, holds NaN, or exceeds a limit: 64 MiB, 2 million
            lists and objects, 4 million keys, 16 million values, the depth that Python can follow.
    """
    _check_size(data, name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _refuse(name, f"not UTF-8: byte 0x{data[error.start]:02x} at position {error.start}")
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer
        )
    except json.JSONDecodeError as error:
        message = f"not valid JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise SpecError(Diagnostic(message, error.lineno, error.colno, name)) from None
    except _Refused as error:
        _refuse(name, str(error))
    except RecursionError:
        _refuse(name, "lists and objects are nested too deeply")


def _check_size(data: bytes, name: str) -> None:
    if len(data) > LARGEST_TEXT:
        limit = f"more than the {LARGEST_TEXT // 2**20} MiB that are read"
        _refuse(name, f"the JSON has {len(data):,} bytes, {limit}")
    for sign, most in _MOST.items():
        if len(data) > most and data.count(sign) > most:
            _refuse(name, f"the JSON has over {most:,} {_WHAT[sign]}, more than are read")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _Refused(f"an object has the key {shown(twice)} twice; which one counts is unclear")
    return found


def _constant(word: str) -> float:
    if word == "NaN":
        raise _Refused("the value NaN is no number that a network can have")
    return float(word)


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise _Refused(f"a number has {len(digits):,} digits; {_LONGEST_NUMBER:,} are read")
    return int(digits)


def shown(value: object) -> str:
    """A value from a file, in one short line that is safe to print."""
    text = repr(value) if isinstance(value, (str, int, float, type(None))) else _kind(value)
    text = text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"
    return printable(text)


def _kind(value: object) -> str:
    return "an object" if isinstance(value, dict) else "a list"


def _refuse(name: str, message: str) -> NoReturn:
    raise SpecError(Diagnostic(message, source=name))

"""What a scalar means: the YAML 1.2 core schema, with limits on numbers.

Reference:
    YAML 1.2.2, section 10.3.2, https://yaml.org/spec/1.2.2/#1032-tag-resolution
"""

from __future__ import annotations

import re

from cnncalc.source.limits import MAX_NUMBER
from cnncalc.source.tree import Value

MAX_DIGITS = 64  # Python refuses to read integers of more than 4300
MAX_EXPONENT = 99
BEYOND = "beyond the limit of ±10^15; write a smaller one"
LONE_SURROGATE = "a lone surrogate is no character; write the character itself"

_LARGEST = float(MAX_NUMBER)  # exactly, and floats take long to compare with large integers

_WORDS: dict[str, Value] = (
    dict.fromkeys(("", "~", "null", "Null", "NULL"))
    | dict.fromkeys(("true", "True", "TRUE"), True)
    | dict.fromkeys(("false", "False", "FALSE"), False)
)
_NUMBER_STARTS = frozenset("+-.0123456789")
_NUMBER = re.compile(
    r"(?P<integer>[-+]?[0-9]++)"
    r"|(?P<decimal>[-+]?(?:\.[0-9]++|[0-9]++(?:\.[0-9]*+)?)(?:[eE](?P<exponent>[-+]?[0-9]++))?)"
    r"|(?P<octal_or_hex>0o[0-7]++|0x[0-9a-fA-F]++)"
    r"|(?P<no_number>[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def resolve(text: str) -> Value:
    """The value of a plain scalar.

    Raises:
        ValueError: It is a number that no spec has a use for; the message says why.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMBER_STARTS:
        return _number(text)
    return text


def has_surrogate(text: str) -> bool:
    """Whether a text holds half a character, which no file can."""
    return not text.isascii() and _SURROGATE.search(text) is not None


def _number(text: str) -> int | float | str:
    """A number, or the text itself if it only starts like one, as `3x3` does."""
    if len(text) <= 15 and text.isdecimal() and text.isascii():
        return int(text)  # nearly all of them
    match = _NUMBER.fullmatch(text)
    if match is None:
        return text
    kind = match.lastgroup
    if kind == "no_number":
        raise ValueError(f"{text} is not a number that a spec can use; write a finite one")
    if len(text) > MAX_DIGITS:
        raise ValueError(
            f"a number of {len(text)} characters; the limit is {MAX_DIGITS}, write it shorter"
        )
    if match["exponent"] and abs(int(match["exponent"])) > MAX_EXPONENT:
        raise ValueError(
            f"the exponent of {text} is beyond ±{MAX_EXPONENT}; write a number in reach"
        )
    number: int | float
    if kind == "decimal":
        number = float(text)
    else:
        number = int(text, 10 if kind == "integer" else 0)
    if abs(number) > _LARGEST:
        raise ValueError(f"the number {text} is {BEYOND}")
    return number

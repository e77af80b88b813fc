"""What a scalar means: the YAML 1.2 core schema, with limits on numbers.

Reference:
    YAML 1.2.2, section 10.3.2, https://yaml.org/spec/1.2.2/#1032-tag-resolution
"""

from __future__ import annotations

import re
from functools import lru_cache

from cnncalc.source.limits import MAX_NUMBER
from cnncalc.source.tree import Value

MAX_DIGITS = 64  # Python refuses to read integers of more than 4300
MAX_EXPONENT = 99
BEYOND = "beyond the limit of ±10^15; write a smaller one"
LONE_SURROGATE = "a lone surrogate is no character; write the character itself"

_WORDS: dict[str, Value] = (
    dict.fromkeys(("", "~", "null", "Null", "NULL"))
    | dict.fromkeys(("true", "True", "TRUE"), True)
    | dict.fromkeys(("false", "False", "FALSE"), False)
)
_NUMBER_STARTS = frozenset("+-.0123456789")
_INTEGER = re.compile(r"[-+]?[0-9]++")
_OCTAL_OR_HEX = re.compile(r"0o[0-7]++|0x[0-9a-fA-F]++")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]++|[0-9]++(?:\.[0-9]*+)?)(?:[eE]([-+]?[0-9]++))?")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_A_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


# Specs repeat `filters` and `3` thousands of times: the cache saves time, and memory by sharing.
@lru_cache(maxsize=4096)
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
    decimal = _DECIMAL.fullmatch(text)
    if decimal is None and not _OCTAL_OR_HEX.fullmatch(text):
        if _NOT_A_NUMBER.fullmatch(text):
            raise ValueError(f"{text} is not a number that a spec can use; write a finite one")
        return text
    if len(text) > MAX_DIGITS:
        raise ValueError(
            f"a number of {len(text)} characters; the limit is {MAX_DIGITS}, write it shorter"
        )
    if decimal and decimal[1] and abs(int(decimal[1])) > MAX_EXPONENT:
        raise ValueError(
            f"the exponent of {text} is beyond ±{MAX_EXPONENT}; write a number in reach"
        )
    number: int | float
    if decimal is None:
        number = int(text, 0)
    elif _INTEGER.fullmatch(text):
        number = int(text)
    else:
        number = float(text)
    if abs(number) > MAX_NUMBER:
        raise ValueError(f"the number {text} is {BEYOND}")
    return number

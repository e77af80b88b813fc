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
_FEW_DIGITS = 15  # as many as stay within the limit of numbers
BEYOND = "beyond the limit of ±10^15; write a smaller one"
LONE_SURROGATE = "a lone surrogate is no character; write the character itself"

_LARGEST = float(MAX_NUMBER)  # exactly, and floats take long to compare with large integers

_WORDS: dict[str, Value] = (
    dict.fromkeys(("", "~", "null", "Null", "NULL"))
    | dict.fromkeys(("true", "True", "TRUE"), True)
    | dict.fromkeys(("false", "False", "FALSE"), False)
)
_NUMBER_STARTS = frozenset("+-.0123456789")
_NUMBER = re.compile(  # an integer matches without any group
    r"[-+]?(?:[0-9]++(\.[0-9]*+)?+|(\.[0-9]++))"
    r"(?:([eE][-+]?[0-9]{1,2}(?![0-9]))|([eE][-+]?[0-9]++))?+"
)
_LONG_EXPONENT = 4
_OTHER = re.compile(
    r"(?P<octal_or_hex>0o[0-7]++|0x[0-9a-fA-F]++)"
    r"|(?P<no_number>[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def resolve(text: str) -> Value:
    """The value of a plain scalar.

    Raises:
        ValueError: It is a number that no spec has a use for; the message says why.
    """
    sign = text[:1]
    if sign not in _NUMBER_STARTS:
        return _WORDS.get(text, text)
    if len(text) <= _FEW_DIGITS and text.isascii():  # nearly all of them, without a pattern
        digits = text[1:] if sign in "+-" else text
        if digits.isdecimal():
            return int(text)
        if digits.replace(".", "", 1).isdecimal():
            return float(text)
    match = _NUMBER.fullmatch(text)
    if match is None:
        return _other(text)
    if len(text) > MAX_DIGITS:
        raise _too_long(text)
    kind = match.lastindex
    if kind is None:
        number: float = int(text)
    elif kind == _LONG_EXPONENT and abs(int(match[_LONG_EXPONENT][1:])) > MAX_EXPONENT:
        raise ValueError(
            f"the exponent of {text} is beyond ±{MAX_EXPONENT}; write a number in reach"
        )
    else:
        number = float(text)
    if -_LARGEST <= number <= _LARGEST:
        return number
    raise _beyond(text)


def has_surrogate(text: str) -> bool:
    """Whether a text holds half a character, which no file can."""
    return not text.isascii() and _SURROGATE.search(text) is not None


def _other(text: str) -> int | str:
    """A number that is not decimal, or the text itself if it only starts like one: `3x3`."""
    match = _OTHER.fullmatch(text)
    if match is None:
        return text
    if match.lastgroup == "no_number":
        raise ValueError(f"{text} is not a number that a spec can use; write a finite one")
    if len(text) > MAX_DIGITS:
        raise _too_long(text)
    number = int(text, 0)
    if number > MAX_NUMBER:
        raise _beyond(text)
    return number


def _too_long(text: str) -> ValueError:
    return ValueError(
        f"a number of {len(text)} characters; the limit is {MAX_DIGITS}, write it shorter"
    )


def _beyond(text: str) -> ValueError:
    return ValueError(f"the number {text} is {BEYOND}")

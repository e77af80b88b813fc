"""Whatever cannot be read is refused with the hostile input itself, and with its place."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import repeat

import pytest
import yaml

import cnncalc.source.parser
from cnncalc.errors import SpecError
from cnncalc.source import Source, decode, parse

MIB = 2**20

# Each document, the place of its fault, and what the message has to name.
REFUSED = {
    "python tag": ("a: !!python/object/apply:os.system ['ls']", (1, 4), "tags (!)"),
    "own tag": ("a:\n  - !foo x\n", (2, 5), "tags (!)"),
    "tag on nothing": ("a: !!str\n", (1, 4), "tags (!)"),
    "non-specific tag": ("a: ! x\n", (1, 4), "tags (!)"),
    "verbatim tag": ("a: !<tag:x,2000:y> [1]\n", (1, 4), "tags (!)"),
    "tag on a list": ("a: ! [1]\n", (1, 4), "tags (!)"),
    "undefined tag handle": ("a: !e!x 1\n", (1, 4), "tags (!)"),
    "anchor": ("a: &here 1\n", (1, 4), "anchors are not allowed ('here')"),
    "anchor on a map": ("a: &here\n  b: 1\n", (1, 4), "anchors are not allowed ('here')"),
    "alias": ("a: 1\nb: *here\n", (2, 4), "aliases are not allowed ('here')"),
    "alias as key": ("*here : 1\n", (1, 1), "aliases are not allowed ('here')"),
    "merge key": ("a:\n  <<: {b: 1}\n", (2, 3), "merge keys"),
    "duplicate key": ("a: 1\nb: 2\n'a': 3\n", (3, 1), "duplicate key 'a': it is on line 1, column 1"),
    "duplicate key in a flow map": ("x: {a: 1, b: 2, a: 3}", (1, 17), "on line 1, column 5"),
    "integer key": ("a: 1\n1: 2\n", (2, 1), "the key 1 is not a string; quote it: '1'"),
    "bool key": ("true: 2\n", (1, 1), "quote it: 'true'"),
    "null key": ("a: {~: 2}\n", (1, 5), "quote it: '~'"),
    "decimal key": ("1e-3: 2\n", (1, 1), "quote it: '1e-3'"),
    "missing key": ("{? : 2}\n", (1, 4), "a key is missing here"),
    "list as key": ("? [a, b]\n: 1\n", (1, 3), "a list cannot be a key"),
    "map as key": ("{{a: 1}: 1}\n", (1, 2), "a map cannot be a key"),
    "second document": ("a: 1\n---\nb: 1\n", (2, 1), "a second document starts here"),
    "second document after an end": ("a: 1\n...\n---\nb: 1\n", (3, 1), "a second document"),
    "empty second document": ("---\na: 1\n---\n", (3, 1), "a second document starts here"),
    "YAML 1.1": ("# c\n%YAML 1.1\n---\na: no\n", (2, 1), "read as YAML 1.2"),
    "YAML 1.3": ("%YAML 1.3\n---\na: no\n", (1, 1), "read as YAML 1.2"),
    "tag directive": ("# c\n%TAG ! x:\n---\na: 1\n", (2, 1), "%TAG directives"),
    "unknown directive": ("%FOO x\n---\na: 1\n", (1, 5), "remove the line that starts with %"),
    "infinity": ("a: .inf\n", (1, 4), ".inf is not a number that a spec can use"),
    "minus infinity": ("a: -.INF\n", (1, 4), "-.INF is not a number"),
    "not a number": ("a: [1, .nan]\n", (1, 8), ".nan is not a number"),
    "large number": ("a: 1000000000000001\n", (1, 4), "±10^15"),
    "large negative number": ("a: -1e16\n", (1, 4), "±10^15"),
    "large hexadecimal number": ("a: 0xfffffffffffff\n", (1, 4), "±10^15"),
    "200 digits": (f"a: {'9' * 200}\n", (1, 4), "a number of 200 characters"),
    "5000 digits": (f"a: {'9' * 5000}\n", (1, 4), "a number of 5000 characters"),
    "5000 decimals": (f"a: 0.{'9' * 5000}\n", (1, 4), "a number of 5002 characters"),
    "tiny exponent": ("a: 1e-999999999\n", (1, 4), "the exponent of 1e-999999999"),
    "huge exponent": ("a: 0e+999999999\n", (1, 4), "the exponent of 0e+999999999"),
    "empty": ("", (1, 1), "the document is empty"),
    "blank": (" \n\n", (1, 1), "the document is empty"),
    "only a comment": ("# nothing\n", (1, 1), "the document is empty"),
    "only a marker": ("---\n# nothing\n", (1, 1), "the document is empty"),
    "NUL": ("a: b\n\0", (2, 1), "U+0000"),
    "escape character": ("a: \x1b[31m\n", (1, 4), "U+001B"),
    "C1 control": ("a: \x9b31m\n", (1, 4), "U+009B"),
    "byte order mark inside": ("a: 1\nb: \ufeff1\n", (2, 4), "U+FEFF"),
    "noncharacter": ("a: \uffff\n", (1, 4), "U+FFFF"),
    "lone surrogate": ("a: \ud800\n", (1, 4), "lone surrogate U+D800"),
    "escaped surrogate": ('a: "\\ud800"\n', (1, 4), "escape"),
    "impossible escape": ('a: "\\UFFFFFFFF"\n', (1, 4), "escape"),
    "unknown escape": ('a: "\\d"\n', (1, 4), r"write a backslash as \\"),
    "tab as indentation": ("a:\n\tb: 1\n", (2, 1), "indent with spaces, not tabs"),
    "reserved character": ("a: @b\n", (1, 4), "quote a text that starts with this character"),
    "two colons": ("a: b: c\n", (1, 5), "quote a text with ': '"),
    "open bracket": ("a: 1\nb: [1, 2\n\n\n", (2, 9), "missing comma or closing bracket"),
    "open quote": ("a: 'b\n", (1, 6), "close the quote"),
    "wrong indentation": ("a:\n    b: 1\n  c: 1\n", (3, 3), "that starts on line 1"),
    "65 brackets": ("[" * 65 + "]" * 65, (1, 65), "nested deeper than 64"),
    "65 dashes": ("- " * 65, (1, 129), "nested deeper than 64"),
}

# Where the pure parser sees the same fault in another place.
PURE_PLACES = {
    "unknown directive": (1, 1),
}


@pytest.fixture(params=["libyaml", "pure"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    name: str = request.param
    if name == "pure":
        monkeypatch.setattr(cnncalc.source.parser, "Parser", yaml.SafeLoader)
    return name
...

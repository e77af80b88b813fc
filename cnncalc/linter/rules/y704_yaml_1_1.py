"""Y704: a scalar that other YAML readers take for something else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import ClassVar, NamedTuple

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix, ReplaceText
from cnncalc.linter.rule import Report, Rule
from cnncalc.source import Mapping, Node, Scalar, Sequence
from cnncalc.source.tree import Value
from cnncalc.spec.problems import MOST_PROBLEMS

_BOOLEANS = {
    spelling: value
    for word, value in {"yes": "true", "on": "true", "no": "false", "off": "false"}.items()
    for spelling in (word, word.capitalize(), word.upper())
}
_OCTAL = re.compile(r"([-+]?)0(_*[0-7][0-7_]*)")
_BINARY = re.compile(r"([-+]?)0b(_*[01][01_]*)")
_HEXADECIMAL = re.compile(r"([-+]?)0x(_*[0-9a-fA-F][0-9a-fA-F_]*)")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9_]*)")
_FLOAT = re.compile(r"[-+]?(?:[0-9][0-9_]*+\.[0-9_]*+|\.[0-9][0-9_]*+)(?:[eE][-+][0-9]++)?")
# An integer in base 60 does not start with 0; the last group is only in decimals.
_BASE_60 = re.compile(r"([-+]?)(?!0[^.]*\Z)([0-9][0-9_]*(?::[0-5]?[0-9])+)(\.[0-9_]*)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9].*)?")
_NO_TEXT = re.compile(
    "|".join(
        pattern.pattern
        for pattern in (_OCTAL, _BINARY, _HEXADECIMAL, _DECIMAL, _FLOAT, _BASE_60, _DATE)
    )
)
_EXPONENT = re.compile(r"([-+]?[0-9.]+)([eE])([-+]?)([0-9]+)")
_SMALL = re.compile(r"[0-9]++(?:\.[0-9]*+)?[eE]-[0-9]++")  # 1e-5: not worth a word
_INT_IN_BOTH = re.compile(r"[-+]?(?:0*[0-7]|[1-9][0-9]*|0x[0-9a-fA-F]+)")
_FLOAT_IN_BOTH = re.compile(f"{_FLOAT.pattern}|{_SMALL.pattern}")
_STARTS = frozenset("+-.0123456789")
_MOST = 64  # characters of a scalar that is a number or a date
_MOST_KNOWN = 4096  # texts that are remembered as harmless


class Yaml11(Rule):
    """A value means something else to readers of YAML 1.1.

    What it does:
        Finds values and keys without quotes that YAML 1.1 reads in another way than YAML 1.2, which
        specs are written in: `no` (false), `010` (8), `0o17` (a text), `1:30` (90), `1_000` (1000),
        `2024-05-01` (a date), `1e3` (a text).

    Why it matters:
        PyYAML, Ruby and many others still read YAML 1.1. A script that reads the spec with one of
        them sees another network, without a warning.

    Bad:
        ```yaml
        name: no
        input: 784
        layers:
          - dense: {units: 64, activation: relu}
          - dense: 10
        ```

    Good:
        ```yaml
        name: 'no'
        input: 784
        layers:
          - dense: {units: 64, activation: relu}
          - dense: 10
        ```

    When to ignore it:
        When cnncalc alone reads the file. `1e-5`, which YAML 1.1 takes for a text, too, is not
        reported: everybody writes small numbers so, and a number for an epsilon is hard to mistake.

    References:
        YAML 1.1, types bool, int, float and timestamp (yaml.org/type); YAML 1.2.2, section 10.3.
    """

    code: ClassVar[str] = "Y704"
    name: ClassVar[str] = "yaml-1.1"
    severity: ClassVar[Severity] = "warning"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per scalar, of the first 1000."""
        return islice(self._doubtful(facts), MOST_PROBLEMS)

    def _doubtful(self, facts: NetworkFacts) -> Iterator[Report]:
        network = facts.network
        if network.source is None:
            return
        problems = network.problems
        for scalar, written in _suspects(network.document.root, network.source.text):
            reading = _read(written)
            if reading is None or reading.value == scalar.value:
                continue
            plain = _plainly(written, scalar.value)
            is_wrong = any(scalar.start <= problem.span.start < scalar.end for problem in problems)
            if is_wrong and isinstance(reading.value, int):
                plain = str(reading.value)  # a text is wrong here: the number was meant
            fix = Fix(f"write {plain}", (ReplaceText(scalar.span, plain),), is_safe=not is_wrong)
            yield Report(
                f"YAML 1.1 takes {written} for {reading.told}, not for {_told(scalar.value)}",
                help=f"write {plain}",
                span=scalar.span,
                fixes=(fix,),
            )


class _Reading(NamedTuple):
    """What YAML 1.1 reads, and that in words."""

    value: object
    told: str


def _suspects(root: Mapping, text: str) -> Iterator[tuple[Scalar, str]]:
    """Plain scalars that may be read in two ways, and how they are written."""
    stack: list[Node] = []
    for key, node in root.entries:
        if not str(key.value).startswith("x-"):  # those are nobody else's business
            stack.append(node)
    harmless: set[str] = set()
    while stack:
        node = stack.pop()
        if isinstance(node, Scalar):  # there may be a million
            value = node.value
            if type(value) is int:
                if node.length == 1:
                    continue
            elif type(value) is str:
                if value[:1] not in _STARTS and value not in _BOOLEANS:
                    continue
            elif type(value) is not float:
                continue
            written = text[node.start : node.start + node.length]
            if written in harmless or not node.plain or node.length > _MOST:
                continue
            if _is_suspect(value, written):
                yield node, written
            elif len(harmless) < _MOST_KNOWN:
                harmless.add(written)
        elif isinstance(node, Sequence):
            stack += node.items
        else:
            for entry in node.entries:
                stack += entry


def _is_suspect(value: Value, written: str) -> bool:
    """Whether it is worth a second look: nearly none is."""
    if type(value) is int:
        return _INT_IN_BOTH.fullmatch(written) is None
    if type(value) is float:
        return _FLOAT_IN_BOTH.fullmatch(written) is None
    return written in _BOOLEANS or _NO_TEXT.fullmatch(written) is not None


def _read(text: str) -> _Reading | None:
    """How YAML 1.1 reads a plain scalar; None for an empty one."""
    if text in _BOOLEANS:
        return _Reading(_BOOLEANS[text] == "true", _BOOLEANS[text])
    for pattern, base, name in (
        (_OCTAL, 8, "octal"),
        (_BINARY, 2, "binary"),
        (_HEXADECIMAL, 16, "hexadecimal"),
    ):
        match = pattern.fullmatch(text)
        if match:
            number = int(match[1] + match[2].replace("_", ""), base)
            return _Reading(number, f"{number} ({name})")
    if _DECIMAL.fullmatch(text):
        number = int(text.replace("_", ""))
        return _Reading(number, str(number))
    if _FLOAT.fullmatch(text):
        value = float(text.replace("_", ""))
        return _Reading(value, f"{value:g}")
    match = _BASE_60.fullmatch(text)
    if match:
        seconds = 0
        for part in match[2].replace("_", "").split(":"):
            seconds = 60 * seconds + int(part)
        exact = match[3] is None
        signed = -seconds if match[1] == "-" else seconds
        return _Reading(signed if exact else float(signed), f"{signed} (base 60)")
    if _DATE.fullmatch(text):
        return _Reading(None, "a date")
    return _Reading(text, "a text") if text else None


def _plainly(text: str, value: Value) -> str:
    """The value in a spelling that all readers take for the same."""
    if isinstance(value, str):
        return f"'{text}'"
    if isinstance(value, int):
        return str(value)
    match = _EXPONENT.fullmatch(text)
    if match is None:
        return repr(value)
    mantissa, e, sign, exponent = match.groups()
    if "." not in mantissa:
        mantissa += ".0"
    return f"{mantissa}{e}{sign or '+'}{exponent}"


def _told(value: Value) -> str:
    return "a text" if isinstance(value, str) else f"the number {value}"

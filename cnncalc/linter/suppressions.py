"""Comments that switch rules off: on a line, or in the whole file.

`# cnncalc: ignore[S102]` silences a rule on its line, `# cnncalc: file-ignore[S102, S103]` rules in
the whole file. One that silences nothing is a finding itself.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from cnncalc.linter.engine import CRASH
from cnncalc.linter.finding import Finding
from cnncalc.linter.fixes import Edit, ResolvedFix
from cnncalc.source import Mapping, Node, Scalar, Sequence, Source, Span

UNUSED = "Y703"
_COMMENT = re.compile(r"#[ \t]*cnncalc:[ \t]*(file-)?ignore(?:\[([^\]\r\n]*)\])?[^\r\n]*")
_CODE = re.compile(r"[^,\s]+")
_MOST = 100_000  # comments that are looked at: a network has no more layers
_MOST_CODES = 1000  # that one comment can name: there are fewer rules
_MOST_UNUSED = 1000  # as with problems: nobody reads more


class Suppression(NamedTuple):
    """One comment.

    Attributes:
        span: The whole comment, from its `#` on.
        line: The line it stands on.
        whole_file: Whether it holds for the file.
        codes: The codes that it names, each with its place.
    """

    span: Span
    line: int
    whole_file: bool
    codes: tuple[tuple[str, Span], ...]


def find(source: Source, root: Node) -> list[Suppression]:
    """The suppressions of a text, in order; what looks like one inside a scalar is none."""
    candidates = islice(_COMMENT.finditer(source.text), _MOST)
    matches = [match for match in candidates if _begins_comment(source.text, match.start())]
    if not matches:
        return []
    inside = _scalars_at([match.start() for match in matches], root)
    found = []
    line, counted = 1, 0
    for match in matches:
        line += source.text.count("\n", counted, match.start())
        counted = match.start()
        if match.start() in inside:
            continue
        codes = () if match[2] is None else _codes(match[2], match.start(2))
        found.append(Suppression(Span(*match.span()), line, bool(match[1]), codes))
    return found


def _begins_comment(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] in " \t\n\r"


def _codes(text: str, offset: int) -> tuple[tuple[str, Span], ...]:
    return tuple(
        (match[0], Span(offset + match.start(), offset + match.end()))
        for match in islice(_CODE.finditer(text), _MOST_CODES)
    )


def _scalars_at(offsets: list[int], root: Node) -> set[int]:
    """Those offsets, of some in ascending order, that lie inside a scalar."""
    inside: set[int] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        match node:
            case Scalar():
                first = bisect_left(offsets, node.start)
                inside.update(offsets[first : bisect_left(offsets, node.end, first)])
            case Sequence(items):
                stack.extend(items)
            case Mapping(entries):
                stack.extend(part for entry in entries for part in entry)
    return inside


class Outcome(NamedTuple):
    """Findings that are left, and the codes of suppressions that silenced nothing."""

    kept: list[Finding]
    unused: list[tuple[Suppression, int | None]]


def apply(findings: list[Finding], suppressions: list[Suppression]) -> Outcome:
    """Silence what is suppressed; an unused suppression has the index of the code, or None."""
    if not suppressions:
        return Outcome(findings, [])
    covering = _by_code_and_line(suppressions)
    kept = []
    used: set[tuple[int, int]] = set()
    for finding in findings:
        of_line = covering.get((finding.code, finding.line), ())
        of_file = covering.get((finding.code, None), ())
        if finding.code == CRASH or not (of_line or of_file):  # nobody shall miss a failed rule
            kept.append(finding)
        else:
            used.update(of_line, of_file)
    return Outcome(kept, list(islice(_unused(suppressions, used), _MOST_UNUSED)))


def _by_code_and_line(
    suppressions: list[Suppression],
) -> dict[tuple[str, int | None], list[tuple[int, int]]]:
    """Which code of which suppression silences a rule on a line; None is the whole file."""
    found = defaultdict(list)
    for s, suppression in enumerate(suppressions):
        line = None if suppression.whole_file else suppression.line
        for c, (code, _) in enumerate(suppression.codes):
            found[code, line].append((s, c))
    return found


def _unused(
    suppressions: list[Suppression], used: set[tuple[int, int]]
) -> Iterator[tuple[Suppression, int | None]]:
    for s, suppression in enumerate(suppressions):
        if not suppression.codes:
            yield suppression, None
        for c in range(len(suppression.codes)):
            if (s, c) not in used:
                yield suppression, c


def removal(suppression: Suppression, index: int | None, source: Source) -> ResolvedFix:
    """The fix that takes an unused code, or with the last one the whole comment, out."""
    codes = suppression.codes
    if index is None or len(codes) == 1:
        return ResolvedFix("remove the comment", True, (Edit(_comment(suppression, source), ""),))
    if index:
        span = Span(codes[index - 1][1].end, codes[index][1].end)
    else:
        span = Span(codes[0][1].start, codes[1][1].start)
    return ResolvedFix(f"remove {codes[index][0]}", True, (Edit(span, ""),))


def _comment(suppression: Suppression, source: Source) -> Span:
    """The comment with the blanks before it, and with its line if nothing else is on it."""
    text = source.text
    start, end = suppression.span
    while start and text[start - 1] in " \t":
        start -= 1
    if start == 0 or text[start - 1] == "\n":
        end += text.startswith("\r\n", end)
        end += text.startswith("\n", end)
    return Span(start, end)

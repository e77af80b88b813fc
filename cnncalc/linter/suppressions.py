"""Comments that switch rules off: on a line, or in the whole file.

`# cnncalc: ignore[S102]` silences a rule on its line, `# cnncalc: file-ignore[S102, S103]` rules in
the whole file. One that silences nothing is a finding itself.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cnncalc.linter.engine import CRASH
from cnncalc.linter.finding import Finding
from cnncalc.linter.fixes import Edit, ResolvedFix
from cnncalc.source import Mapping, Node, Scalar, Sequence, Source, Span

UNUSED = "Y703"
_COMMENT = re.compile(r"#[ \t]*cnncalc:[ \t]*(file-)?ignore(?:\[([^\]\r\n]*)\])?[^\r\n]*")
_CODE = re.compile(r"[^,\s]+")


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

    def covers(self, finding: Finding, code: str) -> bool:
        """Whether it silences a finding by one of its codes."""
        if finding.code == CRASH:  # nobody shall miss that a rule failed
            return False
        return finding.code == code and (self.whole_file or finding.line == self.line)


def find(source: Source, root: Node) -> list[Suppression]:
    """The suppressions of a text, in order; what looks like one inside a scalar is none."""
    matches = [m for m in _COMMENT.finditer(source.text) if _begins_comment(source.text, m.start())]
    if not matches:
        return []
    inside = _scalars_at([match.start() for match in matches], root)
    found = []
    for match in matches:
        if match.start() in inside:
            continue
        line, _ = source.position(match.start())
        codes = () if match[2] is None else _codes(match[2], match.start(2))
        found.append(Suppression(Span(*match.span()), line, bool(match[1]), codes))
    return found


def _begins_comment(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] in " \t\n\r"


def _codes(text: str, offset: int) -> tuple[tuple[str, Span], ...]:
    return tuple(
        (match[0], Span(offset + match.start(), offset + match.end()))
        for match in _CODE.finditer(text)
    )


def _scalars_at(offsets: list[int], root: Node) -> set[int]:
    """Those offsets that lie inside a scalar."""
    inside: set[int] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        match node:
            case Scalar():
                inside.update(at for at in offsets if node.start <= at < node.end)
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
    kept = []
    used: set[tuple[int, int]] = set()
    for finding in findings:
        covering = [
            (s, c)
            for s, suppression in enumerate(suppressions)
            for c, (code, _) in enumerate(suppression.codes)
            if suppression.covers(finding, code)
        ]
        used.update(covering)
        if not covering:
            kept.append(finding)
    unused: list[tuple[Suppression, int | None]] = []
    for s, suppression in enumerate(suppressions):
        if not suppression.codes:
            unused.append((suppression, None))
        unused += [(suppression, c) for c in range(len(suppression.codes)) if (s, c) not in used]
    return Outcome(kept, unused)


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

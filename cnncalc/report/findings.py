"""Findings in words: in full with the line at fault, or one line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeAlias

from cnncalc.linter.finding import SEVERITIES, Finding, Severity
from cnncalc.source.printable import printable
from cnncalc.spec.network import Network

MARK = "[*]"  # behind the code of a finding that --fix would mend
_WORDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}


Marks: TypeAlias = Callable[[Finding], bool]  # whether a finding is marked as fixable


def no_marks(finding: Finding) -> bool:
    """Nothing can be fixed."""
    return False


def safe_marks(finding: Finding) -> bool:
    """Whether a finding has a safe fix."""
    return any(fix.is_safe for fix in finding.fixes)


def unsafe_marks(finding: Finding) -> bool:
    """Whether a finding has any fix."""
    return bool(finding.fixes)


class Shown(NamedTuple):
    """A finding, ready to be printed.

    Attributes:
        place: `arch.yaml:7:9`, or the network where there is no source.
        code: Code of the rule.
        message: What is wrong, and in which copies of a block.
        frame: The lines of the source frame, or none.
        help: The remedy, or None.
        severity: How bad it is.
        is_marked: Whether it is marked as fixable.
    """

    place: str
    code: str
    message: str
    frame: tuple[str, ...]
    help: str | None
    severity: Severity
    is_marked: bool = False

    @property
    def headline(self) -> str:
        """Place, code and message in one line."""
        mark = f" {MARK}" if self.is_marked else ""
        return f"{self.place}: {self.code}{mark} {self.message}"


def show(finding: Finding, network: Network, marks: Marks = no_marks) -> Shown:
    """Prepare a finding for printing.

    Args:
        finding: The finding.
        network: What it is about.
        marks: Whether to mark it as fixable.
    """
    frame: tuple[str, ...] = ()
    source = network.source
    if source is None or finding.line is None:
        place = printable(network.file or network.name or "network")
    else:
        place = f"{printable(source.name)}:{finding.line}:{finding.column}"
        if finding.span is not None:
            frame = tuple(source.frame(finding.span).splitlines())
    message = printable(finding.message) + _copies(finding)
    remedy = printable(finding.help) if finding.help else None
    return Shown(place, finding.code, message, frame, remedy, finding.severity, marks(finding))


def _copies(finding: Finding) -> str:
    """The copies of a block's layer that are concerned; a layer outside of blocks is its line."""
    if not finding.layers:
        return ""
    name = printable(finding.layers[0])
    more = len(finding.layers) - 1
    if more:
        return f" (in {name} and {more:,} more)"
    return f" (in {name})" if "." in name or finding.line is None else ""


def full(shown: Shown) -> Iterator[str]:
    """The lines of a finding in full."""
    yield shown.headline
    yield from shown.frame
    if shown.help:
        yield f"  = {shown.help}"


def summary(findings: Iterable[Finding]) -> str:
    """The last line of a report, `Found 2 errors, 1 warning.` for one.

    Example:
        >>> summary([])
        'No findings.'
    """
    counts = Counter(finding.severity for finding in findings)
    parts = [
        numbered(counts[severity], _WORDS[severity]) for severity in SEVERITIES if counts[severity]
    ]
    return f"Found {', '.join(parts)}." if parts else "No findings."


def numbered(count: int, word: str) -> str:
    """A count with its word in the singular or the plural.

    Example:
        >>> numbered(1, "finding"), numbered(1234, "finding")
        ('1 finding', '1,234 findings')
    """
    return f"{count:,} {word}{'s' * (count != 1)}"


def fixed_line(place: str, finding: Finding, title: str) -> str:
    """What was done about a finding, in one line."""
    at = "" if finding.line is None else f":{finding.line}:{finding.column}"
    return f"{printable(place)}{at}: {finding.code} {printable(title)}"


def fix_hint(findings: Iterable[Finding], *, unsafe: bool, fixed: bool) -> str | None:
    """What can be fixed, and with which options.

    Args:
        findings: The findings.
        unsafe: Whether the suggested fixes count as well.
        fixed: Whether what can be fixed has been: these are what is left.
    """
    found = list(findings)
    n_safe = sum(map(safe_marks, found))
    n_more = sum(map(unsafe_marks, found)) - n_safe
    if fixed:
        return f"{n_more:,} fixable with --unsafe-fixes." if n_more and not unsafe else None
    if unsafe and n_more:
        return f"{MARK} {n_safe + n_more:,} fixable with --fix --unsafe-fixes."
    if n_safe:
        more = f" ({n_more:,} more with --unsafe-fixes)" if n_more else ""
        return f"{MARK} {n_safe:,} fixable with --fix{more}."
    return f"{n_more:,} fixable with --fix --unsafe-fixes." if n_more else None

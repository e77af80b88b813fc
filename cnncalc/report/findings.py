"""Findings in words: in full with the line at fault, or one line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cnncalc.linter.finding import SEVERITIES, Finding, Severity
from cnncalc.source import Source
from cnncalc.source.printable import printable

_WORDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}


class Shown(NamedTuple):
    """A finding, ready to be printed.

    Attributes:
        place: `arch.yaml:7:9`, or the network where there is no source.
        code: Code of the rule.
        message: What is wrong, and in which copies of a block.
        frame: The lines of the source frame, or none.
        help: The remedy, or None.
        severity: How bad it is.
    """

    place: str
    code: str
    message: str
    frame: tuple[str, ...]
    help: str | None
    severity: Severity

    @property
    def headline(self) -> str:
        """Place, code and message in one line."""
        return f"{self.place}: {self.code} {self.message}"


def show(finding: Finding, source: Source | None, network: str | None) -> Shown:
    """Prepare a finding for printing.

    Args:
        finding: The finding.
        source: Text of the spec; None for a network that was built in Python.
        network: Name of the network, for a finding without a line.
    """
    frame: tuple[str, ...] = ()
    if source is None or finding.line is None:
        place = printable((source.name if source else network) or "network")
    else:
        place = f"{printable(source.name)}:{finding.line}:{finding.column}"
        if finding.span is not None:
            frame = tuple(source.frame(finding.span).splitlines())
    message = printable(finding.message) + _copies(finding)
    remedy = printable(finding.help) if finding.help else None
    return Shown(place, finding.code, message, frame, remedy, finding.severity)


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
        f"{counts[severity]:,} {_WORDS[severity]}{'s' * (counts[severity] != 1)}"
        for severity in SEVERITIES
        if counts[severity]
    ]
    return f"Found {', '.join(parts)}." if parts else "No findings."

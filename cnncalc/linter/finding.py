"""What the linter reports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from cnncalc.linter.fixes import ResolvedFix
from cnncalc.source import Span

if TYPE_CHECKING:
    from cnncalc.spec.network import Network

Severity: TypeAlias = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


class Finding(NamedTuple):
    """One thing that a rule found.

    Attributes:
        code: Code of the rule, `S102`.
        name: Its name, `stride-misfit`.
        severity: `error`, `warning` or `info`.
        message: What is wrong, with the numbers.
        help: The remedy, or None.
        line: Line in the source, from 1; None for a network without a source.
        column: Column in characters, from 1; None likewise.
        end_line: Line of the last character.
        end_column: Column after the last character.
        layer: Name of the first layer that it concerns, or None.
        layers: Names of all of them; many when it is in a block that is called repeatedly.
        span: Where in the source.
        fixes: Ways to mend it, as text edits, the best first.
    """

    code: str
    name: str
    severity: Severity
    message: str
    help: str | None
    line: int | None
    column: int | None
    end_line: int | None
    end_column: int | None
    layer: str | None
    layers: tuple[str, ...]
    span: Span | None
    fixes: tuple[ResolvedFix, ...] = ()


class Findings(list[Finding]):
    """All that the linter found, in the order of the source; a notebook shows it by itself.

    Attributes:
        network: What it is about.
    """

    def __init__(self, findings: Iterable[Finding], network: Network) -> None:
        super().__init__(findings)
        self.network = network

    def _repr_html_(self) -> str:
        from cnncalc.report.html_findings import findings_html  # it is asked how it looks

        return findings_html(self, self.network)

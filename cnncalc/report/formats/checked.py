"""What all formats are given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.linter.finding import Finding
from cnncalc.report.findings import show
from cnncalc.source.printable import printable


class Checked(NamedTuple):
    """A network that was checked.

    Attributes:
        facts: Its facts.
        findings: What the linter found.
    """

    facts: NetworkFacts
    findings: Sequence[Finding]

    @property
    def path(self) -> str:
        """Where the spec is, or the network's name where there is no file."""
        source = self.facts.network.source
        return printable(source.name if source else self.facts.name or "network")

    def message(self, finding: Finding) -> str:
        """The message, with the copies of a block that it concerns, in one line."""
        return show(finding, self.facts.network.source, self.facts.name).message


def all_findings(checked: Sequence[Checked]) -> Iterator[tuple[Checked, Finding]]:
    """Every finding with the network that it is about."""
    for network in checked:
        for finding in network.findings:
            yield network, finding

"""What all formats are given."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.linter.engine import CRASH
from cnncalc.linter.finding import Finding
from cnncalc.report.findings import show


class Checked(NamedTuple):
    """A network that was checked.

    Attributes:
        facts: Its facts.
        findings: What the linter found.
        file: The path of the spec, or None where it is no file of the caller's.
    """

    facts: NetworkFacts
    findings: Sequence[Finding]
    file: str | None = None

    @property
    def path(self) -> str:
        """Where the spec is, or what it is called where there is no file."""
        return self.file or self.facts.network.file or self.facts.name or "network"

    def message(self, finding: Finding) -> str:
        """The message, with the copies of a block that it concerns, in one line."""
        return show(finding, self.facts.network).message


def all_findings(checked: Sequence[Checked]) -> Iterator[tuple[Checked, Finding]]:
    """Every finding with the network that it is about."""
    for network in checked:
        for finding in network.findings:
            yield network, finding


def no_rule_failed(checked: Sequence[Checked]) -> bool:
    """Whether every rule ran to its end."""
    return all(finding.code != CRASH for _, finding in all_findings(checked))


def from_here(file: Path | None) -> str | None:
    """A path as programs want it: from the current folder on if it is in there, else absolute."""
    if file is None:
        return None
    path = os.path.relpath(file)
    return os.path.abspath(file) if path.split(os.sep)[0] == os.pardir else path


def unicode(path: str) -> str:
    """A path whose bytes are no text, as a text nevertheless."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")

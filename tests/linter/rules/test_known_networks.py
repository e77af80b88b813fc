"""No false alarm on well-known architectures that the zoo does not have."""

from __future__ import annotations

from textwrap import dedent

import pytest

from cnncalc.linter.finding import Finding
from tests.linter.rules.known_networks import NETWORKS
from tests.linter.rules.looking import look

RULES = ("T", "H", "Y703", "Y704")
SHOWN = {("face-embedding", "T401"), ("variational-autoencoder", "")}  # what is pointed out rightly


@pytest.mark.parametrize("name", NETWORKS)
def test_is_sound(name: str) -> None:
    found = [finding for finding in look(dedent(NETWORKS[name])) if finding.code.startswith(RULES)]
    assert not [finding for finding in found if finding.severity != "info"], _tell(found)
    unexpected = [finding for finding in found if (name, finding.code) not in SHOWN]
    assert not [finding for finding in unexpected if finding.code != "T401"], _tell(unexpected)


def _tell(findings: list[Finding]) -> list[tuple[str, int | None, str]]:
    return [(finding.code, finding.line, finding.message) for finding in findings]

"""No false alarm on well-known architectures that the zoo does not have."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.linter.rules.known_networks import NETWORKS
from tests.linter.rules.looking import look

RULES = ("T", "H", "Y703", "Y704")
POINTED_OUT = [("face-embedding", "T401")]  # InsightFace's dense layer has a bias that is cancelled


@pytest.mark.parametrize("name", NETWORKS)
def test_is_sound(name: str) -> None:
    found = [finding for finding in look(dedent(NETWORKS[name])) if finding.code.startswith(RULES)]
    alarms = [finding for finding in found if (name, finding.code) not in POINTED_OUT]
    assert not alarms, [(alarm.code, alarm.line, alarm.message) for alarm in alarms]

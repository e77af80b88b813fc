"""No error on any zoo network, and every warning stands in docs/zoo.md with its reason."""

import re
from pathlib import Path

import cnncalc
from cnncalc import zoo

PAGE = Path(__file__).resolve().parents[2] / "docs" / "zoo.md"
_ROW = re.compile(
    r"^\| (?P<network>[a-z0-9.-]+) \| (?P<code>[A-Z]\d{3}) \| (?P<layer>\S+) \| .+ \|$"
)


def listed() -> set[tuple[str, str, str]]:
    rows = filter(None, map(_ROW.match, PAGE.read_text(encoding="utf-8").splitlines()))
    return {(row["network"], row["code"], row["layer"]) for row in rows}


def test_every_warning_is_listed_and_there_is_no_error() -> None:
    found = set()
    for name in zoo.names():
        for finding in cnncalc.lint(cnncalc.analyze(cnncalc.load(name))):
            assert finding.severity != "error", (name, finding)
            if finding.severity == "warning":
                found.add((name, finding.code, str(finding.layer)))
    assert found == listed()


def test_known_innocents() -> None:
    """ResNet's stem and pool lose padding only; its projections skip cells everywhere (D602)."""
    codes = {f.code for f in cnncalc.lint(cnncalc.analyze(cnncalc.load("resnet50")))}
    assert codes == {"S103", "D602"}
    for name, innocent in (
        ("mobilenet-v2", "T402"),  # its linear bottleneck
        ("inception-v3", "T402"),
        ("densenet121", "T402"),  # pre-activation
        ("lenet5", "T407"),  # tanh in a shallow network
    ):
        found = cnncalc.lint(cnncalc.analyze(cnncalc.load(name)))
        assert innocent not in {finding.code for finding in found}, name

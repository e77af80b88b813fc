"""Networks whose names and files try to break out of every format."""

from __future__ import annotations

from cnncalc.analysis.analyze import analyze
from cnncalc.errors import Diagnostic
from cnncalc.linter.engine import CRASH, lint
from cnncalc.linter.finding import Finding
from cnncalc.linter.settings import LintSettings
from cnncalc.report.formats.checked import Checked
from cnncalc.source import Source
from cnncalc.spec.network import Network

NAME = "a::error file=b,c%0A\n##[error]x\x1b[31m\u202e</failure>]]><b>&\"'{0}[x](y)\u2028\ufffe"
TEXT = """\
input: 7x7x1
layers:
  - conv: {filters: 1, kernel: 3, stride: 3, bias: true, name: "B.a::error file=b,c%0A\\n##[error]x\\e[31m\\u202e</failure>]]><b>&\\"'{0}[x](y)\\u2028\\uFFFE"}
  - batch_norm
  - relu
  - relu: {name: "卷积 \\U0001F600"}
  - covn: 3
"""  # noqa: E501
FILES = (
    "arch.yaml",
    "./nets/a b.yaml",
    "a:b,c%0A::error::x.yaml",
    "a\nb\r\x1b[31m.yaml",
    "卷积#1?x=[2].yaml",
    "a\udcff.yaml",
    "<b>&\"'.yaml",
)
ERRORS = (
    Diagnostic("the document is\nempty % :: , ]]> </error>\x1b", 3, 7, "bad:one,two%.yaml"),
    Diagnostic("there is no such thing", None, None, None),
    Diagnostic("unreadable", None, None, "x.yaml"),
)


def checked(file: str | None = "arch.yaml") -> Checked:
    """A network with findings of every severity, most of them with fixes."""
    network = Network.from_source(Source("shown", TEXT))
    facts = analyze(network)
    findings = lint(facts, LintSettings(select=("S102", "T401", "T403", "Y702")))
    assert [finding.code for finding in findings] == ["S102", "T401", "T403", "Y702"]
    assert {finding.severity for finding in findings} == {"error", "warning", "info"}
    assert facts.layers[0].name == "B." + NAME
    return Checked(facts, findings, file)


def crashed() -> Checked:
    """A network on which a rule failed."""
    whole = checked()
    nowhere = (None, None, None, None)
    message = "rule S999 (x) failed: E: \x1b]0;x\x07"
    crash = Finding(CRASH, "internal-error", "error", message, None, *nowhere, None, (), None)
    return whole._replace(findings=[crash])

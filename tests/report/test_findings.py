"""Findings in words, of networks with and without a source."""

from __future__ import annotations

from cnncalc.linter.finding import Finding, Severity
from cnncalc.report.findings import full, show, summary
from cnncalc.report.terminal import make_console, print_findings
from cnncalc.source import Source, Span
from cnncalc.spec.network import Network
from tests.helpers import chain

SOURCE = Source("a.yaml", "input: 3x3\nlayers: [relu]\n")


def finding(
    severity: Severity = "error", *layers: str, line: int | None = 1, help: str | None = None
) -> Finding:
    span = None if line is None else Span(7, 10)
    found = Finding(
        code="S101",
        name="x",
        severity=severity,
        message="conv: bad",
        help=help,
        line=line,
        column=8,
        end_line=line,
        end_column=11,
        layer=layers[0] if layers else None,
        layers=layers,
        span=span,
    )
    return found if line is not None else found._replace(column=None, end_column=None)


def lines(found: Finding, source: Source | None = SOURCE) -> list[str]:
    if source is None:
        network = Network(input="3x3", layers=["relu"], name="net")
    else:
        network = Network.from_source(source)
    return list(full(show(found, network)))


def test_with_a_source() -> None:
    assert lines(finding(help="do better")) == [
        "a.yaml:1:8: S101 conv: bad",
        "  |",
        "1 | input: 3x3",
        "  |        ^^^",
        "  = do better",
    ]


def test_without_a_source() -> None:
    assert lines(finding("error", "conv_1", line=None), None) == ["net: S101 conv: bad (in conv_1)"]


def test_layers_are_named_where_the_line_does_not() -> None:
    assert lines(finding("error", "conv_1"))[0].endswith("conv: bad")
    assert lines(finding("error", "B_1.conv_1"))[0].endswith("conv: bad (in B_1.conv_1)")
    many = [f"B_{i}.conv_1" for i in range(1, 2002)]
    assert lines(finding("error", *many))[0].endswith("(in B_1.conv_1 and 2,000 more)")


def test_nothing_paints() -> None:
    painted = finding(help="\x1b[31m")._replace(message="[red]\u202e")
    assert lines(painted)[0] == r"a.yaml:1:8: S101 [red]\u202e"
    assert lines(painted)[-1] == r"  = \x1b[31m"


def test_summary() -> None:
    counts: list[Severity] = ["info", "error", "warning", "error"]
    assert summary(map(finding, counts)) == "Found 2 errors, 1 warning, 1 note."
    assert summary([finding("info"), finding("info")]) == "Found 2 notes."
    assert summary([]) == "No findings."


def test_a_terminal_gets_the_same_words() -> None:
    facts = chain("3x3x1", "relu")
    console = make_console(80)
    with console.capture() as captured:
        print_findings(console, facts, [finding(help="do better")])
    shown = lines(finding(help="do better"), facts.network.source)
    assert captured.get() == "\n".join(shown) + "\n"

"""The engine: places, copies, order, superseded findings, rules that crash."""

from collections.abc import Iterator
from typing import ClassVar

import pytest

import cnncalc
from cnncalc import Network, analyze, lint, load
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.layers import Conv, Relu
from cnncalc.linter import engine
from cnncalc.linter.finding import Finding, Severity
from cnncalc.linter.rule import Report, Rule

TEXT = """\
input: 9x9x3
blocks:
  B:
    layers:
      - conv:
          filters: 3
          kernel: 1
layers:
  - B: {repeat: 2}
  - tanh: {name: last}
  - B
"""


class _TestRule(Rule):
    code: ClassVar[str] = "Z100"
    name: ClassVar[str] = "test"
    severity: ClassVar[Severity] = "warning"


def found_by(monkeypatch: pytest.MonkeyPatch, *rules: Rule, text: str = TEXT) -> list[Finding]:
    monkeypatch.setattr(engine, "rules", lambda: rules)
    return lint(analyze(load(text)))


def test_a_finding_knows_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    class AtArgument(_TestRule):
        def check(self, facts: NetworkFacts) -> Iterator[Report]:
            yield Report("too small", facts.layer("B_2.conv_1"), "kernel", "take 3")

    (finding,) = found_by(monkeypatch, AtArgument())
    assert finding[:9] == (
        "Z100",
        "test",
        "warning",
        "conv: too small",
        "take 3",
        7,
        11,
        7,
        17,
    )
    assert (finding.layer, finding.layers) == ("B_2.conv_1", ("B_2.conv_1",))
    assert finding.span is not None
    assert TEXT[slice(*finding.span)] == "kernel"


def test_an_argument_that_is_not_written_is_the_op(monkeypatch: pytest.MonkeyPatch) -> None:
    class AtMissing(_TestRule):
        def check(self, facts: NetworkFacts) -> Iterator[Report]:
            yield Report("no stride", facts.layers[0], "stride")
            yield Report("bad", facts.layer("last"), "slope")

    first, second = found_by(monkeypatch, AtMissing())
    assert (first.line, first.column, first.end_column) == (5, 9, 13)
    assert (second.line, second.column, second.end_column) == (10, 5, 9)


def test_copies_of_a_line_are_one_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    class Everywhere(_TestRule):
        def check(self, facts: NetworkFacts) -> Iterator[Report]:
            for layer in facts.layers:
                yield Report(f"{layer.name} is odd", layer)
                yield Report("and even", layer)

    found = found_by(monkeypatch, Everywhere())
    copies = ("B_1.conv_1", "B_2.conv_1", "B_3.conv_1")
    assert [(finding.message, finding.layers) for finding in found] == [
        ("conv: B_1.conv_1 is odd", copies),
        ("conv: and even", copies),
        ("tanh: last is odd", ("last",)),
        ("tanh: and even", ("last",)),
    ]


def test_two_reports_on_one_place_of_the_document_are_two(monkeypatch: pytest.MonkeyPatch) -> None:
    class Document(_TestRule):
        def check(self, facts: NetworkFacts) -> Iterator[Report]:
            span = facts.network.document.root.entries[0][0].span
            yield Report("one", span=span)
            yield Report("two", span=span, layers=("a", "b"))
            yield Report("nowhere")

    found = found_by(monkeypatch, Document())
    assert [(f.message, f.line, f.layer) for f in found] == [
        ("nowhere", None, None),
        ("one", 1, None),
        ("two", 1, "a"),
    ]


def test_order_is_that_of_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    class Backwards(_TestRule):
        def check(self, facts: NetworkFacts) -> Iterator[Report]:
            for layer in reversed(facts.layers):
                yield Report("x", layer)

    class Earlier(Backwards):
        code: ClassVar[str] = "Z001"

    found = found_by(monkeypatch, Backwards(), Earlier())
    assert [(f.line, f.code) for f in found] == [
        (5, "Z001"),
        (5, "Z100"),
        (10, "Z001"),
        (10, "Z100"),
    ]


def test_the_more_telling_finding_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    class Telling(_TestRule):
        supersedes: ClassVar[tuple[str, ...]] = ("Z200",)

        def check(self, facts: NetworkFacts) -> Iterator[Report]:
            yield Report("telling", facts.layer("last"))

    class Vague(_TestRule):
        code: ClassVar[str] = "Z200"

        def check(self, facts: NetworkFacts) -> Iterator[Report]:
            for layer in facts.layers:
                yield Report("vague", layer)

    for rules in [(Telling(), Vague()), (Vague(), Telling())]:
        found = found_by(monkeypatch, *rules)
        assert [(f.code, f.line) for f in found] == [("Z200", 5), ("Z100", 10)]


def test_a_rule_that_crashes_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    class Crashes(_TestRule):
        def check(self, facts: NetworkFacts) -> Iterator[Report]:
            yield Report("before", facts.layers[0])
            raise ZeroDivisionError("oops")

    class Works(_TestRule):
        code: ClassVar[str] = "Z200"

        def check(self, facts: NetworkFacts) -> Iterator[Report]:
            yield Report("works", facts.layers[0])

    crash, works = found_by(monkeypatch, Crashes(), Works())
    assert (crash.code, crash.name, crash.severity) == ("E000", "internal-error", "error")
    assert crash.message == "rule Z100 (test) failed: ZeroDivisionError: oops"
    assert crash.help is not None
    assert works.code == "Z200"


def test_a_report_may_be_worse_than_its_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    class Worse(_TestRule):
        def check(self, facts: NetworkFacts) -> Iterator[Report]:
            yield Report("x", facts.layers[0], severity="error")

    (finding,) = found_by(monkeypatch, Worse())
    assert finding.severity == "error"


def test_messages_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    class Raw(_TestRule):
        def check(self, facts: NetworkFacts) -> Iterator[Report]:
            yield Report("a\nb\x1b[31m", facts.layers[0], help="c\u202ed")

    (finding,) = found_by(monkeypatch, Raw())
    assert (finding.message, finding.help) == (r"conv: a\nb\x1b[31m", r"c\u202ed")


def test_a_network_built_in_python_has_layers_and_no_lines() -> None:
    network = Network(
        input="7x7x3", layers=[Conv(filters=4, kernel=3, groups=2), Relu(in_channels=3, repeat=2)]
    )
    found = [finding for finding in lint(analyze(network)) if finding.severity == "error"]
    assert sorted((f.code, f.line, f.span, f.layers) for f in found) == [
        ("S113", None, None, ("relu_1",)),
        ("S113", None, None, ("relu_2",)),
        ("S114", None, None, ("conv_1",)),
    ]


def test_rules_are_found_by_their_files() -> None:
    codes = [rule.code for rule in engine.rules()]
    assert {"S101", "S102", "S103", "S110", "S111", "S113", "S114", "S119"} <= set(codes)
    assert {"Y701", "Y702", "Y705"} <= set(codes)


def test_many_copies_take_no_longer_than_few() -> None:
    text = "input: 8x8x3\nlayers:\n  - conv: {filters: 3, kernel: 1, groups: 2, repeat: 20000}\n"
    found = [f for f in lint(analyze(cnncalc.load(text))) if f.code == "S114"]
    assert len(found) == 1
    assert len(found[0].layers) == 20_000


class _Everywhere(_TestRule):
    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        for layer in facts.layers:
            yield Report("bad", layer)


MANY = "input: 9x9x3\nlayers: [relu, tanh, elu, selu]\n"


def test_more_than_a_person_reads_is_one_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MOST_LISTED", 2)
    found = found_by(monkeypatch, _Everywhere(), text=MANY)
    more = "2 more findings of this rule, from here on, are not listed"
    assert [finding.message for finding in found] == ["relu: bad", "tanh: bad", more]
    assert (found[-1].layer, found[-1].help) == ("elu_1", "mend those before")


def test_comments_that_silence_see_every_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MOST_LISTED", 2)
    text = f"{MANY}  # cnncalc: file-ignore[Z101]\n"
    found = found_by(monkeypatch, _Everywhere(), text=text)
    assert [finding.message for finding in found] == [
        "relu: bad",
        "tanh: bad",
        "elu: bad",
        "selu: bad",
    ]


def test_what_is_superseded_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    class Better(_Everywhere):
        code: ClassVar[str] = "Z200"
        supersedes: ClassVar[tuple[str, ...]] = ("Z100",)

    monkeypatch.setattr(engine, "MOST_LISTED", 2)
    found = found_by(monkeypatch, _Everywhere(), Better(), text=MANY)
    assert {finding.code for finding in found} == {"Z200"}

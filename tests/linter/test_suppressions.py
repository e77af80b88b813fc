"""Comments that silence findings."""

from __future__ import annotations

from types import ModuleType

import pytest

from cnncalc.analysis.analyze import analyze
from cnncalc.linter import suppressions
from cnncalc.linter.engine import CRASH, lint
from cnncalc.linter.finding import Finding
from cnncalc.linter.fixes import apply
from cnncalc.linter.rules import y703_unused, y704_yaml_1_1
from cnncalc.linter.settings import LintSettings
from cnncalc.source import Mapping, Source
from cnncalc.spec.network import Network

TEXT = """\
input: 7x7x1
layers:
  - conv: {filters: 1, kernel: 3, stride: 3, bias: true}
  - batch_norm
"""


def findings(text: str, *select: str) -> list[Finding]:
    settings = LintSettings(select=select or ("S102", "T401", "Y703"))
    return lint(analyze(Network.from_source(Source("t.yaml", text))), settings)


def codes(text: str, *select: str) -> list[str]:
    return [finding.code for finding in findings(text, *select)]


def on_the_line(comment: str) -> str:
    return TEXT.replace("bias: true}", f"bias: true}} {comment}")


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("", ["S102", "T401"]),
        ("# cnncalc: ignore[S102]", ["T401"]),
        ("# cnncalc: ignore[S102, T401]", []),
        ("#cnncalc:ignore[T401,S102]", []),
        ("# cnncalc: ignore[T401] # cnncalc: ignore[S102]", ["S102"]),
        ("# cnncalc: ignore[T401] because it is old", ["S102"]),
        ("# cnncalc: file-ignore[T401]", ["S102"]),
        ("# cnncalc: ignore", ["S102", "T401", "Y703"]),
        ("# cnncalc: ignore[]", ["S102", "T401", "Y703"]),
        ("# cnncalc: ignore[S104]", ["S102", "T401"]),  # which does not run here
        ("# cnncalc: ignore[X1]", ["S102", "T401", "Y703"]),
        ("# please cnncalc: ignore[S102]", ["S102", "T401"]),
    ],
)
def test_on_the_line(comment: str, expected: list[str]) -> None:
    assert codes(on_the_line(comment)) == expected


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_in_the_whole_file(end: str) -> None:
    text = (TEXT + "# cnncalc: file-ignore[S102]\n").replace("\n", end)
    assert codes(text) == ["T401"]


def test_another_line_is_not_covered() -> None:
    text = TEXT.replace("layers:", "layers:  # cnncalc: ignore[S102]")
    assert codes(text) == ["Y703", "S102", "T401"]


def test_what_only_looks_like_a_comment() -> None:
    text = f'name: "# cnncalc: file-ignore[S102]"\n{TEXT}'
    assert codes(text) == ["S102", "T401"]
    text = f"x-notes: |\n  # cnncalc: file-ignore[S102]\n{TEXT}"
    assert codes(text) == ["S102", "T401"]
    assert codes(f'x-a: " # cnncalc: ignore[Q]"\n{TEXT}', "Y703") == []
    assert codes(TEXT.replace("7x7x1", "7x7x1 #cnncalc: ignore[Q]"), "Y703") == ["Y703"]
    assert codes(TEXT.replace("layers:", "x-a: b#cnncalc:ignore[Q]\nlayers:"), "Y703") == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  # cnncalc: ignore[T403]", ""),
        ("  # cnncalc: ignore[S102, T403]", "  # cnncalc: ignore[S102]"),
        ("  # cnncalc: ignore[T403, S102]", "  # cnncalc: ignore[S102]"),
        ("  # cnncalc: ignore[S102,T403,T401] so", "  # cnncalc: ignore[S102,T401] so"),
        ("  # cnncalc: ignore", ""),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_is_unused_can_be_removed(before: str, after: str, end: str) -> None:
    text = on_the_line(before[1:]).replace("\n", end)
    (unused,) = (f for f in findings(text, "S102", "T4", "Y703") if f.code == "Y703")
    (fix,) = unused.fixes
    assert fix.is_safe
    fixed = TEXT.replace("bias: true}", f"bias: true}}{after}").replace("\n", end)
    assert apply(fix.edits, text) == fixed


def test_a_line_of_its_own_goes_as_a_whole() -> None:
    text = TEXT.replace("layers:", "  # cnncalc: ignore[S102]\nlayers:")
    (unused,) = (f for f in findings(text) if f.code == "Y703")
    assert (unused.line, unused.column) == (2, 21)
    assert apply(unused.fixes[0].edits, text) == TEXT


def test_a_rule_that_failed_is_not_silenced() -> None:
    nowhere = (None, None, None, None)
    finding = Finding(CRASH, "", "error", "", None, *nowhere, None, (), None)
    comments = suppressions.find(
        Source("t", "a: 1 # cnncalc: file-ignore[E000]"), Mapping([], 0, 0)
    )
    assert suppressions.apply([finding], comments).kept == [finding]


def test_so_many_codes_in_a_comment_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suppressions, "_MOST_CODES", 2)
    assert codes(on_the_line("# cnncalc: ignore[S102, T401]")) == []
    assert codes(on_the_line("# cnncalc: ignore[S102, S102, T401]")) == ["T401"]


def test_so_many_comments_count(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"# cnncalc: ignore[T401]\n# cnncalc: ignore[T401]\n{TEXT}# cnncalc: file-ignore[S102]\n"
    assert "S102" not in codes(text)
    monkeypatch.setattr(suppressions, "_MOST", 2)
    assert "S102" in codes(text)


def test_so_many_unused_ones_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    text = TEXT + "# cnncalc: ignore[S103]\n" * 5
    assert codes(text, "S103", "Y703") == ["Y703"] * 5
    monkeypatch.setattr(suppressions, "_MOST_UNUSED", 3)
    assert codes(text, "S103", "Y703") == ["Y703"] * 3


@pytest.mark.parametrize(
    ("module", "head"),
    [(y703_unused, "vars: {a: 1, b: 2, c: 3}"), (y704_yaml_1_1, "x: [yes, yes, yes]")],
)
def test_so_many_scalars_are_reported(
    module: ModuleType, head: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"{head}\n{TEXT}"
    assert len(findings(text, "Y703", "Y704")) == 3
    monkeypatch.setattr(module, "MOST_PROBLEMS", 2)
    assert len(findings(text, "Y703", "Y704")) == 2

"""A rule that raises: it is named, it hides nothing, and the exit code is 2."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.cli.request import OutputFormat
from cnncalc.linter import engine
from cnncalc.linter.finding import Severity
from cnncalc.linter.rule import Report, Rule
from tests.cli.conftest import Run
from tests.cli.test_check import MISFIT, Spec

SHOWN = "E000 rule X999 (broken) failed: ZeroDivisionError: division by zero"


class Broken(Rule):
    """It raises, after a report."""

    code: ClassVar[str] = "X999"
    name: ClassVar[str] = "broken"
    severity: ClassVar[Severity] = "info"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        yield Report("fine so far", facts.layers[0])
        raise ZeroDivisionError("division by zero")


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = (*engine.rules(), Broken())
    monkeypatch.setattr(engine, "rules", lambda: rules)


def test_it_is_a_finding_beside_the_others(run: Run, spec: Spec) -> None:
    path = spec(MISFIT)
    done = run("check", str(path))
    assert done.code == 2
    assert f"{path}: {SHOWN}\n  = this is a bug in cnncalc; please report it\n" in done.out
    assert f"{path}:3:35: S102 conv: " in done.out
    assert "Traceback" not in done.out + done.err


@pytest.mark.parametrize("form", list(OutputFormat))
def test_every_format_tells(run: Run, form: OutputFormat) -> None:
    done = run("check", "lenet5", "--output-format", form.value)
    assert done.code == 2
    assert "X999 (broken) failed" in done.out


def test_sarif_says_that_the_run_failed(run: Run) -> None:
    out = run("check", "lenet5", "--output-format", "sarif").out
    assert json.loads(out)["runs"][0]["invocations"][0]["executionSuccessful"] is False


@pytest.mark.parametrize("options", [["--fail-on", "never"], ["--statistics"], ["--strict"]])
def test_no_option_makes_it_a_success(run: Run, options: list[str]) -> None:
    done = run("check", "lenet5", *options)
    assert done.code == 2
    assert "E000" in done.out


@pytest.mark.parametrize("option", ["--fix-only", "--diff"])
def test_fixing_alone_tells_too(run: Run, spec: Spec, option: str) -> None:
    path = spec(MISFIT)
    done = run("check", str(path), option)
    assert done.code == 2
    assert f"{path}: {SHOWN}\n" in done.err


def test_it_goes_into_no_baseline(run: Run, spec: Spec, tmp_path: Path) -> None:
    path, baseline = str(spec(MISFIT)), tmp_path / "b.json"
    done = run("check", path, "--write-baseline", str(baseline))
    assert done.code == 2
    assert done.err == f"{path}: {SHOWN}\ncnncalc: {baseline} is not written\n"
    baseline.write_text('{"version": 1, "findings": {"arch.yaml": {"E000": 9, "S102": 1}}}')
    done = run("check", path, "--baseline", str(baseline))
    assert done.code == 2
    assert SHOWN in done.out
    assert "S102" not in done.out


def test_a_comment_does_not_silence_it(run: Run, spec: Spec) -> None:
    path = spec("# cnncalc: file-ignore[E000, X999, S102]\n" + MISFIT)
    assert run("check", str(path)).code == 2
    assert run("check", str(path), "--select", "S102").code == 0  # the rule does not run

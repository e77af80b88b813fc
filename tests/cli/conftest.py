"""Runs command lines in this process, or in one of their own."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import cnncalc.api
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.cli import main
from cnncalc.linter import engine
from cnncalc.linter.finding import Finding
from cnncalc.linter.settings import LintSettings

RULES = ("S102", "S103", "S111", "Y701", "Y702", "Y705")
ROOT = Path(__file__).resolve().parents[2]


class Done(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture(autouse=True)
def calm_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "CNNCALC_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture(autouse=True)
def few_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is printed here is about the printing: further rules shall not change it."""

    def lint(facts: NetworkFacts, settings: LintSettings = engine.DEFAULT) -> list[Finding]:
        findings = engine.lint(facts, settings)
        if settings != engine.DEFAULT:  # it is about certain rules
            return findings
        return [found for found in findings if found.code in (*RULES, engine.CRASH)]

    monkeypatch.setattr(cnncalc.api, "lint", lint)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command line in this process: `run("check", "lenet5")`."""

    def call(*arguments: str, stdin: str = "") -> Done:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Done(code, out, err)

    return call


@pytest.fixture
def spawn() -> Run:
    """Runs a command line in a process of its own, piped."""

    def call(*arguments: str, stdin: bytes = b"", **environment: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "cnncalc", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **environment},
            check=False,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    return call


@pytest.fixture
def spec(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a spec and gives its path."""

    def write(text: str) -> Path:
        path = tmp_path / "arch.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write

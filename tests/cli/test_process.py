"""The command as its own process: what is imported, and what a pipe gets."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.conftest import ROOT, Run

HEAVY = {"rich", "numpy", "json", "typer", "tomllib", "xml.etree.ElementTree"}


def modules_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules, file=sys.stderr)"],
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        check=True,
    )
    return set(done.stderr.split())


def test_a_plain_check_imports_what_it_needs() -> None:
    run = "from cnncalc.cli import main; main(['check', 'resnet50'])"
    assert modules_after(run).isdisjoint(HEAVY)


def test_options_cost_an_option_parser_and_no_more() -> None:
    run = "from cnncalc.cli import main; main(['check', 'lenet5', '--top', '2'])"
    loaded = modules_after(run)
    assert "typer" in loaded
    assert loaded.isdisjoint({"rich", "numpy", "cnncalc.cli.zoo", "cnncalc.cli.schema"})


def test_the_package_alone_imports_nothing() -> None:
    loaded = modules_after("import cnncalc.cli")
    assert loaded.isdisjoint({"typer", "pydantic", "yaml", "rich"})


@pytest.mark.parametrize("width", ["20", "60", "500"])
def test_a_pipe_gets_everything_at_any_width(spawn: Run, width: str) -> None:
    plain = spawn("summary", "resnet50")
    assert plain.code == 0
    assert plain.err == ""
    assert spawn("summary", "resnet50", COLUMNS=width, NO_COLOR="1") == plain
    assert "\x1b" not in plain.out
    assert "…" not in plain.out
    assert all(line == line.rstrip() for line in plain.out.splitlines())
    assert len([line for line in plain.out.splitlines() if "conv_1" in line]) >= 53


def test_options_do_not_change_what_is_printed(spawn: Run) -> None:
    assert spawn("check", "alexnet", "--output-format", "full") == spawn("check", "alexnet")

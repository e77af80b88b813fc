"""`expand`, `zoo`, `init`, `schema`, help and version."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path

import pytest

import cnncalc
from cnncalc.cli import COMMANDS
from tests.cli.conftest import Run
from tests.helpers import ZOO


def test_version(run: Run) -> None:
    assert run("--version") == (0, f"cnncalc {cnncalc.__version__}\n", "")


@pytest.mark.parametrize("arguments", [["--help"], []])
def test_help_lists_every_command(run: Run, arguments: list[str]) -> None:
    done = run(*arguments)
    shown = done.out + done.err
    for command in COMMANDS:
        assert f"\n  {command} " in shown
    assert "..." not in shown.partition("Commands:")[2]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(run: Run, command: str) -> None:
    done = run(command, "--help")
    assert done.code == 0
    assert f"Usage: cnncalc {command}" in done.out


def test_help_is_drawn_on_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "╭─ Commands ─" in re.sub(r"\x1b\[[0-9;]*m", "", run("--help").out)


def test_expand_prints_a_spec_of_the_same_network(run: Run, tmp_path: Path) -> None:
    done = run("expand", "resnet18")
    assert done.code == 0
    assert "blocks:" not in done.out
    path = tmp_path / "flat.yaml"
    path.write_text(done.out, encoding="utf-8")
    whole = run("summary", "resnet18", "--output-format", "json")
    flat = run("summary", str(path), "--output-format", "json")
    expected, got = (json.loads(each.out)["networks"][0] for each in (whole, flat))
    assert got["totals"] == expected["totals"]
    assert [layer["name"] for layer in got["layers"]] == [
        layer["name"] for layer in expected["layers"]
    ]


def test_expand_takes_settings(run: Run) -> None:
    done = run("expand", "resnet50", "--variant", "resnext50", "--input", "64x64x3")
    assert "input: 64x64x3\n" in done.out
    assert "groups: 32" in done.out


def test_zoo_lists_every_network(run: Run) -> None:
    out = run("zoo").out
    listed = [line.split()[0] for line in out.splitlines()[2:-2]]
    assert listed == cnncalc.zoo.names()
    assert "resnet50               25.6 M  4.09 G  76.1 %  ResNet-50 and its family: " in out


def test_zoo_wraps_on_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    assert max(map(len, run("zoo").out.splitlines())) <= 80


def test_zoo_prints_a_spec(run: Run) -> None:
    done = run("zoo", "lenet5")
    assert done == (0, (ZOO / "lenet5.yaml").read_text(encoding="utf-8"), "")


def test_zoo_says_which_variant_a_name_is(run: Run) -> None:
    first = run("zoo", "resnet101").out.partition("\n")[0]
    assert first == "# resnet101 is this spec with --variant resnet101"


def test_zoo_suggests_a_name(run: Run) -> None:
    done = run("zoo", "resnet05")
    assert done.code == 2
    assert "did you mean resnet" in done.err


def test_init_prints_a_spec_that_is_clean(run: Run, spawn: Run) -> None:
    done = run("init")
    assert done.code == 0
    checked = spawn("check", "-", stdin=done.out.encode())  # with all rules
    assert checked.code == 0, checked.out


def test_init_writes_a_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    done = run("init", str(path))
    assert done.code == 0
    assert done.out == ""
    assert path.read_text(encoding="utf-8") == run("init").out
    assert [entry.name for entry in tmp_path.iterdir()] == ["net.yaml"]
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask


def test_init_overwrites_only_with_force(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("mine", encoding="utf-8")
    done = run("init", str(path))
    assert done.code == 2
    assert "--force" in done.err
    assert path.read_text(encoding="utf-8") == "mine"
    assert run("init", str(path), "--force").code == 0
    assert path.read_text(encoding="utf-8") != "mine"
    assert [entry.name for entry in tmp_path.iterdir()] == ["net.yaml"]


@pytest.mark.parametrize("place", ["nowhere/net.yaml", "."])
def test_init_where_nothing_can_be_written(run: Run, tmp_path: Path, place: str) -> None:
    done = run("init", str(tmp_path / place), "--force")
    assert done.code == 2
    assert "cannot be written" in done.err
    assert list(tmp_path.iterdir()) == []


def test_schema_is_json(run: Run) -> None:
    done = run("schema")
    assert done.code == 0
    assert json.loads(done.out)["title"] == "cnncalc network"

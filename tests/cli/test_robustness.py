"""Whatever comes in, one clear message comes out, and the exit code says what happened."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import cnncalc.api
from cnncalc.cli import main
from tests.cli.conftest import ROOT, Run
from tests.cli.test_check import MISFIT, Spec

HOSTILE = """\
name: "x\\e[31m\\u202e[red]"
input: 8x8x1
layers:
  - conv: {filters: 1, kernel: 3, stride: 3, name: "a\\e[31mb\\u202ec[red]d|`e<b>"}
  - conv: {filters: 1, kernel: 1, name: "=1+1"}
  - relu: {name: "[/red]\\r\\n\\t"}
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "--no-such-option", "lenet5"],
        ["check", "lenet5", "--top", "0"],
        ["check", "lenet5", "--top", "x"],
        ["check", "lenet5", "--depth", "-1"],
        ["check", "lenet5", "--sort", "size"],
        ["check", "lenet5", "--table", "html"],
        ["check", "lenet5", "--table", "csv", "--output-format", "json"],
        ["check", "lenet5", "--columns", "name,marcs"],
        ["check", "lenet5", "--batch", "0"],
        ["check", "lenet5", "--dtype", "float12"],
        ["check", "lenet5", "--input", "64xx3"],
        ["check", "lenet5", "--input", "8x8x1", "--input", "9x9x1"],
        ["check", "lenet5", "--variant", "huge"],
        ["check", "lenet5", "-D", "width"],
        ["check", "lenet5", "-D", "=3"],
        ["check", "lenet5", "-D", "width=3"],
        ["check", "lenet5", "-D", "width=[3"],
        ["check", "lenet55555"],
        ["check", "no/such/file.yaml"],
        ["check", ""],
        ["check", "\x00"],
        ["check", "a\nb"],
        ["check", "a\nb", "--fix"],
        ["check", "input: 8\nlayers: [relu]\n"],
        ["check", "lenet5", "--fix"],
        ["check", "lenet5", "--config", "no.toml"],
        ["check", "lenet5", "--config", "\x00"],
        ["check", "lenet5", "--config", "."],
        ["check", "lenet5", "--baseline", "."],
        ["check", "lenet5", "--write-baseline", "no/such/folder/b.json"],
        ["check", "lenet5", "--select", "\x1b[31m"],
        ["check", "lenet5", "--output-file", ""],
        ["check", "a" * 5000],
        ["check", "\udcff.yaml"],
        ["expand"],
        ["expand", "lenet5", "alexnet"],
        ["zoo", "nothing-like-it"],
        ["chek", "lenet5"],
    ],
)
def test_bad_command_lines(run: Run, arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert done.out == "" or done.out.startswith("{")
    assert "Traceback" not in done.err
    assert "internal error" not in done.err + done.out
    assert 0 < len((done.err + done.out).strip().splitlines()) <= 5


def test_what_is_meant_is_suggested(run: Run) -> None:
    assert "did you mean macs?" in run("check", "lenet5", "--columns", "name,marcs").err
    assert "did you mean resnet50?" in run("check", "resnt50").err
    assert "Did you mean 'check'" in run("chek", "lenet5").err


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"\x7fELF\x01\x00\xff", b"\xff\xfe\x00", b"[" * 50000, b"a: b", b"1"]
)
@pytest.mark.parametrize("command", ["check", "summary", "expand"])
def test_files_that_are_no_specs(run: Run, tmp_path: Path, content: bytes, command: str) -> None:
    path = tmp_path / "junk.yaml"
    path.write_bytes(content)
    done = run(command, str(path))
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith(f"{path}:")
    assert len(done.err.splitlines()) == 1


def test_a_directory(run: Run, tmp_path: Path) -> None:
    done = run("check", str(tmp_path))
    assert done.code == 2
    assert "directory" in done.err


def test_errors_as_json(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty.yaml"
    empty.touch()
    done = run("check", str(empty), "--output-format", "json")
    assert done.code == 2
    assert done.err == ""
    data = json.loads(done.out)
    assert list(data) == ["schema_version", "errors"]
    (error,) = data["errors"]
    assert (error["line"], error["column"], error["source"]) == (1, 1, str(empty))
    assert "empty" in error["message"]


def test_bad_options_as_json(run: Run) -> None:
    done = run("check", "lenet5", "--output-format", "json", "--dtype", "float12")
    (error,) = json.loads(done.out)["errors"]
    assert done.code == 2
    assert (error["line"], error["column"]) == (None, None)
    assert "float12" in error["message"]


def test_networks_and_errors_as_json(run: Run) -> None:
    done = run("check", "lenet5", "no.yaml", "--output-format", "json")
    data = json.loads(done.out)
    assert done.code == 2
    assert [network["name"] for network in data["networks"]] == ["lenet5"]
    assert len(data["errors"]) == 1


@pytest.mark.parametrize("drawn", ["", "1"])
@pytest.mark.parametrize("style", [[], ["--table", "markdown"], ["--table", "csv"]])
def test_names_cannot_paint(
    run: Run, spec: Spec, monkeypatch: pytest.MonkeyPatch, drawn: str, style: list[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", drawn)
    monkeypatch.setenv("COLUMNS", "200")
    done = run("check", str(spec(HOSTILE)), *style)
    shown = done.out + done.err
    assert done.code == 1
    assert "\x1b[31m" not in shown
    assert "\u202e" not in shown
    assert r"a\x1b[31mb\u202ec[red]d" in shown
    assert r"[/red]\r\n\t" in shown


def test_formulas_and_markup_are_defused(run: Run, spec: Spec) -> None:
    path = str(spec(HOSTILE))
    assert "\n'=1+1,conv," in run("check", path, "--table", "csv").out
    markdown = run("check", path, "--table", "markdown").out
    assert r"| ``a\x1b[31mb\u202ec[red]d\|`e<b>`` |" in markdown


def test_json_keeps_names_as_they_are(run: Run, spec: Spec) -> None:
    done = run("check", str(spec(HOSTILE)), "--output-format", "json")
    assert done.out.isascii()
    assert "\x1b" not in done.out
    names = [layer["name"] for layer in json.loads(done.out)["networks"][0]["layers"]]
    assert names[0] == "a\x1b[31mb\u202ec[red]d|`e<b>"


def test_an_internal_error_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("first\nsecond")

    monkeypatch.setattr(cnncalc.api, "analyze", fail)
    done = run("check", "lenet5")
    assert done.code == 2
    assert done.err == (
        "cnncalc: internal error: ZeroDivisionError: first; please report it"
        " (CNNCALC_DEBUG=1 shows more)\n"
    )
    done = run("check", "lenet5", "--output-format", "json")
    assert done.code == 2
    assert "ZeroDivisionError" in json.loads(done.out)["errors"][0]["message"]
    monkeypatch.setenv("CNNCALC_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["check", "lenet5"])


def test_control_c(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cnncalc.api, "load", interrupt)
    assert run("check", "lenet5") == (130, "", "")
    assert run("check", "lenet5", "--top", "1").code == 130


@pytest.mark.parametrize("options", [[], ["--output-format", "json"], ["--table", "csv"]])
def test_a_pipe_that_is_closed_early(options: list[str], spec: Spec) -> None:
    text = MISFIT.replace("kernel: 3, stride: 3", "kernel: 1, repeat: 5000")
    process = subprocess.Popen(
        [sys.executable, "-m", "cnncalc", "check", str(spec(text)), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("options", [[], ["--output-format", "json"], ["--table", "csv"]])
def test_a_disk_that_is_full(options: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cnncalc", "check", "lenet5", *options],
            stdout=full,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == b"cnncalc: the output cannot be written: No space left on device\n"


@pytest.mark.parametrize(("name", "code"), [("lenet5", 0), ("missing.yaml", 2)])
@pytest.mark.skipif(sys.platform == "win32", reason="the shell of POSIX closes the files")
def test_outputs_that_are_closed(name: str, code: int) -> None:
    command = f"{sys.executable} -m cnncalc summary {name} >&- 2>&-"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run(["sh", "-c", command], env=environment, check=False).returncode == code


@pytest.mark.parametrize("options", [[], ["--table", "csv"], ["--table", "markdown"]])
@pytest.mark.parametrize("drawn", ["", "1"])
def test_an_encoding_without_the_names_characters(
    spawn: Run, spec: Spec, options: list[str], drawn: str
) -> None:
    path = spec('input: 8x8x1\nlayers:\n  - relu: {name: "卷积"}\n')
    environment = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "FORCE_COLOR": drawn}
    done = spawn("summary", str(path), *options, **environment)
    assert done.code == 0
    assert done.err == ""
    assert r"\u5377\u79ef" in done.out


def test_an_encoding_without_the_drawing_characters(spawn: Run) -> None:
    done = spawn("summary", "lenet5", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.code == 0
    assert done.out.isascii()
    assert "28x28x6" in done.out
    assert "-----" in done.out

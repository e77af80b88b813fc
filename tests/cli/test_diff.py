"""`cnncalc diff`: what it prints, and its exit codes.

Whole outputs are to be read by a person: `CNNCALC_GOLDEN=1 pytest tests/cli/test_diff.py` writes
them anew.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run

GOLDEN = Path(__file__).with_name("golden")
DRAWN = {"FORCE_COLOR": "1"}
_STYLE = re.compile(r"\x1b\[[0-9;]*m")
SMALL = "input: 8x8x3\nlayers:\n  - conv: {filters: 4, kernel: 3}\n  - relu\n"


@pytest.mark.parametrize(
    ("name", "arguments", "environment"),
    [
        ("diff-vgg.txt", ["vgg16", "vgg19"], {}),
        ("diff-vgg-50.txt", ["vgg16", "vgg19"], {**DRAWN, "COLUMNS": "50"}),
        ("diff-vgg.md", ["vgg16", "vgg19", "--format", "markdown"], {}),
        ("diff-vgg.json", ["vgg16", "vgg19", "--format", "json"], {}),
        ("diff-resnet-80.txt", ["resnet50", "resnet101"], {**DRAWN, "COLUMNS": "80"}),
        ("diff-resnet-160.txt", ["resnet50", "resnet101"], {**DRAWN, "COLUMNS": "160"}),
        (
            "diff-mobilenet-80.txt",
            ["mobilenet-v2", "mobilenet-v2-0.5"],
            {**DRAWN, "COLUMNS": "80"},
        ),
        ("diff-mobilenet.txt", ["mobilenet-v2", "mobilenet-v2-0.5"], {}),
        ("diff-lenet5-80.txt", ["lenet5", "lenet5-modern"], {**DRAWN, "COLUMNS": "80"}),
        ("diff-keras.md", ["resnet50", "resnet50-keras", "--format", "markdown"], {}),
    ],
)
def test_output(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    arguments: list[str],
    environment: dict[str, str],
) -> None:
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    done = run("diff", *arguments)
    assert (done.code, done.err) == (1, "")
    out = _STYLE.sub("", done.out)
    out = "\n".join(line.rstrip() for line in out.split("\n"))
    if "COLUMNS" in environment:
        assert all(len(line) <= int(environment["COLUMNS"]) for line in out.split("\n")[1:])
    path = GOLDEN / name
    if os.environ.get("CNNCALC_GOLDEN"):
        path.write_text(out, encoding="utf-8")
    assert out == path.read_text(encoding="utf-8")


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, str], str]:
    def write(name: str, text: str) -> str:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_equal_networks_are_said_in_one_line(run: Run) -> None:
    done = run("diff", "vgg16", "vgg16")
    assert (done.code, done.out, done.err) == (0, "vgg16 → vgg16: 25 layers the same\n", "")
    done = run("diff", "vgg16", "vgg16", "--format", "markdown")
    assert (done.code, done.out) == (0, "### vgg16 → vgg16\n\n25 layers the same\n")
    found = json.loads(run("diff", "vgg16", "vgg16", "--output-format", "json").out)
    assert (found["is_empty"], found["layers"], found["totals"]) == (True, [], {})


def test_options_hold_for_both(run: Run, written: Callable[[str, str], str]) -> None:
    one = written("a.yaml", "vars: {w: 4}\n" + SMALL.replace("4", "$w"))
    other = written("b.yaml", "vars: {w: 5}\n" + SMALL.replace("4", "$w"))
    assert run("diff", one, other).code == 1
    assert run("diff", one, other, "-D", "w=7").code == 0
    found = json.loads(run("diff", one, other, "--input", "9x9x3", "--format", "json").out)
    assert found["layers"][0]["figures"]["output_shape"]["before"] == [7, 7, 4]


def test_one_of_them_can_come_from_standard_input(
    run: Run, written: Callable[[str, str], str]
) -> None:
    path = written("a.yaml", SMALL)
    assert run("diff", path, "-", stdin=SMALL).code == 0
    assert run("diff", "-", path, stdin=SMALL.replace("relu", "tanh")).code == 1
    done = run("diff", "-", "-", stdin=SMALL)
    assert (done.code, done.out) == (2, "")
    assert done.err == "cnncalc: only one of the networks can come from standard input\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("input: 3", "layers"),
        (SMALL + "  - foo\n", "unknown op 'foo'.*mend what check finds, then compare"),
        ("[", "not valid YAML"),
    ],
)
def test_what_cannot_be_compared_is_exit_2(
    run: Run, written: Callable[[str, str], str], text: str, message: str
) -> None:
    path = written("bad.yaml", text)
    for arguments in ([path, "vgg16"], ["vgg16", path]):
        done = run("diff", *arguments)
        assert (done.code, done.out) == (2, "")
        assert re.search(message, done.err)
        assert done.err.count("\n") == 1
    found = json.loads(run("diff", path, "vgg16", "--format", "json").out)
    assert re.search(message, found["errors"][0]["message"])


def test_names_from_files_are_data(run: Run, written: Callable[[str, str], str]) -> None:
    hostile = r"\e[31m|<b>*x*`\u202e[bold]"
    text = SMALL.replace("- relu", f'- relu: {{name: "{hostile}"}}')
    one, other = written("a.yaml", text), written("b.yaml", text.replace("<b>", "<i>"))
    done = run("diff", one, other)
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out
    assert r"\x1b[31m|<b>*x*`\u202e[bold] → \x1b[31m|<i>*x*`\u202e[bold]" in done.out
    done = run("diff", one, other, "--format", "markdown")
    line = next(line for line in done.out.splitlines() if "<b>" in line)
    assert "\x1b" not in line
    assert re.search(r"\| ``[^|]*\\\|<b>.*``", line)


def test_arguments_that_are_long_are_not_shown(
    run: Run, written: Callable[[str, str], str]
) -> None:
    text = "input: 8x8x1\nlayers:\n  - conv: {{filters: 1, kernel: 9, padding: 4, weights: {}}}\n"
    one = written("a.yaml", text.format([[1] * 9] * 9))
    other = written("b.yaml", text.format([[2] * 9] * 9))
    done = run("diff", one, other)
    assert done.code == 1
    assert "other weights" in done.out
    found = json.loads(run("diff", one, other, "--format", "json").out)
    assert found["layers"][0]["changes"]["weights"]["after"][0] == [2] * 9


def test_partial_totals_are_marked(run: Run, written: Callable[[str, str], str]) -> None:
    one = written("a.yaml", "input: 8x8x3\nlayers:\n  - opaque: {output: 4x4x2}\n  - dense: 4\n")
    other = written("b.yaml", "input: 8x8x3\nlayers:\n  - opaque: {output: 4x4x2}\n  - dense: 5\n")
    out = run("diff", one, other).out
    assert re.search(r"Parameters +≥ 12 +≥ 15\n", out)


def test_a_cold_start_needs_neither_numpy_nor_rich(spawn: Run) -> None:
    done = spawn("diff", "lenet5", "lenet5-modern", PYTHONPROFILEIMPORTTIME="1")
    assert done.code == 1
    imported = re.findall(r"\| +([a-z_.]+)$", done.err, re.MULTILINE)
    assert "cnncalc.comparison.difference" in imported
    assert not {"numpy", "rich"} & set(imported)

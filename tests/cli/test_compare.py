"""`cnncalc compare`: what it prints, what it writes and what it refuses.

Whole outputs are to be read by a person: `CNNCALC_GOLDEN=1 pytest tests/cli/test_compare.py` writes
them anew.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run

GOLDEN = Path(__file__).with_name("golden")
_STYLE = re.compile(r"\x1b\[[0-9;]*m")
FEW = ("lenet5", "vgg16", "resnet50", "unet", "mobilenet-v2")
FAULTY = """
name: faulty
input: 8x8x3
layers:
  - conv: {filters: 3, kernel: 3}
  - wibble
  - dense: 3
"""


@pytest.fixture
def faulty(tmp_path: Path) -> str:
    path = tmp_path / "faulty.yaml"
    path.write_text(FAULTY, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("name", "arguments", "environment"),
    [
        ("compare.txt", [], {}),
        ("compare-60.txt", [], {"FORCE_COLOR": "1", "COLUMNS": "60"}),
        ("compare.md", ["--table", "markdown"], {}),
        ("compare.csv", ["--table", "csv"], {}),
        ("compare.json", ["--output-format", "json"], {}),
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
    done = run("compare", *FEW, *arguments)
    assert (done.code, done.err) == (0, "")
    out = _STYLE.sub("", done.out)
    out = "\n".join(line.rstrip() for line in out.split("\n"))
    path = GOLDEN / name
    if os.environ.get("CNNCALC_GOLDEN"):
        path.write_text(out, encoding="utf-8")
    assert out == path.read_text(encoding="utf-8")


def test_the_forms_agree(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("compare", *FEW, "--table", "csv").out)))
    networks = json.loads(run("compare", *FEW, "--format", "json").out)["networks"]
    assert [row["network"] for row in rows] == [one["name"] for one in networks] == list(FEW)
    for row, one in zip(rows, networks, strict=True):
        assert int(row["params"]) == one["n_params"]
        assert int(row["memory"]) == one["peak_memory_bytes"]
        assert int(row["depth"]) == one["depth"]
        accuracy = one["accuracy"] or {}
        assert (float(row["top1"]) if row["top1"] else None) == accuracy.get("top1")


def test_a_network_with_faults_has_what_is_known(run: Run, faulty: str) -> None:
    done = run("compare", faulty, "lenet5")
    assert done.code == 0
    assert re.search(r"^faulty +≥ 84 +≥ 2\.92 k .* – +≥ 336 B +– +– +–$", done.out, re.MULTILINE)
    assert "≥: at least, as some layers are not known; cnncalc check says which." in done.out
    (one, _) = json.loads(run("compare", faulty, "lenet5", "--format", "json").out)["networks"]
    assert (one["n_params"], one["depth"], one["receptive_field"]) == (84, None, None)
    assert {"n_params", "n_macs", "peak_memory_bytes"} <= set(one["partial"])
    rows = list(csv.DictReader(io.StringIO(run("compare", faulty, "--table", "csv").out)))
    assert {rows[0][key] for key in ("params", "macs", "memory", "field", "depth", "top1")} == {""}


def test_batch_type_and_input(run: Run) -> None:
    words = ("compare", "resnet18", "--format", "json")
    one = json.loads(run(*words).out)["networks"][0]
    two = json.loads(run(*words, "--batch", "2", "--dtype", "float16").out)["networks"][0]
    assert two["n_macs"] == 2 * one["n_macs"]
    assert two["weight_bytes"] * 2 == one["weight_bytes"]
    assert two["accuracy"] == one["accuracy"]
    other = json.loads(run(*words, "--input", "64x64x3").out)["networks"][0]
    assert other["inputs"] == {"input": [64, 64, 3]}
    assert other["accuracy"] is None  # it was measured on larger images


@pytest.mark.parametrize(
    ("ending", "start"),
    [
        ("svg", b"<svg"),
        pytest.param("png", b"\x89PNG", marks=pytest.mark.slow),
        pytest.param("pdf", b"%PDF", marks=pytest.mark.slow),
    ],
)
def test_a_chart(run: Run, tmp_path: Path, ending: str, start: bytes) -> None:
    path = tmp_path / f"chart.{ending}"
    done = run("compare", "vgg16", "lenet5", "-o", str(path))
    assert (done.code, done.err) == (0, "")
    assert done.out == run("compare", "vgg16", "lenet5").out
    assert path.read_bytes().startswith(start)


def test_the_axes_of_a_chart(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "chart.svg"
    words = ("--x", "parameters", "--y", "accuracy", "--size", "depth", "-o", str(path))
    assert run("compare", "vgg16", "resnet50", *words).code == 0
    for text in (">parameters<", ">top-1 accuracy on ImageNet (%)<", ">area: depth<"):
        assert text in path.read_text(encoding="utf-8")


def test_a_chart_is_not_overwritten(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "chart.svg"
    path.write_text("mine", encoding="utf-8")
    done = run("compare", "vgg16", "-o", str(path))
    assert (done.code, path.read_text(encoding="utf-8")) == (2, "mine")
    assert "exists already; --force" in done.err
    assert run("compare", "vgg16", "-o", str(path), "--force").code == 0
    assert path.read_text(encoding="utf-8") != "mine"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["vgg16", "--x", "macs"], "--x, --y and --size are for a chart; -o chart.svg draws one"),
        (["vgg16", "--y", "colour", "-o", "a.svg"], "networks are compared by params, macs, "),
        (["vgg16", "-o", "a.gif"], "a picture goes to a file that ends in .svg, .png or .pdf"),
        (["vgg16", "--table", "csv", "--format", "json"], "--table goes with"),
        (["-", "-"], "only one of the networks can come from standard input"),
        (["nothere"], "there is no file and no zoo network called 'nothere'"),
        (["vgg16", "--input", "a"], "the input must be"),
    ],
)
def test_refusals(run: Run, words: list[str], told: str) -> None:
    done = run("compare", *words)
    assert done.code == 2
    assert told in done.out + done.err
    assert done.err.count("\n") == (0 if "json" in words else 1)


def test_errors_as_json(run: Run) -> None:
    done = run("compare", "nothere", "--format", "json")
    assert done.code == 2
    assert json.loads(done.out)["errors"][0]["message"].startswith("there is no file")


def test_names_are_data(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    name = '"=1+1|<b>\\e[31m"'
    path.write_text(f"name: {name}\ninput: 8x8x3\nlayers: [relu]\n", encoding="utf-8")
    assert "\x1b" not in run("compare", str(path)).out
    assert run("compare", str(path), "--table", "csv").out.splitlines()[1].startswith("'=1+1")
    table = run("compare", str(path), "--table", "markdown").out
    assert "| `=1+1\\|<b>\\x1b[31m` |" in table
    done = run("compare", str(path), "lenet5", "-o", str(tmp_path / "a.svg"))
    assert done.code == 0
    assert "<b>" not in (tmp_path / "a.svg").read_text(encoding="utf-8")

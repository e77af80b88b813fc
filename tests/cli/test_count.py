"""`cnncalc count`, and the totals of `check` and `summary` by another convention."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Run


def test_overview(run: Run) -> None:
    done = run("count", "resnet50")
    assert (done.code, done.err) == (0, "")
    lines = [line.split("  ") for line in done.out.splitlines()]
    cells = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert ["fvcore", "flops", "4,111,512,576", "fvcore 0.1.5"] in cells
    assert ["Non-trainable params", "53,120"] in cells
    assert any("4,111,413,224 to 4,137,956,328" in line for line in cells)


def test_against_plain(run: Run) -> None:
    done = run("count", "resnet50", "--against", "fvcore")
    assert done.code == 0
    assert "flops of fvcore 0.1.5: 4,111,512,576; our MACs: 4,089,184,256" in done.out
    rows = [line.split() for line in done.out.splitlines()]
    assert ["batch", "norm", "53", "0", "22,227,968", "+22,227,968", "2", "per", "value"] in rows
    assert ["total", "4,089,184,256", "4,111,512,576", "+22,328,320"] in rows
    assert "parameters of fvcore 0.1.5: 25,557,032; our Parameters: 25,557,032; no diff" in done.out


def test_against_names_mistakes(run: Run) -> None:
    done = run("count", "convnext-tiny", "--against", "torchinfo")
    assert "Known mistake of torchinfo 1.8.0: dense: counted once per batch" in done.out
    assert "1 per weight (mistake)" in done.out


def test_against_drawn(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "batch norm" in run("count", "resnet50", "--against", "thop").out
    assert "Total params" in run("count", "resnet50").out


def test_json(run: Run) -> None:
    done = run("count", "resnet50", "--against", "keras", "--format", "json")
    document = json.loads(done.out)
    assert document["against"] == "keras"
    total = document["comparisons"][0]
    assert total["theirs"]["word"] == "Total params"
    assert total["theirs"]["value"] == 25_610_152
    assert total["difference"] == [53_120, 53_120]
    assert sum(term["ours"] for term in total["terms"]) == total["ours"]["value"]
    every = json.loads(run("count", "resnet50", "--format", "json").out)
    assert [row["convention"] for row in every["counts"]][:2] == ["cnncalc", "calflops"]


def test_markdown(run: Run) -> None:
    done = run("count", "resnet50", "--against", "fvcore", "--format", "markdown")
    assert "| batch norm | 53 | 0 | 22,227,968 | +22,227,968 | 2 per value |" in done.out
    assert "| fvcore | flops | 4,111,512,576 | fvcore 0.1.5 |" in run(
        "count", "resnet50", "--format", "markdown"
    ).out.replace("`", "")


def test_partial_networks(run: Run) -> None:
    text = "input: 8x8x4\nlayers: [{conv: {filters: 4, kernel: 1}}, {opaque: {output: 8x8x4}}]\n"
    done = run("count", "-", "--against", "fvcore", stdin=text)
    assert done.code == 0
    assert "≥ 1,024" in done.out


@pytest.mark.parametrize("command", ["check", "summary"])
def test_totals_by_another_convention(run: Run, command: str) -> None:
    done = run(command, "resnet50", "--convention", "keras")
    assert done.code == 0
    assert "Total params           25,610,152  (25.6 M)    Keras 3's summary" in done.out
    assert "\nMACs " not in done.out
    ranged = run(command, "resnet50", "--convention", "ptflops").out
    assert "4,111,413,224 to 4,137,956,328  (4.11 G to 4.14 G)" in ranged
    data = json.loads(
        run(command, "resnet50", "--convention", "fvcore", "--output-format", "json").out
    )
    network = data["networks"][0]
    assert network["counted"]["figures"][0]["value"] == 4_111_512_576
    assert network["totals"]["n_macs"] == 4_089_184_256
    markdown = run(command, "resnet50", "--convention", "thop", "--table", "markdown").out
    assert "| macs | 4,133,742,592 | 4.13 G |" in markdown
    assert "counted" not in json.loads(run(command, "lenet5", "--output-format", "json").out)


def test_concise_summary(run: Run) -> None:
    done = run("summary", "resnet50", "--convention", "torch", "--output-format", "concise")
    assert ": flops 8,178,368,512, parameters 25,557,032" in done.out


@pytest.mark.parametrize(
    "words",
    [
        ("check", "lenet5", "--convention", "fvcor"),
        ("summary", "lenet5", "--convention", "../x"),
        ("count", "lenet5", "--against", ""),
        ("count", "no-such-network"),
        ("count", "lenet5", "--batch", "0"),
    ],
)
def test_refusals(run: Run, words: tuple[str, ...]) -> None:
    done = run(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1


def test_refusal_as_json(run: Run) -> None:
    done = run("count", "lenet5", "--against", "x", "--format", "json")
    assert done.code == 2
    assert "must be one of cnncalc, calflops" in json.loads(done.out)["errors"][0]["message"]

"""`check` and `summary`: every option, and what they print."""

from __future__ import annotations

import csv
import inspect
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cnncalc.cli.check import check
from cnncalc.cli.request import Checking, Request
from tests.cli.conftest import Run

Spec = Callable[[str], Path]

MISFIT = "input: 7x7x1\nlayers:\n  - conv: {filters: 1, kernel: 3, stride: 3}\n"
PADDING = "input: 8x8x1\nlayers:\n  - conv: {filters: 1, kernel: 3, stride: 2, padding: 1}\n"
BROKEN = """\
input: 8x8x4
blocks:
  Wider:
    layers:
      - residual:
          body: [conv: {filters: 8, kernel: 1}]
      - conv: {filters: 4, kernel: 1}
layers:
  - Wider: {repeat: 5}
"""
NESTED = """\
name: nested
input: 16x16x3
blocks:
  Inner:
    layers:
      - conv: {filters: 4, kernel: 3, stride: 2}
      - relu
  Outer:
    layers:
      - Inner
      - conv: {filters: 8, kernel: 1}
layers:
  - conv: {filters: 4, kernel: 3}
  - Outer: {repeat: 2}
"""


def table_rows(out: str) -> list[list[str]]:
    """The rows between the rules of a plain table."""
    rows: list[list[str]] = []
    rules = 0
    for line in out.splitlines():
        if line.startswith("──"):
            rules += 1
        elif rules == 1:
            rows.append(re.split(r" {2,}", line.strip()))
    return rows


def names(out: str) -> list[str]:
    return [row[0] for row in table_rows(out)]


def test_a_clean_network(run: Run) -> None:
    done = run("check", "lenet5-modern")
    assert done.code == 0
    assert done.err == ""
    assert "61,706" in done.out
    assert done.out.endswith("\nNo findings.\n")


def test_summary_finds_nothing(run: Run, spec: Spec) -> None:
    done = run("summary", str(spec(MISFIT)))
    assert done.code == 0
    assert "ound" not in done.out
    assert "loses 1×1" in done.out


def test_a_finding_in_full(run: Run, spec: Spec) -> None:
    path = spec(MISFIT)
    done = run("check", str(path))
    assert done.code == 1
    _, found = done.out.split(f"{path}:3:", 1)
    first, bar, line, carets, *rest = found.splitlines()
    assert re.match(r"\d+: S102 conv: .*\(7 - 3 \+ 2·0\)/3 \+ 1 = 2\.33", first)
    assert bar == "  |"
    assert line == "3 |   - conv: {filters: 1, kernel: 3, stride: 3}"
    assert re.fullmatch(r"  \| +\^+", carets)
    assert rest[-2:] == ["Found 1 warning.", "1 fixable with --fix --unsafe-fixes."]


def test_copies_of_a_block_are_named(run: Run, spec: Spec) -> None:
    done = run("check", str(spec(BROKEN)), "--output-format", "concise")
    assert done.code == 1
    assert " (in Wider_1.residual_1 and 4 more)" in done.out


def test_notes_do_not_fail(run: Run, spec: Spec) -> None:
    done = run("check", str(spec(PADDING)))
    assert done.code == 0
    assert "\nFound 1 note.\n" in done.out


@pytest.mark.parametrize(
    ("text", "level", "code"),
    [
        (MISFIT, "error", 0),
        (MISFIT, "warning", 1),
        (MISFIT, "info", 1),
        (PADDING, "warning", 0),
        (PADDING, "info", 1),
        (BROKEN, "error", 1),
    ],
)
def test_fail_on(run: Run, spec: Spec, text: str, level: str, code: int) -> None:
    assert run("check", str(spec(text)), "--fail-on", level).code == code


def test_concise_is_one_line_per_finding(run: Run, spec: Spec) -> None:
    path = spec(MISFIT + "  - covn: 3\n")
    done = run("check", str(path), "--output-format", "concise")
    lines = done.out.splitlines()
    assert [line.split(": ")[0] for line in lines] == [f"{path}:3:35", f"{path}:4:5"]
    assert run("check", "lenet5", "--output-format", "concise").out == ""


def test_concise_summary_is_one_line_per_network(run: Run) -> None:
    done = run("summary", "lenet5", "vgg16", "--output-format", "concise")
    first, second = done.out.splitlines()
    assert first.startswith("lenet5: 32×32×1 → 84, 25 layers: parameters 60,000, ")
    assert second.startswith("vgg16: ")


def test_several_networks(run: Run, spec: Spec) -> None:
    done = run("check", "lenet5", str(spec(MISFIT)), "alexnet")
    assert done.code == 1
    assert [line for line in done.out.splitlines() if "→" in line] == [
        "lenet5: 32×32×1 → 84, 25 layers",
        "network without a name: 7×7×1 → 2×2×1, 1 layer",
        "alexnet: 227×227×3 → 1000, 16 layers",
    ]
    assert done.out.count("ound") == 1


def test_what_cannot_be_used_does_not_hide_the_rest(run: Run) -> None:
    done = run("check", "lenet5", "missing.yaml", "alexnet")
    assert done.code == 2
    assert "60,965,224" in done.out
    assert done.err.startswith("missing.yaml: ")


def test_standard_input(run: Run) -> None:
    done = run("check", "-", stdin=MISFIT)
    assert done.code == 1
    assert "<stdin>:3:" in done.out


@pytest.mark.parametrize(
    ("key", "first"),
    [
        ("macs", "conv2"),
        ("params", "fc6"),
        ("flops", "conv2"),
        ("memory", "conv1"),
        ("name", "conv1"),
    ],
)
def test_sort_and_top(run: Run, key: str, first: str) -> None:
    done = run("summary", "alexnet", "--sort", key, "--top", "3")
    assert len(names(done.out)) == 3
    assert names(done.out)[0] == first
    assert "\nall 16 layers " in done.out
    assert "60,965,224" in done.out


def test_top_alone_keeps_the_order(run: Run) -> None:
    done = run("summary", "alexnet", "--top", "2")
    assert names(done.out) == ["conv1", "norm1"]


@pytest.mark.parametrize(
    ("depth", "expected"),
    [
        ("1", ["conv_1", "Outer_1", "Outer_2"]),
        ("2", ["conv_1", "Outer_1.Inner_1", "Outer_1.conv_1", "Outer_2.Inner_1", "Outer_2.conv_1"]),
    ],
)
def test_depth(run: Run, spec: Spec, depth: str, expected: list[str]) -> None:
    done = run("summary", str(spec(NESTED)), "--depth", depth)
    assert names(done.out) == expected


def test_a_collapsed_block_has_the_sums(run: Run, spec: Spec) -> None:
    done = run("summary", str(spec(NESTED)), "--depth", "1", "--columns", "name,op,output,params")
    inner, conv = 3 * 3 * 4 * 4 + 4, 4 * 8 + 8
    assert table_rows(done.out)[1] == ["Outer_1", "3 layers", "6×6×8", str(inner + conv)]


def test_columns(run: Run) -> None:
    done = run("summary", "lenet5", "--columns", "op, name,flops,shares", "--top", "1")
    assert done.out.splitlines()[2].split() == ["Op", "Layer", "FLOPs", "Shares"]
    assert table_rows(done.out) == [["conv", "C1", "239,904"]]


def test_every_column(run: Run) -> None:
    header = run("summary", "lenet5", "--columns", "all").out.splitlines()[2]
    for title in ("Inputs", "Trainable", "Statistics", "FLOPs/byte", "Start", "Smallest"):
        assert title in header


def test_batch_and_dtype(run: Run) -> None:
    done = run("summary", "lenet5", "--batch", "2", "--dtype", "float16")
    assert "651,360" in done.out
    assert "bias excluded, batch 2" in done.out
    assert "float16, batch 2" in done.out


def test_input(run: Run) -> None:
    done = run("summary", "ten-filters", "--input", "64x64x3")
    assert "ten-filters: 64×64×3 → 64×64×10" in done.out


def test_inputs_by_name(run: Run, spec: Spec) -> None:
    path = spec("inputs: {a: 8x8x1, b: 8x8x1}\nlayers:\n  - concat: [a, b]\n")
    done = run("summary", str(path), "--input", "a=4x4x1", "--input", "b=4x4x2")
    assert "a 4×4×1, b 4×4×2 → 4×4×3" in done.out


def test_variant(run: Run) -> None:
    done = run("summary", "resnet50", "--variant", "resnet101")
    assert "44,549,160" in done.out


def test_define(run: Run) -> None:
    done = run("summary", "resnet50", "-D", "depths=[1, 1, 1, 1]", "--define", "widen=2")
    assert done.code == 0
    assert done.out.splitlines()[0].endswith(" 54 layers")


def test_csv(run: Run) -> None:
    done = run("check", "lenet5", "--table", "csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert len(rows) == 25
    assert rows[0] == {
        "name": "C1", "op": "conv", "output": "28x28x6", "params": "156", "macs": "117600",
        "field": "5", "misfit": "",
    }  # fmt: skip


def test_csv_leaves_the_findings_to_standard_error(run: Run, spec: Spec) -> None:
    done = run("check", str(spec(MISFIT)), "--table", "csv")
    assert done.code == 1
    assert len(done.out.splitlines()) == 2
    assert "S102" in done.err
    assert "\n3 |   - conv: " in done.err


def test_csv_of_several_networks_says_which(run: Run) -> None:
    rows = list(csv.reader(io.StringIO(run("check", "lenet5", "alexnet", "--table", "csv").out)))
    assert rows[0][:2] == ["network", "name"]
    assert {row[0] for row in rows[1:]} == {"lenet5", "alexnet"}


def test_markdown(run: Run, spec: Spec) -> None:
    out = run("check", str(spec(MISFIT)), "--table", "markdown").out
    assert "| Layer | Op | Output | Params | MACs | Field | Misfit |\n|---|---|---:|" in out
    assert "| conv_1 | conv | 2×2×1 | 10 | 36 | 3 | loses 1×1 |" in out
    assert "\n```text\n" in out
    assert out.endswith("\nFound 1 warning.\n\n1 fixable with --fix --unsafe-fixes.\n")


def test_json_ignores_how_the_table_is_cut(run: Run) -> None:
    whole = json.loads(run("check", "lenet5", "--output-format", "json").out)
    cut = run("check", "lenet5", "--output-format", "json", "--sort", "macs", "--top", "1")
    assert json.loads(cut.out) == whole


def test_check_without_options_means_their_defaults() -> None:
    parameters = list(inspect.signature(check).parameters.values())
    expected = {**Request._field_defaults, **Checking._field_defaults}
    del expected["checking"]
    assert [parameter.name for parameter in parameters] == ["networks", *expected]
    assert {p.name: p.default for p in parameters[1:]} == expected


def test_partial_totals_say_so(run: Run, spec: Spec) -> None:
    path = spec("input: 8x8x1\nlayers:\n  - opaque: {output: 4x4x2}\n  - dense: 3\n")
    out = run("check", str(path)).out
    assert re.search(r"Parameters +≥ 9 .*at least, as some layers are not known", out)
    assert re.search(r"opaque_1 +opaque +4×4×2 +\? +\? +\?", out)
    assert re.search(r"2 layers +4×4×3 +≥ 9 ", out)

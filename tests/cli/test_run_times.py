"""`cnncalc run --time`: the rows, and how the table fits a terminal."""

from __future__ import annotations

import json
import re

import pytest

import cnncalc
from cnncalc.numeric import timing
from cnncalc.numeric.program import Plan, Timing
from cnncalc.numeric.timing import joined
from cnncalc.report.run_values import figure, seconds
from tests.cli.conftest import Run
from tests.cli.test_check import Spec
from tests.cli.test_run import TINY

_STYLE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(autouse=True)
def in_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "_SECONDS", 0.05)
    monkeypatch.setattr(timing, "_PEAK_SECONDS", 0.02)


def test_rows_cover_the_predicted_operations(run: Run, spec: Spec) -> None:
    path = spec(TINY)
    options = ["--time", "--batch", "3", "--output-format", "json"]
    timings = json.loads(run("run", str(path), *options).out)["timings"]
    totals = cnncalc.analyze(cnncalc.load(path), batch=3).totals
    assert timings["n_macs"] == totals.n_macs == sum(row["n_macs"] for row in timings["rows"])
    assert timings["seconds"] == pytest.approx(sum(row["seconds"] for row in timings["rows"]))
    assert timings["peak_flops_per_second"] > 1e8
    assert 1 <= timings["n_runs"] <= 20
    row = timings["rows"][0]
    assert row["flops_per_second"] == pytest.approx(2 * row["n_macs"] / row["seconds"])
    assert row["of_peak"] == pytest.approx(
        row["flops_per_second"] / timings["peak_flops_per_second"]
    )


def test_steps_that_share_a_layer_are_one_row(spec: Spec) -> None:
    facts = cnncalc.analyze(cnncalc.load(spec(TINY)))
    steps = Plan(facts).steps.steps
    rows = joined([Timing(step, f"way {n}", 2.0**n) for n, step in enumerate(steps)], facts)
    assert [row.layers for row in rows] == [
        ("conv_1",),
        ("separable_conv_1", "batch_norm_1"),
        ("dense_1", "softmax_1"),
    ]
    assert [row.seconds for row in rows] == [1, 2 + 4, 8]
    assert [row.kernels for row in rows] == [("way 0",), ("way 1", "way 2"), ("way 3",)]
    backwards = joined([Timing(step, "", 1.0) for step in steps[::-1]], facts)
    assert {frozenset(row.layers) for row in backwards} == {frozenset(row.layers) for row in rows}


def test_the_table(run: Run, spec: Spec) -> None:
    out = run("run", str(spec(TINY)), "--time").out
    table = out[out.index("Layers  ") :]
    assert re.search(r"^separable_conv_1 \+ batch_norm_1 .* 1,040 ", table, re.MULTILINE)
    assert re.search(r"^all +[\d.]+ +6,092 +[\d.]+ +[\d.]+ %$", table, re.MULTILINE)
    assert re.search(r"^Each time is the shortest of \d+ runs?; ", table, re.MULTILINE)


@pytest.mark.parametrize(
    ("width", "there", "gone"),
    [
        (140, ["+ batch_norm_1", "Computed as", "Of time", "MACs"], []),
        (80, ["separable_conv_1 +1", "Computed as", "MACs"], ["+ batch_norm_1"]),
        (60, ["MACs", "Of time"], ["Computed as"]),
        (50, ["GFLOP/s"], ["Computed as", "Of time"]),
        (20, ["GFLOP/s", "Of peak"], ["Computed as", "Of time", "MACs"]),
    ],
)
def test_it_fits_a_terminal(
    run: Run,
    spec: Spec,
    monkeypatch: pytest.MonkeyPatch,
    width: int,
    there: list[str],
    gone: list[str],
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(width))
    out = _STYLE.sub("", run("run", str(spec(TINY)), "--time").out)
    table = out[out.index("Layers  ") : out.index("Each time")]
    assert all(word in table for word in there)
    assert not any(word in table for word in gone)
    if width >= 50:
        assert max(map(len, out.splitlines())) <= width


def test_figures() -> None:
    assert [figure(x) for x in (0.25, -12345.6, 1e-7, 1234.0, 0.0, float("nan"), None)] == [
        "0.2500", "-1.235e+04", "1.000e-07", "1234", "0.000", "nan", "-",
    ]  # fmt: skip
    assert [seconds(x) for x in (0.0, 2e-6, 0.0123, 0.9999, 75.31, 4321)] == [
        "0.00 ms", "0.00200 ms", "12.3 ms", "1,000 ms", "75.3 s", "4,321 s",
    ]  # fmt: skip

"""`cnncalc verify` and `cnncalc shift` on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cnncalc.analysis import fields
from tests.cli.conftest import Run

SPEC = """
name: small
input: 12x12x1
layers:
  - conv: {filters: 2, kernel: 3}
  - max_pool: 2
  - global_avg_pool
"""
EDGES = """
input: 6x9x1
layers:
  - conv: {filters: 1, kernel: 3, weights: [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], bias: false}
"""


def break_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    right = fields.slide

    def wrong(axis: fields.Axis, kernel: int, *rest: object) -> fields.Axis:
        return right(axis, kernel + (kernel == 2), *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(fields, "slide", wrong)


def test_agreement(run: Run, spec: Callable[[str], Path]) -> None:
    done = run("verify", spec(SPEC))
    assert done.code == 0
    assert done.err == ""
    lines = done.out.splitlines()
    assert lines[0] == "small: input 12×12×1, random weights"
    assert lines[4].split() == ["conv_1", "conv", "10×10×2", "20", "800", "3", "ok"]
    assert lines[6].split() == [
        *("global_avg_pool_1", "global_avg_pool", "2", "0", "8", "all"),
        "ok",
    ]
    assert lines[-1] == "all 3 layers agree: shapes, parameters, bytes, receptive fields"


def test_difference(run: Run, spec: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    break_fields(monkeypatch)
    done = run("verify", spec(SPEC))
    assert done.code == 1
    assert "5 predicted, 4 found  DIFFERS" in done.out
    assert done.out.splitlines()[-1] == "1 of 3 layers differ: max_pool_1"


def test_json(run: Run, spec: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    document = json.loads(run("verify", spec(SPEC), "--output-format", "json").out)
    assert document["agrees"] is True
    assert document["cells"] == "lines"
    assert document["layers"][1]["output_shape"] == {"predicted": [5, 5, 2], "found": [5, 5, 2]}
    assert document["layers"][1]["receptive_field"] == {
        "predicted": [4, 4],
        "found": [4, 4],
        "status": "agrees",
        "whole_input": False,
        "note": "",
    }
    break_fields(monkeypatch)
    done = run("verify", spec(SPEC), "--output-format", "json")
    assert done.code == 1
    assert json.loads(done.out)["agrees"] is False


def test_terminal(run: Run, spec: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    out = run("verify", spec(SPEC)).out
    assert "\x1b[1;32mok" in out
    assert "\x1b[1;32mall 3 layers agree" in out
    break_fields(monkeypatch)
    assert "\x1b[1;31mDIFFERS" in run("verify", spec(SPEC)).out


def test_options(run: Run, spec: Callable[[str], Path]) -> None:
    done = run("verify", spec(SPEC), "--input", "20x16x1", "--seed", "3", "--threads", "1")
    assert done.code == 0
    assert "18×14×2" in done.out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--max-memory", "1kB"], "are allowed"),
        (["--max-memory", "much"], "takes an amount"),
        (["--input", "2x2x1"], "cannot be run"),
    ],
)
def test_unusable(run: Run, spec: Callable[[str], Path], options: list[str], message: str) -> None:
    done = run("verify", spec(SPEC), *options)
    assert done.code == 2
    assert done.out == ""
    assert message in done.err
    assert len(done.err.splitlines()) == 1


def test_shift(run: Run, spec: Callable[[str], Path]) -> None:
    done = run("shift", spec(SPEC), "--by", "2")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == "small: input moved by 2 to the right"
    assert lines[4].split()[:5] == ["conv_1", "conv", "10×10×2", "1", "8"]
    assert all(float(line.split()[-1]) < 1e-6 for line in lines[4:6])
    assert lines[6].split()[-1] == "-"


def test_shift_of_a_file(run: Run, spec: Callable[[str], Path], tmp_path: Path) -> None:
    steps = np.repeat([[0.0] * 4 + [1.0] * 5], 6, axis=0)[..., np.newaxis]
    np.save(tmp_path / "steps.npy", steps)
    done = run("shift", spec(EDGES), "--image", tmp_path / "steps.npy", "--output-format", "json")
    (layer,) = json.loads(done.out)["layers"]
    # of six places in a row that see no border two hold the edge; it moves on by one
    assert layer["n_inside"] == 6
    assert layer["changed"] == pytest.approx(2 / 6)
    assert layer["error"] < 1e-6
    assert layer["stride"] == 1


def test_shift_on_a_terminal(
    run: Run, spec: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1;32m" in run("shift", spec(SPEC)).out


def test_shift_too_far(run: Run, spec: Callable[[str], Path]) -> None:
    done = run("shift", spec(SPEC), "--by", "12")
    assert done.code == 2
    assert "moves by 1 to 11, not 12" in done.err

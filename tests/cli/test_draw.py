"""`cnncalc draw`: what is written where, and what is refused in one line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import cnncalc
from tests.cli.conftest import Run
from tests.cli.test_process import modules_after

Spec = Callable[[str], Path]
BRANCHES = "input: 8x8x3\nlayers: [{residual: {body: [{conv: {filters: 3, kernel: 1}}]}}]\n"


def test_a_pipe_gets_the_svg(spawn: Run) -> None:
    done = spawn("draw", "lenet5", PYTHONUTF8="0", PYTHONIOENCODING="latin-1")
    assert done == (0, cnncalc.draw(cnncalc.load("lenet5")).svg(), "")


def test_a_terminal_gets_a_hint(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    done = run("draw", "lenet5")
    assert done == (
        2,
        "",
        "cnncalc: a picture is not for a terminal: -o net.svg writes it to a file\n",
    )


def test_a_file_is_written_and_not_replaced(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "net.svg"
    assert run("draw", "lenet5", "-o", str(path)) == (0, "", "")
    assert path.read_text(encoding="utf-8") == run("draw", "lenet5").out
    done = run("draw", "vgg16", "-o", str(path))
    assert done.code == 2
    assert "--force" in done.err
    assert run("draw", "vgg16", "-o", str(path), "--force").code == 0
    assert path.read_text(encoding="utf-8") == run("draw", "vgg16").out


def test_an_ending_is_refused_before_the_network_is_read(run: Run) -> None:
    done = run("draw", "no-such-network", "-o", "net.jpeg")
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "ends in .svg, .png or .pdf, not 'net.jpeg'" in done.err


def test_every_option_is_another_picture(run: Run) -> None:
    asked = [
        *(["--view", "boxes"], ["--view", "flow"], ["--rf", "C3"], ["--conv", "C3"]),
        *(["--chart", "cost"], ["--chart", "field"], ["--chart", "memory"]),
    ]
    done = [run("draw", "lenet5", *options) for options in asked]
    assert all("<svg " in one.out and (one.code, one.err) == (0, "") for one in done)
    assert len({one.out for one in done}) == len(asked)
    assert run("draw", "lenet5").out == done[0].out
    assert run("draw", "lenet5", "--depth", "0").out != done[1].out


def test_svg_needs_no_array_library() -> None:
    loaded = modules_after("from cnncalc.cli import main; main(['draw', 'lenet5'])")
    assert "cnncalc.drawing.boxes" in loaded
    assert loaded.isdisjoint({"numpy", "matplotlib", "rich"})


def test_settings_reach_the_network(run: Run, spec: Spec) -> None:
    path = spec("vars: {n: 4}\ninput: 8x8x1\nlayers: [{conv: {filters: $n, kernel: 3}}]\n")
    done = run("draw", str(path), "-D", "n=7", "--input", "12x12x1")
    assert "7@10×10" in done.out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--view", "boxes"], "boxes are for chains of layers, and residual_1 breaks the chain"),
        (["--view", "boxes", "--rf", "conv_1"], "do not go together"),
        (["--rf", "conv_9"], "there is no layer 'conv_9'; did you mean conv_1?"),
        (["--chart", "cost", "--depth", "1"], "depth is for a flow"),
    ],
)
def test_what_cannot_be_drawn(run: Run, spec: Spec, options: list[str], message: str) -> None:
    done = run("draw", str(spec(BRANCHES)), *options)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert done.err.count("\n") == 1


def test_without_matplotlib(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    done = run("draw", "lenet5", "-o", str(tmp_path / "net.pdf"))
    assert done.code == 2
    assert 'pip install "cnncalc[draw]"' in done.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        "input: 8x8x3\nlayers: [{conv: {filters: 4, kernel: 99}}, relu, {dense: 3}]",
        "input: 8x8x3\nlayers: [{no_such_op: 4}, flatten, {dense: 3}]",
        "input: 8x8x3\nlayers: [{conv: {filters: 4}}, {add: [a, b]}]",
        'input: 8x8x3\nlayers: [{conv: {filters: 4, kernel: 1, name: "<b>\\t\'"}}]',
    ],
)
def test_networks_with_faults_have_a_picture(run: Run, spec: Spec, text: str) -> None:
    for options in ([], ["--view", "flow"]):
        done = run("draw", str(spec(f"{text}\n")), *options)
        assert done.code == 0, done.err
        assert done.out.startswith("<svg ")

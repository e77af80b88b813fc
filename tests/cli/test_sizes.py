"""`cnncalc sizes`."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Run


def test_unet_as_published(run: Run) -> None:
    done = run("sizes", "unet-valid")
    assert (done.code, done.err) == (0, "")
    assert "height and width: 188 + 16k\n" in done.out
    assert " 572  388×388×2\n" in done.out


def test_near(run: Run) -> None:
    done = run("sizes", "unet-valid", "--near", "573")
    assert (
        "573 does not fit: max_pool_1, height (569 + 0 - 2) mod 2 = 1: 1 of the input" in done.out
    )
    assert " 572  388×388×2\n" in done.out


def test_range_and_json(run: Run) -> None:
    words = ("sizes", "vgg16", "--range", "200..300", "--near", "230", "--format", "json")
    document = json.loads(run(*words).out)
    (axes,) = document["axes"]
    assert axes["sizes"] == [224, 256, 288]
    assert axes["tried"] == [200, 300]
    assert axes["pattern"]["text"] == "multiples of 32 from 224"
    assert axes["nearest"][0] == {"size": 224, "output": [1000]}
    assert axes["unfit"]["layer"].endswith("max_pool_1")


def test_axes(run: Run) -> None:
    both = run("sizes", "c3d", "--range", "8..64").out
    assert "\ndepth: multiples of 8\n" in both
    assert "\nheight: multiples of 16\n" in both
    one = run("sizes", "c3d", "--axis", "depth").out
    assert "depth: multiples of 8" in one
    assert "height:" not in one


def test_strict(run: Run) -> None:
    assert ": every size\n" in run("sizes", "resnet18").out
    assert ": 1 + 32k\n" in run("sizes", "resnet18", "--strict").out


def test_dense_weights_are_told_of(run: Run) -> None:
    assert "gives another number of weights in F6" in run("sizes", "lenet5").out


def test_markdown(run: Run) -> None:
    out = run("sizes", "unet", "--format", "markdown").out
    assert "**height and width: multiples of 16**" in out


def test_drawn(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    out = run("sizes", "unet-valid", "--near", "573").out
    assert "388×388×2" in out
    assert "does not fit" in out


def test_no_size_is_exit_code_1(run: Run) -> None:
    done = run("sizes", "unet-valid", "--range", "1..100")
    assert done.code == 1
    assert "no size fits" in done.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("lecture-dense",), "no height or width"),
        (("lenet5", "--axis", "depth"), "axes are height, width"),
        (("lenet5", "--range", "x"), "--range takes two sizes"),
        (("lenet5", "--range", "9..3"), "--range takes two sizes"),
        (("lenet5", "--range", "0..3"), "--range takes two sizes"),
        (("lenet5", "--range", "1..9999999999"), "too much"),
        (("lenet5", "--range", "1..9999999999999999"), "10^15"),
        (("nonsense",), "no zoo network"),
    ],
)
def test_refusals(run: Run, words: tuple[str, ...], message: str) -> None:
    done = run("sizes", *words)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert done.err.count("\n") == 1


def test_refusal_as_json(run: Run) -> None:
    done = run("sizes", "lecture-dense", "--format", "json")
    assert done.code == 2
    assert "vector" in json.loads(done.out)["errors"][0]["message"]


def test_hostile_names(run: Run) -> None:
    text = 'input: 9x9x1\nlayers:\n  - max_pool: {size: 2, name: "a\\u202e[red]"}\n'
    done = run("sizes", "-", stdin=text)
    assert "\u202e" not in done.out
    assert "[red]" in done.out or done.code == 2

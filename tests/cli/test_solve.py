"""`cnncalc solve`."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Run


def rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_size(run: Run) -> None:
    done = run("solve", "size", "32", "--to", "28")
    assert (done.code, done.err) == (0, "")
    first = rows(done.out)[5]
    assert first[:7] == ["conv", "5", "1", "0", "1", "25", "19,600"]
    assert done.out.splitlines()[5].endswith("(32 - 5 + 2·0)/1 + 1 = 28")


def test_keep(run: Run) -> None:
    done = run("solve", "keep", "--kernel", "3..5", "--dilation", "2")
    assert rows(done.out)[5:8] == [
        ["3", "2", "2", "2·(3", "-", "1)/2", "=", "2"],
        ["4", "2", "3", "2·(4", "-", "1)/2", "=", "3"],
        ["5", "2", "4", "2·(5", "-", "1)/2", "=", "4"],
    ]
    uneven = run("solve", "keep", "--kernel", "2").out
    assert "[0, 1]  (2 - 1)/2 = 0.5" in uneven


def test_field(run: Run) -> None:
    done = run("solve", "field", "64", "--kernel", "3")
    found = [row[:5] for row in rows(done.out) if row and row[0].isdigit()]
    assert ["6", "3", "2", "1", "127"] in found
    assert ["32", "3", "1", "1", "65"] in found
    deep = run("solve", "field", "64", "--kernel", "3", "--depth", "4")
    assert ["4", "3", "1", "8", "65"] in [row[:5] for row in rows(deep.out)]


def test_json_has_every_solution(run: Run) -> None:
    document = json.loads(run("solve", "size", "32", "--to", "28", "--format", "json").out)
    assert document["solutions"][0] == {
        "op": "conv", "kernel": 5, "stride": 1, "padding": [0, 0], "dilation": 1,
        "n_weights": 25, "n_macs": 19600,
    }  # fmt: skip
    table = run("solve", "size", "32", "--to", "28", "--top", "2").out
    assert f"and {len(document['solutions']) - 2} more" in table
    stacks = json.loads(run("solve", "field", "9", "--format", "json").out)["solutions"]
    assert all(stack["size"] >= 9 for stack in stacks)


def test_markdown(run: Run) -> None:
    out = run("solve", "keep", "--kernel", "5", "--format", "markdown").out
    assert "| 5 | 1 | 2 |" in out


def test_drawn(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "(32 - 5 + 2·0)/1 + 1 = 28" in run("solve", "size", "32", "--to", "28").out
    assert "there are none" in run("solve", "size", "5", "--to", "4", "--kernel", "1").out


def test_nothing_found_is_exit_code_1(run: Run) -> None:
    done = run("solve", "size", "5", "--to", "4", "--kernel", "1")
    assert done.code == 1
    assert done.out.count("\n") == 1
    assert "there are none; try" in done.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("size 32", "size needs --to"),
        ("size --to 3", "needs a number of cells"),
        ("field", "such as cnncalc solve field 64"),
        ("keep", "keep needs --kernel"),
        ("keep 32 --kernel 3", "the same for all"),
        ("keep --kernel 3 --stride 2", "keep takes no --stride"),
        ("field 64 --padding 1", "field takes no --padding"),
        ("size 0 --to 3", "size must be from 1"),
        ("size 9999999 --to 3", "size must be from 1 to 1,000,000"),
        ("size 32 --to 28 --kernel x", "--kernel takes numbers such as"),
        ("size 32 --to 28 --kernel 1..9999", "from 1 to 100 numbers"),
        ("size 32 --to 28 --kernel 5..3", "from 1 to 100 numbers"),
        ("size 32 --to 28 --stride 0", "stride must be from 1"),
        ("field 64 --depth 0", "depth must be from 1"),
        ("size 1000000 --to 2 --kernel 99901..100000 --dilation 1..9", "too much to try"),
    ],
)
def test_refusals(run: Run, words: str, message: str) -> None:
    done = run("solve", *words.split())
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert done.err.count("\n") == 1


def test_refusal_as_json(run: Run) -> None:
    done = run("solve", "size", "32", "--format", "json")
    assert done.code == 2
    assert "size needs --to" in json.loads(done.out)["errors"][0]["message"]

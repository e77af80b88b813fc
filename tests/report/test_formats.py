"""Markdown, CSV and the terminal: each escapes in its own way and says the same."""

from __future__ import annotations

import csv
import doctest
import io
import re
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnncalc.report
from cnncalc.report import plain, terminal
from cnncalc.report.csv_table import write_tables
from cnncalc.report.markdown import escaped
from cnncalc.report.rows import View
from cnncalc.report.table import plain_lines, table
from tests.helpers import chain, zoo_facts

MODULES = sorted(path.stem for path in Path(str(cnncalc.report.__file__)).parent.glob("*.py"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("conv_1", "conv_1"),
        ("B_2.conv_1", "B_2.conv_1"),
        ("56×56×256", "56×56×256"),
        ("_a_", "`_a_`"),
        ("a_", "`a_`"),
        ("*a*", "`*a*`"),
        ("a|b", r"`a\|b`"),
        ("`a`", "`` `a` ``"),
        ("<b>", "`<b>`"),
        ("[a](b)", "`[a](b)`"),
    ],
)
def test_markdown_escapes(text: str, expected: str) -> None:
    assert escaped(text) == expected


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=12))
def test_a_cell_of_markdown_is_one_cell(text: str) -> None:
    assert not re.search(r"(?<!\\)\|", escaped(text))


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "a,b", 'a"b'])
def test_csv_escapes(name: str) -> None:
    facts = chain("4x4x1", f"relu: {{name: '{name}'}}")
    file = io.StringIO()
    write_tables(file, [facts], View(columns=("name", "params")))
    rows = list(csv.reader(io.StringIO(file.getvalue())))
    assert rows[1] == [f"'{name}" if name[0] in "=+-@" else name, "0"]


def test_csv_is_plain_numbers() -> None:
    file = io.StringIO()
    write_tables(file, [zoo_facts("seven-stride3")], View(columns=("all",)))
    (row,) = csv.DictReader(io.StringIO(file.getvalue()))
    assert row["macs"] == "36"
    assert row["output"] == "2x2x1"
    assert row["misfit"] == "loses 1x1"


@pytest.mark.parametrize("name", ["lenet5", "resnet50", "googlenet", "dcgan", "efficientnet-b0"])
@pytest.mark.parametrize("width", [40, 60, 80, 100, 160])
@pytest.mark.parametrize("depth", [None, 1])
def test_a_terminal_shows_the_same_table(name: str, width: int, depth: int | None) -> None:
    facts, view = zoo_facts(name), View(depth=depth)
    console = terminal.make_console(width)
    with console.capture() as captured:
        terminal.print_network(console, facts, view)
    lines = [line.rstrip() for line in captured.get().splitlines()]
    laid_out = "".join(plain_lines(table(facts, view, width))).splitlines()
    assert lines[2 : 2 + len(laid_out)] == laid_out
    wide = [line for line in lines if len(line) > width]
    assert wide == [] or width == 40


def test_a_terminal_shows_the_same_totals() -> None:
    facts = zoo_facts("resnet50")
    written: list[str] = []
    plain.write_network(written.append, facts, View())
    for width in (40, 80, 300):
        console = terminal.make_console(width)
        with console.capture() as captured:
            terminal.print_network(console, facts, View())
        shown = captured.get().split("\n\n")[-1].split()
        assert shown == "".join(written).split("\n\n")[-1].split()


def test_columns_that_were_asked_for_may_be_wider_than_a_terminal() -> None:
    facts, view = zoo_facts("resnet50"), View(columns=("all",), top=3)
    console = terminal.make_console(60)
    with console.capture() as captured:
        terminal.print_network(console, facts, view)
    laid_out = "".join(plain_lines(table(facts, view, 60))).splitlines()
    assert [line.rstrip() for line in captured.get().splitlines()[2:9]] == laid_out


def test_a_terminal_is_not_kept_waiting() -> None:
    facts = chain("4x4x1", "conv: {filters: 1, kernel: 1, repeat: 2100}")
    console = terminal.make_console(80)
    console.file = io.StringIO()
    terminal.print_network(console, facts, View())
    assert "conv_2100 " in console.file.getvalue()


@pytest.mark.parametrize("module", MODULES)
def test_examples_run(module: str) -> None:
    name = "cnncalc.report" if module == "__init__" else f"cnncalc.report.{module}"
    assert doctest.testmod(import_module(name)).failed == 0

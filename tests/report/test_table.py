"""The table: what a narrow terminal gets, what collapses, what cells say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.errors import UsageError
from cnncalc.report.columns import COLUMNS, choose
from cnncalc.report.rows import View, rows
from cnncalc.report.table import plain_lines, table
from cnncalc.report.totals import title, totals
from cnncalc.report.width import cells
from tests.helpers import chain, facts_of, zoo_facts

NETWORKS = ("lenet5-modern", "resnet50", "googlenet", "unet", "efficientnet-b0", "c3d", "m5")


def keys(name: str, width: int | None, view: View | None = None) -> list[str]:
    view = view or View()
    return [filled.column.key for filled in table(zoo_facts(name), view, width).columns]


@given(st.sampled_from(NETWORKS), st.integers(1, 200), st.sampled_from([None, 1, 2]))
def test_a_table_fits_or_is_down_to_its_names(name: str, width: int, depth: int | None) -> None:
    view = View(depth=depth)
    facts = zoo_facts(name)
    whole = table(facts, view)
    fitted = table(facts, view, width)
    assert fitted.width <= width or len(fitted.columns) == 1
    assert fitted.columns[0] == whole.columns[0]
    lines = "".join(plain_lines(fitted)).splitlines()
    assert max(map(cells, lines)) == fitted.width
    assert len(lines) == len(fitted.rows) + 4


def test_the_less_important_goes_first() -> None:
    shown = ["name", "op", "output", "params", "macs", "field", "misfit"]
    assert keys("resnet50", None) == shown
    shown.remove("op")
    assert keys("resnet50", 100) == shown
    shown.remove("misfit")
    assert keys("resnet50", 80) == shown
    assert keys("resnet50", 60) == ["name", "params", "macs"]
    assert keys("resnet50", 40) == ["name"]


def test_columns_that_were_asked_for_stay() -> None:
    view = View(columns=("name", "op", "misfit"))
    assert keys("alexnet", 10, view) == ["name", "op", "misfit"]


def test_an_empty_column_is_left_out() -> None:
    assert "misfit" not in keys("alexnet", None)


def test_columns_are_listed_once_and_known() -> None:
    assert [column.key for column in choose(("op", "name", "op"))] == ["op", "name"]
    assert [column.key for column in choose(("all",))] == list(COLUMNS)
    with pytest.raises(UsageError, match="did you mean params"):
        choose(("parms",))
    with pytest.raises(UsageError, match="there are name, op, "):
        choose(("x",))


def cell(column: str, *layers: str, input: str = "8x8x3", row: int = -1) -> str:
    facts = chain(input, *layers)
    return COLUMNS[column].text(rows(facts, View())[row])


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        ("conv: {filters: 1, kernel: 3, stride: 3}", "loses 2×2"),
        ("conv: {filters: 1, kernel: [2, 3], stride: [2, 3]}", "loses 0×2"),
        ("conv: {filters: 1, kernel: 3, stride: 2, padding: 1}", "padding 1×1"),
        ("max_pool: 2", ""),
        ("max_pool: {size: 3, stride: 2, rounding: ceil}", ""),
        ("global_avg_pool", ""),
    ],
)
def test_misfit(layer: str, expected: str) -> None:
    assert cell("misfit", layer) == expected


def test_misfits_of_a_block_are_counted() -> None:
    text = """
input: 41x41x1
blocks:
  Down:
    layers:
      - conv: {filters: 1, kernel: 3, stride: 3}
      - max_pool: 2
      - conv: {filters: 1, kernel: 3, stride: 2, padding: 1}
layers: [Down]
"""
    (row,) = rows(facts_of(text), View(depth=1))
    assert COLUMNS["misfit"].text(row) == "loses in 2 layers"
    assert COLUMNS["field"].text(row) == "18"
    assert COLUMNS["inputs"].text(row) == "input"


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        (["conv: {filters: 1, kernel: 3}"], "3"),
        (["conv: {filters: 1, kernel: [1, 5]}"], "1×5"),
        (["flatten"], "all"),
        (["global_avg_pool: {keep_dims: true}"], "all"),
        (["multiply: [prev, [global_avg_pool: {keep_dims: true}]]"], "1"),
        (["opaque: {output: 4x4x1}"], "?"),
    ],
)
def test_field(layers: list[str], expected: str) -> None:
    assert cell("field", *layers) == expected


def test_stride_and_start() -> None:
    layers = ["conv: {filters: 1, kernel: 3, stride: 2, padding: 1}"]
    assert cell("stride", *layers) == "2"
    assert cell("start", *layers) == "-1"
    assert cell("smallest", *layers) == "3"
    assert cell("stride", "conv_transpose: {filters: 1, kernel: 2, stride: 2}") == "1/2"


def test_titles() -> None:
    assert title(zoo_facts("vgg16")) == "vgg16: 224×224×3 → 1000, 25 layers"
    assert title(chain("4", "dense: 2")) == "network without a name: 4 → 2, 1 layer"


def test_totals_state_their_conventions() -> None:
    lines = {line.label: line for line in totals(zoo_facts("resnet50"))}
    assert lines["Parameters"].exact == "25,557,032"
    assert lines["Parameters"].human == "25.6 M"
    assert lines["Statistics"].exact == "53,120"
    assert lines["MACs"].note.endswith("convolution and dense, bias excluded, batch 1")
    assert lines["FLOPs"].note.startswith("2·MACs + normalization 22.2 M, activation 9.61 M")
    assert "weights not included" in lines["Peak memory"].note
    assert lines["Receptive field"].exact == "427"
    assert lines["Receptive field"].note.startswith("cells per axis, stride 32, at ")


def test_the_last_map_is_the_one_before_everything_is_seen() -> None:
    def label(*layers: str) -> str:
        return totals(chain("8x8x1", *layers))[-1].label

    conv = "conv: {filters: 1, kernel: 3}"
    assert label(conv, "flatten", "dense: 2") == "Receptive field"
    assert label(conv, "opaque: {output: 2x2x1}") == "Peak memory"
    assert label("flatten") == "Peak memory"


def test_trainable_is_told_where_it_differs() -> None:
    frozen = chain("4x4x1", "conv: {filters: 1, kernel: 1, trainable: false}")
    assert [line.label for line in totals(frozen)][:2] == ["Parameters", "Trainable"]
    assert "Trainable" not in [line.label for line in totals(zoo_facts("vgg16"))]


def test_every_output_is_in_the_title() -> None:
    spec = (
        "name: two\ninput: 8\nlayers:\n  - dense: {units: 10, name: a}\n"
        "  - dense: {units: 3, name: b, from: input}\noutputs: [a, b]\n"
    )
    assert title(facts_of(spec)) == "two: 8 → a 10, b 3, 2 layers"

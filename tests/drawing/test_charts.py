"""Charts: their values against the series, their words by the renderer's boxes, their bytes."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations
from typing import Any
from xml.etree import ElementTree

import matplotlib
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import StepPatch
from matplotlib.text import Text

from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.drawing.charts import Chart, chart
from cnncalc.drawing.charts.columns import MOST_COLUMNS, per_column, reduced, runs
from cnncalc.drawing.charts.rows import MOST_ROWS, rows_of
from cnncalc.drawing.series import field_growth, layer_costs, live_memory
from cnncalc.errors import UsageError
from tests.helpers import chain, facts_of, network_of, zoo_facts

CONV = "conv: {filters: 4, kernel: 3, padding: same}"
KINDS = ("cost", "field", "memory")
BROKEN = "input: 8x8x3\nlayers:\n  - conv: {filters: 4, kernel: 3}\n  - opaque: {output: 6x6x4}\n"


def broken() -> NetworkFacts:
    """A layer of which neither parameters nor operations nor the field are known."""
    return analyze(network_of(f"{BROKEN}  - {CONV}\n"))


def odd_names() -> NetworkFacts:
    chinese, long = "第一個卷積層的名字" * 12, "x" * 200
    names = [chinese, long, "a$b_c^d$", "<b>&amp;", "--a--> --", "\\u0007\\u202eevil"]
    return chain(
        "64x60x3", *(f'conv: {{name: "{name}", filters: 4, kernel: [3, 5]}}' for name in names)
    )


def shown_texts(figure: Any) -> list[Text]:
    """Every text that is drawn."""
    texts: list[Text] = [*figure.texts]
    for axes in figure.axes:
        texts += [axes.title, axes.xaxis.label, axes.yaxis.label, *axes.texts]
        for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            low, high = sorted(limits)
            for tick in axis.get_major_ticks():
                if low <= tick.get_loc() <= high:
                    texts.append(tick.label1)
        if axes.get_legend() is not None:
            texts += axes.get_legend().get_texts()
    return [text for text in texts if text.get_text() and text.get_visible()]


def check_words(made: Chart) -> None:
    """No two words overlap, none leaves the page, none is smaller than 7 points."""
    canvas: Any = FigureCanvasAgg(made.figure)
    canvas.draw()
    page = made.figure.bbox
    boxes = [
        (text, text.get_window_extent(canvas.get_renderer())) for text in shown_texts(made.figure)
    ]
    for text, box in boxes:
        assert float(text.get_fontsize()) >= 7
        assert text.get_text().isprintable()
        assert page.x0 <= box.x0, text
        assert box.x1 <= page.x1, text
        assert page.y0 <= box.y0, text
        assert box.y1 <= page.y1, text
    for (one, first), (other, second) in combinations(boxes, 2):
        wide = min(first.x1, second.x1) - max(first.x0, second.x0)
        high = min(first.y1, second.y1) - max(first.y0, second.y0)
        assert wide <= 0 or high <= 0, (one.get_text(), other.get_text())


@pytest.mark.filterwarnings("ignore:Glyph .* missing from font")  # where no font has Chinese
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name",
    ["inception-v3", "1d", "3d", "names", "broken", "one", "long", "vast", "legend"],
)
def test_words_neither_overlap_nor_leave_the_page(name: str, kind: Any) -> None:
    match name:
        case "1d":
            facts = chain(
                "1000x2", *["conv: {filters: 8, kernel: 9, stride: 2, padding: same}"] * 7
            )
        case "3d":
            facts = chain("16x112x100x3", *["conv: {filters: 4, kernel: [1, 3, 5]}"] * 9)
        case "names":
            facts = odd_names()
        case "broken":
            facts = broken()
        case "legend":  # of two rows
            tall = "conv: {filters: 3, kernel: [3, 5], padding: same}"
            facts = chain("600x300x3", f"residual: {{body: [{tall}]}}", "flatten")
        case "vast":
            facts = chain("1000000000000x10x3", "conv: {filters: 9, kernel: 3}")
        case "one":
            facts = chain("8x8x3", "relu")
        case "long":
            facts = chain("64x64x3", *[CONV] * 120)
        case _:
            facts = zoo_facts(name)
    made = chart(facts, kind)
    check_words(made)
    ElementTree.fromstring(made.svg())


USERS: Any = {"savefig.bbox": "tight", "font.size": 20, "axes.grid": True, "svg.fonttype": "path"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_bytes_whatever_the_user_has_set(kind: Any) -> None:
    facts = zoo_facts("lenet5")
    first = chart(facts, kind)
    with matplotlib.rc_context(USERS):
        second = chart(facts, kind)
        assert first.svg() == second.svg()
        if kind == "memory":
            assert first.png() == second.png()
            assert first.png().startswith(b"\x89PNG")
    assert "dc:date" not in first.svg()


@pytest.mark.slow  # fonts take their time
def test_the_same_bytes_as_pdf() -> None:
    facts = zoo_facts("lenet5")
    first = chart(facts, "memory")
    with matplotlib.rc_context(USERS):
        second = chart(facts, "memory").pdf()
    assert first.pdf() == second
    assert first.pdf().startswith(b"%PDF")


def axes_of(facts: NetworkFacts, kind: Any) -> list[Any]:
    """The axes of a chart, whose marks have types of their own."""
    return list(chart(facts, kind).figure.axes)


def heights(axes: Any) -> list[float]:
    """The values of the line in the first chart of an axis, run after run."""
    lines: list[Any] = [
        patch for patch in axes.patches if isinstance(patch, StepPatch) and not patch.get_fill()
    ]
    return [float(value) for line in lines for value in line.get_data().values]


def test_bars_are_the_costs() -> None:
    facts = zoo_facts("vgg16")
    macs, params = axes_of(facts, "cost")
    costs = [cost for cost in layer_costs(facts) if cost.n_macs or cost.n_params]
    rows = [patch.get_width() for patch in macs.patches]
    assert rows == pytest.approx([(cost.n_macs or 0) / 1e9 for cost in costs])
    rows = [patch.get_width() for patch in params.patches]
    assert rows == pytest.approx([(cost.n_params or 0) / 1e6 for cost in costs])
    assert macs.get_xlabel() == "multiply-accumulates (G)"
    assert params.get_xlabel() == "parameters (M)"
    assert [tick.get_text() for tick in macs.get_yticklabels()] == [cost.name for cost in costs]


def test_a_cost_that_is_not_known_has_no_bar_and_says_so() -> None:
    macs, params = axes_of(broken(), "cost")
    assert [text.get_text() for text in macs.texts] == ["3.89", "not known", "5.18"]
    assert [text.get_text() for text in params.texts] == ["112", "not known", "148"]


@pytest.mark.parametrize("name", ["resnet50", "googlenet", "densenet121"])
def test_rows_are_few_and_leave_nothing_out(name: str) -> None:
    facts = zoo_facts(name)
    rows = rows_of(layer_costs(facts)).rows
    assert len(rows) <= MOST_ROWS
    assert sum(row.macs.known for row in rows) == facts.totals.n_macs
    assert sum(row.params.known for row in rows) == facts.totals.n_params
    assert len({row.name for row in rows}) == len(rows)


def test_of_a_long_chain_the_dearest_layers_are_shown() -> None:
    dear = "conv: {name: dear, filters: 9, kernel: 5, padding: same}"
    facts = chain("16x16x3", *[CONV] * 150, dear, *[CONV] * 150)
    found = rows_of(layer_costs(facts))
    assert len(found.rows) == MOST_ROWS
    assert "dear" in {row.name for row in found.rows}
    assert found.rows[-1].is_rest
    assert found.rows[-1].name == "242 more layers"
    assert sum(row.macs.known for row in found.rows) == facts.totals.n_macs
    axes, _ = axes_of(facts, "cost")
    assert axes.patches[-1].get_width() == 0


def test_sums_that_leave_something_out_are_marked() -> None:
    block = f"blocks:\n  B:\n    layers:\n      - {CONV}\n      - opaque: {{output: 8x8x4}}\n"
    facts = facts_of(f"input: 8x8x4\n{block}layers:\n" + "  - B\n" * 40)
    rows = rows_of(layer_costs(facts)).rows
    assert len(rows) == 40
    assert all(row.macs.partial and row.macs.known for row in rows)
    axes, _ = axes_of(facts, "cost")
    assert axes.texts[0].get_text() == "≥ 9.22"


def test_the_line_is_the_field_and_stops_where_all_is_seen() -> None:
    facts = zoo_facts("vgg16")
    (axes,) = axes_of(facts, "field")
    steps = field_growth(facts)
    local = [step.size[0] for step in steps if step.size and step.middle is not None]
    assert heights(axes) == local
    assert len(local) < len(steps)
    (line,) = axes.lines
    assert set(line.get_ydata()) == {224}  # the size of the input
    labels = axes.get_legend_handles_labels()[1]
    assert labels == ["sees", "input, 224", "sees all of the input"]


def test_fields_that_are_not_known_are_a_gap() -> None:
    (axes,) = axes_of(broken(), "field")
    assert heights(axes) == [3.0]
    assert axes.get_legend_handles_labels()[1] == ["sees", "input, 8", "not known"]


def test_axes_that_differ_have_lines_of_their_own() -> None:
    facts = chain("60x30x3", "conv: {filters: 1, kernel: [3, 5]}")
    (axes,) = axes_of(facts, "field")
    assert heights(axes) == [3.0, 5.0]
    assert axes.get_legend_handles_labels()[1] == [
        "sees (height)",
        "input, 60 (height)",
        "sees (width)",
        "input, 30 (width)",
    ]
    square = chain("60x60x3", "conv: {filters: 1, kernel: [3, 5]}")
    (axes,) = axes_of(square, "field")
    assert axes.get_legend_handles_labels()[1] == ["sees (height)", "input, 60", "sees (width)"]


def test_the_area_is_the_live_memory_with_its_peak() -> None:
    facts = zoo_facts("resnet50")
    (axes,) = axes_of(facts, "memory")
    live = [step.live_bytes for step in live_memory(facts).steps]
    assert heights(axes) == pytest.approx([(size or 0) / 2**20 for size in live])
    (point,) = axes.lines
    assert facts.totals.peak_memory_bytes is not None
    assert point.get_ydata() == pytest.approx([facts.totals.peak_memory_bytes / 2**20])
    (text,) = axes.texts
    assert text.get_text() == f"peak 9.19 MiB at {facts.totals.peak_layer}"
    assert axes.get_ylabel() == "live memory (MiB)"


def test_memory_that_is_not_known_is_a_gap_without_a_peak() -> None:
    facts = analyze(
        network_of(
            "input: 8x8x3\nlayers:\n  - conv: {filters: 4, kernel: 3}\n"
            "  - conv: {filters: 4, kernel: 9}\n  - global_avg_pool\n  - dense: 2\n"
        )
    )
    (axes,) = axes_of(facts, "memory")
    live = [step.live_bytes for step in live_memory(facts).steps]
    assert None in live
    assert heights(axes) == pytest.approx([size / 1024 for size in live if size is not None])
    assert not axes.texts
    assert axes.get_legend_handles_labels()[1] == ["not known"]


def test_names_are_shown_as_they_are() -> None:
    svg = ElementTree.fromstring(chart(odd_names(), "cost").svg())
    texts = {text.text for text in svg.iter("{http://www.w3.org/2000/svg}text")}
    assert {"a$b_c^d$", "<b>&amp;", "--a--> --", r"\x07\u202eevil"} <= texts


def test_vast_fields_have_a_unit() -> None:
    facts = chain("1000000000000x10x3", "conv: {filters: 9, kernel: 3}")
    (axes,) = axes_of(facts, "field")
    assert axes.get_ylabel() == "receptive field (T cells of the input)"


def test_columns_are_few_and_keep_the_largest() -> None:
    assert [per_column(count) for count in (1, 1000, 1001, 100_000)] == [1, 1, 2, 100]
    values = [1, 5, None, 2, 7]
    assert reduced(values, 2, max) == [5, None, 7]
    assert runs([True, True, False, True]) == [(0, 1), (3, 3)]
    facts = chain("64x64x3", *[CONV] * 1100)
    (axes,) = axes_of(facts, "field")
    assert len(heights(axes)) <= MOST_COLUMNS
    assert heights(axes)[-1] == 2 * 1100 + 1


def test_what_cannot_be_drawn_is_said_in_a_line() -> None:
    with pytest.raises(UsageError, match="no layer has one that is known"):
        chart(chain("100", "dense: 10"), "field")


def test_nothing_global_is_touched() -> None:
    code = (
        "import sys, cnncalc\n"
        "from cnncalc.drawing.charts import chart\n"
        "facts = cnncalc.analyze(cnncalc.load('lenet5'))\n"
        "assert 'matplotlib' not in sys.modules\n"
        "made = chart(facts, 'cost')\n"
        # asking for the backend would load pyplot
        "from matplotlib import rcParams\n"
        "def seen(): return {key: rcParams[key] for key in rcParams if key != 'backend'}\n"
        "before = seen()\n"
        "made.svg()\n"
        "assert seen() == before\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"

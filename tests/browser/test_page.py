"""The web page in a real browser."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest
from playwright.sync_api import Browser, Page

import cnncalc
from cnncalc.analysis.facts import NetworkFacts

pytestmark = pytest.mark.slow

_LONG = """
name: long
input: 64x64x3
blocks:
  Unit:
    layers: [{conv: {filters: 16, kernel: 3, padding: same}}, batch_norm, relu]
  Stage:
    layers: [{Unit: {repeat: 10}}]
layers:
  - Stage: {repeat: 10}
"""
_FAULTY = """
name: faulty
input: 7x7x1
blocks:
  Misfit:
    layers: [{conv: {filters: 2, kernel: 3, stride: 3}}, relu]
layers:
  - Misfit
  - relu
"""


class Opened(NamedTuple):
    """A page that is open in the browser.

    Attributes:
        page: The page.
        facts: What it is about.
        noise: What the console said, errors, and whatever was asked for over the network.
    """

    page: Page
    facts: NetworkFacts
    noise: list[str]

    def row(self, name: str) -> Any:
        """The row of a layer, by its full name."""
        data = json.loads(self.page.locator("#data").text_content() or "")
        index = next(
            number
            for number, row in enumerate(data["rows"])
            if not row["block"] and data["steps"][row["first"]]["name"] == name
        )
        return self.page.locator(f"#row-{index}")

    def lit(self) -> str:
        """The name of what is lit up."""
        return self.page.locator("#layer h2").text_content() or ""

    def choose(self, view: str) -> None:
        self.page.get_by_role("radio", name=view, exact=True).check()

    def names(self) -> list[str]:
        """The names of the rows that can be seen, as they stand."""
        return self.page.locator("tbody tr:visible .own").all_text_contents()


Open = Callable[..., Opened]


@cache
def facts_of(network: str) -> NetworkFacts:
    return cnncalc.analyze(cnncalc.load(network))


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    pages: list[Page] = []

    def opened(network: str, *, theme: Literal["light", "dark"] = "light", **how: Any) -> Opened:
        facts = facts_of(network)
        file = tmp_path / "report.html"
        file.write_text(cnncalc.page(facts, **how), encoding="utf-8")
        page = browser.new_page(color_scheme=theme, viewport={"width": 1400, "height": 900})
        pages.append(page)
        noise: list[str] = []
        page.on("console", lambda message: noise.append(message.text))
        page.on("pageerror", lambda error: noise.append(str(error)))
        page.on("dialog", lambda dialog: noise.append(f"dialog {dialog.message}"))
        page.on("request", lambda request: noise.append(f"request {request.url}"))
        page.goto(file.as_uri())
        noise.remove(f"request {file.as_uri()}")
        return Opened(page, facts, noise)

    yield opened
    for page in pages:
        page.close()


@pytest.mark.parametrize("network", ["lenet5", "googlenet", "unet", "m5", "c3d", _FAULTY])
def test_it_opens_in_silence(open_page: Open, network: str) -> None:
    opened = open_page(network)
    assert opened.page.locator(".chart").count() == 4
    assert opened.lit()
    assert opened.noise == []


@pytest.mark.parametrize(
    "network",
    [
        "input: 100\nlayers:\n  - dense: 10\n",
        "inputs: {a: 8x8x3, b: 9x9x3}\nlayers:\n  - conv: {filters: 3, kernel: 2, from: b}\n"
        "  - add: [a, prev]\n",
        "inputs: {a: 8x8x3, b: 5}\nlayers:\n  - dense: {units: 3, from: b}\n"
        "  - multiply: [a, prev]\n",
        "input: 8x8x3\nlayers:\n  - nonsense\n  - relu\n",
        "input: 6x200x3\nlayers:\n  - conv: {filters: 9, kernel: [3, 9], padding: same}\n",
        "input: 90000x90000x3\nlayers:\n  - conv: {filters: 90000, kernel: 9, stride: 7}\n",
    ],
)
def test_odd_ones_open_in_silence(open_page: Open, network: str) -> None:
    opened = open_page(network)
    for row in opened.page.locator("tbody tr:visible").all():
        row.hover()
        assert "NaN" not in (opened.page.locator("#layer").inner_html())
    assert opened.noise == []


def test_it_sorts(open_page: Open) -> None:
    opened = open_page("alexnet-torchvision")
    if opened.page.locator("fieldset.tools").count():
        opened.choose("Layers only")
    layers = opened.facts.layers
    usual = opened.names()
    head = opened.page.get_by_role("columnheader", name="Params")
    head.get_by_role("button").click()
    costs = [layer.n_params or 0 for layer in layers]
    shown = opened.page.locator("tbody tr:visible td:nth-child(4)").all_text_contents()
    assert [int(text.replace(",", "")) for text in shown] == sorted(costs, reverse=True)
    assert head.get_attribute("aria-sort") == "descending"
    head.get_by_role("button").click()
    shown = opened.page.locator("tbody tr:visible td:nth-child(4)").all_text_contents()
    assert [int(text.replace(",", "")) for text in shown] == sorted(costs)
    head.get_by_role("button").click()
    assert opened.names() == usual
    assert head.get_attribute("aria-sort") == "none"


def test_it_sorts_within_blocks(open_page: Open) -> None:
    opened = open_page("vgg16")
    opened.choose("Blocks")
    opened.page.get_by_role("columnheader", name="MACs").get_by_role("button").click()
    shown = opened.page.locator("tbody tr:visible td:nth-child(5)").all_text_contents()
    macs = [int(text.replace(",", "")) for text in shown]
    assert macs == sorted(macs, reverse=True)
    assert sum(macs) == opened.facts.totals.n_macs
    opened.choose("Blocks and layers")
    names = opened.names()
    at = names.index("stage1")
    assert sorted(names[at + 1 : at + 4]) == ["conv_1", "conv_2", "max_pool_1"]


def test_it_folds(open_page: Open) -> None:
    opened = open_page("vgg16")
    opened.choose("Blocks and layers")
    assert len(opened.names()) == 25 + 5
    opened.choose("Blocks")
    assert "conv_1" not in opened.names()
    row = opened.page.locator("tbody tr", has_text="stage2").first
    assert row.get_attribute("aria-expanded") == "false"
    row.locator(".fold").click()
    assert row.get_attribute("aria-expanded") == "true"
    at = opened.names().index("stage2")
    assert opened.names()[at + 1 : at + 4] == ["conv_1", "conv_2", "max_pool_1"]
    row.locator(".fold").click()
    assert "conv_1" not in opened.names()


def test_the_keyboard_does_it_too(open_page: Open) -> None:
    opened = open_page("vgg16")
    keyboard = opened.page.keyboard
    opened.choose("Blocks")
    opened.page.locator("tbody tr[tabindex='0']").focus()
    assert opened.lit() == "stage1"
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    assert opened.lit() == "stage3"
    keyboard.press("ArrowUp")
    assert opened.lit() == "stage2"
    keyboard.press("ArrowRight")
    keyboard.press("ArrowDown")
    assert opened.lit() == "stage2.conv_1"
    keyboard.press("ArrowLeft")
    assert opened.lit() == "stage2"
    keyboard.press("Enter")
    assert "conv_1" not in opened.names()
    keyboard.press("End")
    assert opened.lit() == "fc8"
    keyboard.press("Home")
    assert opened.lit() == "stage1"


def test_a_focused_column_sorts(open_page: Open) -> None:
    opened = open_page("lenet5")
    opened.page.get_by_role("button", name="Layer", exact=True).focus()
    opened.page.keyboard.press("Enter")
    head = opened.page.get_by_role("columnheader", name="Layer")
    assert head.get_attribute("aria-sort") == "ascending"


def seen(opened: Opened, kind: str = "seen") -> list[list[float]]:
    """The rectangles that are drawn on the input, in cells: x, y, width, height."""
    found = []
    for box in opened.page.locator(f".plane .{kind}").all():
        texts = [box.get_attribute(name) for name in ("x", "y", "width", "height")]
        found.append([float(text or "nan") for text in texts])
    return found


def predicted(facts: NetworkFacts, name: str) -> list[list[float]]:
    """The field of the middle output by the facts: start + u·stride, for axes y and x."""
    layer = facts.layer(name)
    field, shape = layer.receptive_field, layer.output_shape
    assert field is not None
    assert field.size is not None
    assert field.start is not None
    assert field.stride is not None
    assert shape is not None
    starts = [
        start + ((size or 0) - 1) // 2 * float(stride)
        for start, stride, size in zip(field.start, field.stride, shape, strict=False)
    ]
    boxes = list(zip(starts, field.size, strict=True))
    (y, high), (x, wide) = boxes[-2:]
    return [[x, y, wide, high]]


@pytest.mark.parametrize(
    ("network", "names"),
    [
        ("vgg16", ["stage1.conv_1", "stage3.conv_2", "stage5.max_pool_1"]),
        ("lenet5", ["C1", "S2", "C3", "S4", "C5"]),
        ("googlenet", ["conv1", "pool1", "conv2"]),
    ],
)
def test_it_draws_what_a_layer_sees(open_page: Open, network: str, names: Sequence[str]) -> None:
    opened = open_page(network)
    if opened.page.locator("fieldset.tools").count():
        opened.choose("Layers only")
    for name in names:
        opened.row(name).hover()
        assert opened.lit() == name
        assert seen(opened) == predicted(opened.facts, name)
        ground = seen(opened, "ground")[0]
        height, width = (next(iter(opened.facts.inputs.values())) or ())[:2]
        assert ground == [0, 0, width, height]


def test_a_sound_and_a_film_have_strips(open_page: Open) -> None:
    opened = open_page("m5")
    opened.choose("Layers only")
    layer = opened.facts.layers[0]
    opened.row(layer.name).hover()
    field = layer.receptive_field
    assert field is not None
    assert seen(opened)[0][2] == (field.size or (0,))[0]
    opened = open_page("c3d")
    opened.row("max_pool_1").hover()
    plane, strip = seen(opened)
    assert [plane] == predicted(opened.facts, "max_pool_1")
    assert plane[2:] == [4, 4]  # of 3×4×4 cells
    assert strip[2] == 3


def test_hovering_lights_up_everywhere(open_page: Open) -> None:
    opened = open_page("vgg16")
    page = opened.page
    opened.choose("Blocks and layers")
    opened.row("stage2.conv_2").hover()
    assert page.locator("tbody tr.lit .own").all_text_contents() == ["conv_2"]
    assert page.locator(".picture [data-layer].lit").get_attribute("data-layer") == "stage2.conv_2"
    places = [band.get_attribute("x") for band in page.locator(".chart .band").all()]
    assert len(places) == 4
    opened.row("fc7").hover()
    assert all(
        float(band.get_attribute("x") or 0) > float(place or 0)
        for band, place in zip(page.locator(".chart .band").all(), places, strict=True)
    )
    # a block lights up all that is in it
    page.locator("tbody tr.block", has_text="stage1").hover()
    lit = page.locator(".picture [data-layer].lit").evaluate_all(
        "groups => groups.map(group => group.dataset.layer)"
    )
    assert {"stage1.conv_1", "stage1.conv_2", "stage1.max_pool_1"} <= set(lit) or lit == ["stage1"]


def test_the_drawing_lights_up_the_table(open_page: Open) -> None:
    opened = open_page("vgg16")
    box = opened.page.locator('.picture [data-layer="stage4.conv_2"] .fill-convolution').last
    box.hover()
    assert opened.lit() == "stage4.conv_2"
    box.click()
    assert opened.page.locator("tbody tr.lit .own").text_content() == "conv_2"


def test_what_was_clicked_stays_lit_until_the_mouse_moves(open_page: Open) -> None:
    opened = open_page("lenet5")
    box = opened.page.locator('.picture [data-layer="C3"] .fill-convolution').last
    box.click()
    opened.page.wait_for_timeout(300)  # the page scrolls, and a row comes to lie below the mouse
    assert opened.lit() == "C3"
    assert opened.page.locator("tbody tr.lit .own").text_content() == "C3"
    row = opened.row("F6")
    row.hover()
    row.hover(position={"x": 20, "y": 5})
    assert opened.lit() == "F6"


def test_a_chart_lights_up_the_table(open_page: Open) -> None:
    opened = open_page("lenet5")
    chart = opened.page.locator(".chart").first
    chart.scroll_into_view_if_needed()
    bars = chart.locator("g.rect rect")
    assert bars.count() == len(opened.facts.layers) + 1
    box = bars.nth(1).bounding_box()
    assert box is not None
    opened.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert opened.lit() == opened.facts.layers[0].name


def test_a_finding_lights_up_its_layer_and_explains_its_rule(open_page: Open) -> None:
    opened = open_page(_FAULTY)
    opened.choose("Blocks")
    finding = opened.page.locator(".findings li", has_text="S102")
    finding.hover()
    assert opened.lit() == "Misfit_1.conv_1"
    finding.get_by_role("link", name="to the layer").click()
    assert "conv_1" in opened.names()
    opened.page.locator('.findings a[href="#rule-S102"]').first.click()
    assert opened.page.locator("#rule-S102 h3").first.is_visible()


def test_a_long_network_stays_usable(open_page: Open) -> None:
    times = []
    for _ in range(3):  # other processes may be in the way
        opened = open_page(_LONG)
        assert len(opened.facts.layers) == 300
        entries = opened.page.evaluate(
            "new Promise(resolve => new PerformanceObserver(list => resolve("
            "list.getEntries().map(entry => entry.startTime))).observe("
            "{type: 'paint', buffered: true}))"
        )
        times.append(max(entries))
        if times[-1] < 1000:
            break
    assert min(times) < 1000, times
    opened.choose("Blocks and layers")
    started = opened.page.evaluate("performance.now()")
    opened.row("Stage_7.Unit_3.conv_1").hover()
    assert opened.lit() == "Stage_7.Unit_3.conv_1"
    assert opened.page.evaluate("performance.now()") - started < 5000
    assert len(cnncalc.page(opened.facts).encode()) < 3_000_000
    assert opened.noise == []


def test_it_prints(open_page: Open) -> None:
    opened = open_page("vgg16")
    opened.choose("Blocks")
    assert len(opened.names()) == 12
    pdf = opened.page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 2
    opened.page.emulate_media(media="print", color_scheme="dark")
    assert len(opened.names()) == 25 + 5
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    assert opened.page.evaluate(ground) == "rgb(255, 255, 255)"
    assert not opened.page.locator("#layer").is_visible()
    assert opened.page.locator("button:visible").count() == 0  # a head with one is not repeated


def test_the_theme_can_be_chosen(open_page: Open) -> None:
    opened = open_page("lenet5", theme="dark")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    fill = "getComputedStyle(document.querySelector('.picture .fill-convolution')).fill"
    assert opened.page.evaluate(ground) == "rgb(21, 24, 28)"
    dark = opened.page.evaluate(fill)
    opened.page.get_by_label("Colours").select_option("light")
    assert opened.page.evaluate(ground) == "rgb(255, 255, 255)"
    assert opened.page.evaluate(fill) != dark
    opened.page.get_by_label("Colours").select_option("dark")
    assert opened.page.evaluate(fill) == dark


def test_it_reads_without_its_script(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(cnncalc.page(facts_of("vgg16")), encoding="utf-8")
    page = browser.new_page(java_script_enabled=False)
    page.goto(file.as_uri())
    assert page.locator("tbody tr:visible").count() == 25 + 5
    assert page.locator(".picture svg").is_visible()
    assert page.get_by_text("138,357,544").first.is_visible()
    assert not page.get_by_role("heading", name="Charts").is_visible()
    page.close()


def test_a_hostile_name_does_nothing(open_page: Open) -> None:
    evil = "</script><img src=x onerror=alert(1)>"
    layers: list[Any] = [
        {"conv": {"filters": 2, "kernel": 3, "name": "c"}},
        {f"</text></svg>{evil}": 3},
        {"conv": {"filters": 2, "kernel": evil}},
    ]
    spec = {"name": f"{evil}\"'`${{alert(2)}}", "inputs": {evil: [8, 8, 3]}, "layers": layers}
    opened = open_page(json.dumps(spec) + "\n")
    assert opened.page.locator("img").count() == 0
    assert evil in (opened.page.locator("h1").text_content() or "")
    for row in opened.page.locator("tbody tr:visible").all():
        row.hover()
    opened.page.locator(".chart").first.hover()
    assert opened.noise == []


def test_a_picture_is_shown_as_the_input(open_page: Open, tmp_path: Path) -> None:
    from PIL import Image

    photo = tmp_path / "photo.png"
    Image.new("RGB", (20, 10), (200, 30, 30)).save(photo)
    opened = open_page("vgg16", image=photo)
    picture = opened.page.locator(".plane image")
    assert picture.get_attribute("width") == "224"
    assert opened.noise == [] or all(text.startswith("request data:") for text in opened.noise)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("network", ["resnet50", _FAULTY])
def test_axe_finds_nothing_serious(
    open_page: Open, theme: Literal["light", "dark"], network: str
) -> None:
    folder = os.environ.get("CNNCALC_AXE")
    if folder is None:
        pytest.skip("needs the npm package axe-core, its folder in CNNCALC_AXE")
    opened = open_page(network, theme=theme)
    opened.page.evaluate((Path(folder) / "axe.min.js").read_text(encoding="utf-8"))
    found = opened.page.evaluate("axe.run()")
    violations = [
        (one["id"], one["impact"], [node["html"][:200] for node in one["nodes"]][:3])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert violations == []
    assert len(found["passes"]) > 15

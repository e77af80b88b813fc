"""The web page: what is in it, and that nothing from a network can be more than text in it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.drawing.scene import Group
from cnncalc.report.page import page as page_module
from cnncalc.report.page.data import as_json
from cnncalc.report.page.marks import Marks
from cnncalc.report.page.tree import branches
from tests.helpers import facts_of

HOSTILE = "</script><img src=x onerror=alert(1)>"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
BLOCKS = """
name: nested
input: 16x16x3
blocks:
  Inner:
    layers: [{conv: {filters: 4, kernel: 3, padding: same}}, relu]
  Outer:
    layers: [{Inner: {repeat: 2}}, {max_pool: 2}]
layers:
  - Outer: {repeat: 2}
  - flatten
  - dense: 10
"""


class Read(HTMLParser):
    """The elements of a page, and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, str]] = []
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open = tag if tag in ("script", "style") else ""
        if self._open:
            self.raw.append((tag, ""))

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            tag, text = self.raw.pop()
            self.raw.append((tag, text + data))


def made(network: str = "lenet5", **how: Any) -> str:
    return cnncalc.page(cnncalc.load(network), **how)


def data_of(page: str) -> Any:
    return json.loads(next(text for tag, text in Read(page).raw if '"steps"' in text[:2000]))


def test_the_same_network_gives_the_same_page() -> None:
    assert made("lenet5") == made("lenet5")


def test_facts_give_the_page_of_their_network() -> None:
    network = cnncalc.load("lenet5")
    assert cnncalc.page(cnncalc.analyze(network)) == cnncalc.page(network)


def test_nothing_is_fetched() -> None:
    elements = Read(made("resnet50")).elements
    fetched = [
        (tag, name, value)
        for tag, attributes in elements
        for name, value in attributes.items()
        if name in ("src", "href", "srcset", "data", "action") and not (value or "").startswith("#")
    ]
    assert fetched == []
    assert not {"link", "iframe", "object", "embed", "img", "base"} & {tag for tag, _ in elements}


def test_no_style_or_handler_is_an_attribute() -> None:
    for _, attributes in Read(made("resnet50")).elements:
        assert not [name for name in attributes if name == "style" or name.startswith("on")]


def test_the_policy_allows_what_is_there_and_nothing_else() -> None:
    read = Read(made())
    policy = next(
        attributes["content"]
        for tag, attributes in read.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split("; ")}
    hashes = {"script": [], "style": []}  # type: dict[str, list[str]]
    for tag, text in read.raw:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        hashes[tag].append(f"'sha256-{digest}'")
    assert rules["default-src"] == ["'none'"]
    assert rules["script-src"] == hashes["script"][1:]  # the first is data, and does not run
    assert rules["style-src"] == hashes["style"]
    assert rules["img-src"] == ["data:"]
    assert "unsafe" not in policy


def test_json_cannot_end_its_element() -> None:
    text = as_json({HOSTILE: "<!-- & \u2028 \u2029"})
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == {HOSTILE: "<!-- & \u2028 \u2029"}


@pytest.mark.parametrize("name", [HOSTILE, "$name ${data} $$", "日本語 \u202e \u2028", "a" * 500])
def test_names_are_text(name: str) -> None:
    spec = {
        "name": name,
        "inputs": {name: [8, 8, 3]},
        "layers": [{"conv": {"filters": 2, "kernel": 3, "name": "c", "from": name}}, {name: 3}],
    }
    page = cnncalc.page(cnncalc.load(json.dumps(spec) + "\n"))
    honest = cnncalc.page(
        cnncalc.load(json.dumps(spec).replace(json.dumps(name)[1:-1], "n") + "\n")
    )
    assert {tag for tag, _ in Read(page).elements} == {tag for tag, _ in Read(honest).elements}
    assert "<img" not in re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert "\u202e" not in page


def test_the_table_has_every_layer_and_every_block() -> None:
    facts = facts_of(BLOCKS)
    page = cnncalc.page(facts)
    found = branches(facts.layers)
    blocks = [".".join(branch.scope) for branch in found if branch.is_block]
    assert blocks == [
        "Outer_1", "Outer_1.Inner_1", "Outer_1.Inner_2",
        "Outer_2", "Outer_2.Inner_1", "Outer_2.Inner_2",
    ]  # fmt: skip
    assert [branch.row.last.name for branch in found if not branch.is_block] == [
        layer.name for layer in facts.layers
    ]
    assert page.count('<tr id="row-') == len(facts.layers) + len(blocks)
    # a block has the sums of its layers, and the output of its last one
    outer = found[0].row
    assert outer.figure("n_params") == (
        sum(layer.n_params or 0 for layer in facts.layers[:5]),
        False,
    )
    assert outer.last.output_shape == (8, 8, 4)


def rows_inside(data: Any, index: int) -> list[int]:
    """The positions of the layers below a row."""
    return [
        row["first"]
        for number, row in enumerate(data["rows"])
        if not row["block"] and index in ancestors(data, number)
    ]


def ancestors(data: Any, index: int) -> list[int]:
    parent = data["rows"][index]["parent"]
    return [] if parent is None else [parent, *ancestors(data, parent)]


def test_a_block_spans_its_layers() -> None:
    data = data_of(cnncalc.page(facts_of(BLOCKS)))
    for index, row in enumerate(data["rows"]):
        if row["block"]:
            assert rows_inside(data, index) == list(range(row["first"], row["last"] + 1))


@pytest.mark.parametrize("name", ["lenet5", "resnet50", "googlenet", "unet", "m5", "c3d"])
def test_the_numbers_are_those_of_the_facts(name: str) -> None:
    facts = cnncalc.analyze(cnncalc.load(name))
    data = data_of(cnncalc.page(facts, findings=[]))
    steps = data["steps"][len(facts.inputs) :]
    assert [step["name"] for step in steps] == [layer.name for layer in facts.layers]
    assert [step["macs"] for step in steps] == [layer.n_macs for layer in facts.layers]
    assert [step["params"] for step in steps] == [layer.n_params for layer in facts.layers]
    assert max(step["live"] for step in data["steps"]) == facts.totals.peak_memory_bytes
    ups = [layer.op == "conv_transpose" for layer in facts.layers]
    for at, (step, layer) in enumerate(zip(steps, facts.layers, strict=True)):
        check_field(facts, step["field"], layer.name, upsampled=any(ups[: at + 1]))


def check_field(facts: NetworkFacts, drawn: Any, name: str, *, upsampled: bool) -> None:
    """The span of the middle output, by the facts' own formula."""
    layer = facts.layer(name)
    field = layer.receptive_field
    assert field is not None
    assert drawn["sizes"] == (None if field.size is None else list(field.size))
    assert drawn["all"] == layer.sees_all
    if field.stride is None or field.start is None or field.size is None or layer.sees_all:
        return
    assert layer.output_shape is not None
    for axis, span in enumerate(drawn["span"]):
        middle = ((layer.output_shape[axis] or 0) - 1) // 2
        if upsampled:  # the size depends on the place: the facts have the largest
            assert span[1] - span[0] < field.size[axis]
            continue
        first = field.start[axis] + middle * int(field.stride[axis])
        assert span == [first, first + field.size[axis] - 1], name


@pytest.mark.parametrize("name", ["lenet5", "vgg16", "resnet50", "googlenet", "unet", "m5"])
def test_every_row_of_a_sound_network_is_in_the_drawing(name: str) -> None:
    page = made(name)
    groups = {attributes.get("data-layer") for _, attributes in Read(page).elements}
    data = data_of(page)
    leaves = [row for row in data["rows"] if not row["block"]]
    assert {row["mark"] for row in leaves} <= groups


def test_what_the_drawing_folds_is_shown_by_what_it_is_folded_into() -> None:
    drawn = ("input", "Outer_1", "Outer_1.Inner_1.conv_1", "Outer_1.max_pool_1", "dense_1")
    marks = Marks([Group((Group((), name),)) for name in drawn])
    facts = facts_of(BLOCKS)
    of = {layer.name: marks.layer(layer) for layer in facts.layers}
    assert of["Outer_1.Inner_1.conv_1"] == "Outer_1.Inner_1.conv_1"
    assert of["Outer_1.Inner_1.relu_1"] == "Outer_1.Inner_1.conv_1"  # folded into the layer before
    assert of["Outer_1.Inner_2.conv_1"] == "Outer_1.Inner_1.conv_1"  # a copy
    assert of["Outer_2.Inner_2.conv_1"] == "Outer_1.Inner_1.conv_1"  # a copy in a copy
    assert of["Outer_2.max_pool_1"] == "Outer_1.max_pool_1"
    assert of["flatten_1"] == "Outer_1.max_pool_1"
    assert of["dense_1"] == "dense_1"
    assert marks.block(("Outer_2", "Inner_2")) == "Outer_1.Inner_1"
    closed = Marks([Group((), "Outer_1")])  # a block that is one box
    assert {closed.layer(layer) for layer in facts.layers[:-1]} == {"Outer_1"}
    assert closed.layer(facts.layers[-1]) == ""  # a dense layer is folded into nothing


def test_what_is_left_out_of_the_drawing_lights_up_nothing() -> None:
    conv = "conv: {filters: 4, kernel: 3, padding: same, activation: relu, repeat: 500}"
    data = data_of(cnncalc.page(cnncalc.load(f"input: 8x8x3\nlayers:\n  - {conv}\n")))
    marks = [row["mark"] for row in data["rows"]]
    assert marks[0] == "conv_1"
    assert marks[-1] == "conv_500"
    assert marks[300] == ""


def test_what_is_not_known_is_null_and_a_question_mark() -> None:
    spec = "input: 8x8x3\nlayers:\n  - opaque: {output: 4x4x8}\n  - conv: {filters: 2, kernel: 3}\n"
    page = cnncalc.page(cnncalc.load(spec))
    opaque, conv = data_of(page)["steps"][1:]
    assert (opaque["macs"], opaque["params"], opaque["field"]) == (None, None, None)
    assert conv["macs"] == 2 * 2 * 2 * 9 * 8
    assert re.search(r"opaque_1.*?<td class=\"right\">\?</td>", page, re.DOTALL)


FAULTY = {
    "unknown op": "input: 8x8x3\nlayers:\n  - conv: {filters: 2, kernel: 3}\n  - nonsense\n",
    "vanished": "input: 4x4x3\nlayers:\n  - conv: {filters: 2, kernel: 7}\n  - dense: 3\n",
    "vector": "input: 100\nlayers:\n  - dense: 10\n",
    "two inputs": "inputs: {a: 8x8x3, b: 8x8x3}\nlayers:\n  - add: [a, b]\n",
    "enormous": "input: 900000x900000x3\nlayers:\n  - conv: {filters: 900000, kernel: 1}\n",
    "one": "input: 1x1x1\nlayers:\n  - relu\n",
}


@pytest.mark.parametrize("spec", FAULTY.values(), ids=FAULTY)
def test_any_network_has_a_page(spec: str) -> None:
    page = cnncalc.page(cnncalc.load(spec))
    assert page.endswith("</html>\n")
    data_of(page)


def test_a_very_long_network_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "MOST_LAYERS", 20)
    facts = facts_of("input: 8x8x3\nlayers:\n  - relu: {repeat: 50}\n")
    page = cnncalc.page(facts)
    assert page.count('<tr id="row-') == 20
    assert "And 30 layers more." in page
    assert len(data_of(page)["steps"]) == 21


def test_findings_show_the_line_and_explain_the_rule() -> None:
    spec = "input: 7x7x1\nlayers:\n  - conv: {filters: 1, kernel: 3, stride: 3}\n"
    page = cnncalc.page(cnncalc.load(spec))
    assert "Found 1 warning." in page
    assert re.search(r"3 \| +- conv: \{filters: 1, kernel: 3, stride: 3\}\n", page)
    assert '<a href="#rule-S102">S102</a>' in page
    assert '<details id="rule-S102">' in page
    assert "<h3>Why it matters</h3>" in page
    assert 'data-row="0"' in page
    assert '<pre tabindex="0">input: 7x7x1\nlayers:\n  - conv' in page


def test_errors_come_first() -> None:
    deep = "  - conv: {filters: 4, kernel: 3, padding: same}\n" * 12
    page = cnncalc.page(cnncalc.load(f"input: 32x32x3\nlayers:\n{deep}  - foo\n"))
    first = page.index('<li class="error"')
    assert first < page.index('<li class="warning"')


def test_no_findings_is_said() -> None:
    assert "No findings." in made("lenet5", findings=[])


def test_a_picture_is_in_the_page(tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(PNG)
    url = data_of(made("lenet5", image=photo))["image"]
    assert url == f"data:image/png;base64,{base64.b64encode(PNG).decode()}"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"<svg onload=alert(1)>", "no picture that a page can show"),
        (b"RIFF0000WAVE", "no picture that a page can show"),
        (b"", "no picture that a page can show"),
        (PNG + bytes(2**21), "larger than 2 MiB"),
        (None, "no such file"),
    ],
)
def test_what_is_no_picture_is_refused(
    tmp_path: Path, content: bytes | None, complaint: str
) -> None:
    photo = tmp_path / "photo.png"
    if content is not None:
        photo.write_bytes(content)
    with pytest.raises(cnncalc.UsageError, match=complaint):
        made("lenet5", image=photo)


def test_what_is_bundled_is_described() -> None:
    folder = Path(page_module.__file__).parent / "vendor"
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for script in folder.glob("*.js"):
        first = script.read_text(encoding="utf-8").partition("\n")[0]
        version = re.search(r"v(\d+\.\d+\.\d+)", first)
        assert version is not None
        assert re.search(rf"`{re.escape(script.name)}` \|[^|]+ {re.escape(version[1])} \|", readme)
        licence = folder / f"{script.name.split('.')[0]}.LICENSE"
        assert "Permission to use" in licence.read_text(encoding="utf-8")

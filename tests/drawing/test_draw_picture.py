"""Pictures as files, and the one that `draw` chooses."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from cnncalc.drawing.picture import Drawing
from cnncalc.errors import UsageError
from tests.helpers import chain, zoo_facts

LENET = zoo_facts("lenet5")
BEGINNINGS = {"svg": b"<svg ", "png": b"\x89PNG\r\n", "pdf": b"%PDF-"}


def title(**asked: Any) -> str:
    picture = cnncalc.draw(asked.pop("facts", LENET), **asked)
    assert isinstance(picture, Drawing)
    return picture.scene.title


@pytest.mark.parametrize("ending", ["svg", "png", "pdf", "PNG"])
def test_the_ending_says_the_form(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"net.{ending}"
    cnncalc.draw(LENET).save(path)
    assert path.read_bytes().startswith(BEGINNINGS[ending.lower()])
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["net.gif", "net", "svg", "net.svg.gz"])
def test_other_endings(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=rf"ends in \.svg, \.png or \.pdf, not '{name}'"):
        cnncalc.draw(LENET).save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_replaced_only_by_force(tmp_path: Path) -> None:
    path = tmp_path / "net.svg"
    path.write_text("mine", encoding="utf-8")
    picture = cnncalc.draw(LENET)
    with pytest.raises(UsageError, match="exists already"):
        picture.save(path)
    assert path.read_text(encoding="utf-8") == "mine"
    picture.save(str(path), force=True)
    assert path.read_text(encoding="utf-8") == picture.svg()


def test_svg_needs_no_other_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    picture = cnncalc.draw(LENET)
    picture.save(tmp_path / "net.svg")
    with pytest.raises(UsageError, match=r'pip install "cnncalc\[draw\]"'):
        picture.save(tmp_path / "net.png")
    assert not (tmp_path / "net.png").exists()


def test_a_notebook_shows_the_drawing() -> None:
    picture = cnncalc.draw(LENET)
    assert picture._repr_svg_() == picture.svg()


def test_equal_networks_are_equal_bytes() -> None:
    first, second = (cnncalc.draw(cnncalc.load("convnetjs-cifar10")) for _ in range(2))
    assert first.svg() == second.svg()
    assert first.png() == second.png()
    assert first.pdf() == second.pdf()


def test_a_chain_is_boxes_and_all_else_a_flow() -> None:
    residual = chain("8x8x3", "residual: {body: [{conv: {filters: 3, kernel: 1}}]}")
    assert title() == title(view="boxes") == "lenet5: feature maps"
    flow = title(view="flow")
    assert flow != title()
    assert title(depth=1) == flow
    assert title(facts=residual) == flow.replace("lenet5", "network")


@pytest.mark.parametrize("asked", [{"field": "C3"}, {"window": "C3"}])
def test_layers(asked: dict[str, str]) -> None:
    assert "C3" in title(**asked)


@pytest.mark.parametrize("kind", ["cost", "field", "memory"])
def test_charts(kind: Any) -> None:
    assert cnncalc.draw(LENET, chart=kind).svg().rstrip().endswith("</svg>")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"view": "boxes", "chart": "cost"}, "view and chart do not go together"),
        ({"field": "C3", "window": "C3"}, r"field \(--rf\) and window \(--conv\) do not"),
        ({"view": "boxes", "depth": 1}, "depth is for a flow, which opens blocks, not for boxes"),
        ({"chart": "cost", "depth": 1}, "depth is for a flow, which opens blocks, not for chart"),
        ({"view": "circles"}, "view must be one of boxes, flow, not 'circles'"),
        ({"chart": "pie"}, "chart must be one of cost, field, memory, not 'pie'"),
        ({"field": "C33"}, "there is no layer 'C33'; did you mean"),
        ({"window": "nothing like it"}, "no layer 'nothing like it'; cnncalc summary lists"),
        ({"depth": -1}, "the depth must be 0 or more, not -1"),
    ],
)
def test_what_cannot_be_drawn(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        cnncalc.draw(LENET, **asked)

"""The notebooks of the documentation run, and every object in them shows itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from docs.notebook_pages import NOTEBOOKS, executed, page_of

ALL = sorted(NOTEBOOKS.glob("*.ipynb"))
RICH = ("text/html", "image/svg+xml", "text/markdown")


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    cells = code_cells(json.loads(path.read_text(encoding="utf-8")))
    assert [cell["outputs"] for cell in cells] == [[]] * len(cells)
    assert {cell["execution_count"] for cell in cells} == {None}


@pytest.mark.slow
def test_the_tour() -> None:
    notebook = executed(NOTEBOOKS / "tour.ipynb")
    cells = code_cells(notebook)
    outputs = [cell["outputs"] for cell in cells]
    assert [len(shown) for shown in outputs] == [1] * len(cells) == [1] * 10
    forms = [next((one for one in RICH if one in shown[0]["data"]), None) for shown in outputs]
    assert forms == [
        *("text/html", "text/markdown", "image/svg+xml", "image/svg+xml", "text/html"),
        *("text/html", "text/html", "text/html", "text/html", None),
    ]
    page = page_of(notebook, "tour.ipynb")
    for text in ("61,706", "S102", "Found 2 warnings.", "27 + 4k", "array([[", "{math}`F`"):
        assert text in page
    assert "$" not in page
    assert "<script" not in page


def test_there_is_a_notebook() -> None:
    assert ALL

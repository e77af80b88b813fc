"""PNG and PDF files: what is in them, and that they are the same every time."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from cnncalc.drawing import printing
from cnncalc.drawing.palette import COLOURS
from cnncalc.drawing.printing import to_pdf, to_png
from cnncalc.drawing.scene import Area, Box, Line, Mark, Scene, Words, rectangle
from cnncalc.errors import UsageError

matplotlib = pytest.importorskip("matplotlib")
pytest.importorskip("PIL")
SQUARE = Area(rectangle(Box(10, 20, 60, 40)), "convolution", None)


def scene(*marks: Mark, width: float = 100, height: float = 50) -> Scene:
    return Scene(width, height, marks, "a scene")


def pixels(data: bytes) -> NDArray[np.uint8]:
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"))


def colour(role: str) -> list[int]:
    light = COLOURS[role].light  # type: ignore[index]  # a role
    return [int(light[place : place + 2], 16) for place in (1, 3, 5)]


def test_a_point_is_two_pixels_and_down_is_down() -> None:
    shown = pixels(to_png(scene(SQUARE)))
    assert shown.shape == (100, 200, 3)
    assert shown[60, 70].tolist() == colour("convolution")
    assert shown[30, 70].tolist() == shown[60, 130].tolist() == [255, 255, 255]


def test_a_huge_picture_has_fewer_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "_MOST_PIXELS", 5000)
    shown = pixels(to_png(scene(SQUARE)))
    assert shown.shape == (50, 100, 3)


@pytest.mark.parametrize("form", [to_png, to_pdf])
def test_the_same_bytes(form: type, monkeypatch: pytest.MonkeyPatch) -> None:
    marks = (SQUARE, Line(((0, 0), (50, 50)), dashed=True, arrow=True), Words((5, 9), "a_1 $x$"))
    first = form(scene(*marks))
    monkeypatch.setitem(matplotlib.rcParams, "font.size", 30)
    monkeypatch.setitem(matplotlib.rcParams, "savefig.facecolor", "red")
    assert form(scene(*marks)) == first


def test_a_pdf_is_one_page_of_the_size() -> None:
    text = to_pdf(scene(SQUARE)).decode("latin-1")
    assert text.startswith("%PDF-")
    assert "/Count 1" in text
    assert "CreationDate" not in text
    assert "/MediaBox [ 0 0 100 50 ]" in text


def test_a_character_that_no_font_has_is_no_warning() -> None:
    assert to_png(scene(Words((5, 20), "卷积 \U000f0000")))
    assert to_pdf(scene(Words((5, 20), "卷积 \U000f0000")))


def test_words_are_where_their_box_is() -> None:
    words = Words((50, 30), "MMgg", 12, "middle")
    shown = pixels(to_png(scene(words)))
    rows, columns = np.nonzero(shown.min(axis=2) < 200)
    left, top, right, bottom = words.box
    assert left <= columns.min() / 2 <= columns.max() / 2 <= right
    assert top <= rows.min() / 2 <= rows.max() / 2 <= bottom


@pytest.mark.parametrize("form", [to_png, to_pdf])
def test_without_matplotlib(form: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError, match=r'needs Matplotlib.*pip install "cnncalc\[draw\]"'):
        form(scene(SQUARE))

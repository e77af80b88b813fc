"""Where marks are, how wide words are, and what fits into which room."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.drawing.palette import role_of
from cnncalc.drawing.scene import Area, Box, Group, Line, Words, bounds, flat, moved, rectangle
from cnncalc.drawing.words import shortened, width_of

MARKS = (
    Area(rectangle(Box(0, 0, 10, 20)), "input"),
    Group((Line(((5, -3), (30, 4))), Group((Words((2, 15), "words", 8),)))),
)


def test_bounds_hold_every_mark_and_no_more() -> None:
    assert bounds(MARKS) == Box(0, -3, 30, 20)
    assert bounds(MARKS[1:]).bottom == Words((2, 15), "words", 8).box.bottom


def test_moving_keeps_everything_but_the_place() -> None:
    there = moved(MARKS, 7, -2)
    assert bounds(there) == Box(7, -5, 37, 18)
    assert [type(mark) for mark in flat(there)] == [Area, Line, Words]
    assert moved(there, -7, 2) == MARKS


@pytest.mark.parametrize("size", [6.5, 9])
@pytest.mark.parametrize("bold", [False, True])
def test_words_take_no_more_room_than_is_kept_for_them(size: float, bold: bool) -> None:
    """The oracle is Matplotlib, with the font that the PNG and PDF files have."""
    pytest.importorskip("matplotlib")
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal", size=size)
    shown = [chr(code) for code in range(32, 127)] + list("×·²−→≥∝…")
    for text in [*shown, *(2 * character for character in shown), "Conv_10 3×3 /2", "ResNet-50"]:
        width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
        kerned = 0.03 * size  # there are pairs of letters that are set a little apart
        assert (
            0.8 * width_of(text, size, bold=bold)
            <= width
            <= width_of(text, size, bold=bold) + kerned
        )


@pytest.mark.parametrize("anchor", ["start", "middle", "end"])
def test_the_box_of_words_is_where_they_are(anchor: str) -> None:
    words = Words((100, 50), "feature maps", 10, anchor)  # type: ignore[arg-type]  # one of them
    left, top, right, bottom = words.box
    share = {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
    assert left + share * (right - left) == pytest.approx(100)
    assert top < 50 - 7 < 50 < bottom


@given(st.text(), st.floats(20, 200))
def test_shortened_fits_and_says_so(text: str, room: float) -> None:
    short = shortened(text, 9, room)
    assert width_of(short, 9) <= room
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))
    if width_of(text, 9) <= room:
        assert short == text


def test_a_long_name_is_shortened_at_once() -> None:
    assert len(shortened("x" * 1_000_000, 9, 50)) < 12


def test_roles() -> None:
    assert role_of("conv") == "convolution"
    assert role_of("dropout") == "other"
    assert role_of("no_such_op") == "other"

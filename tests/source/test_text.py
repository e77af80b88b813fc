"""Places and caret frames."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnncalc.source.text
from cnncalc.source import Source, Span


def frame(text: str, start: int, end: int) -> str:
    return Source("arch.yaml", text).frame(Span(start, end))


@given(st.text(alphabet="ab\r\n\u2028\x85é😀"), st.data())
def test_position_counts_newlines_before(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    before = text[:offset].split("\n")
    assert Source("x", text).position(offset) == (len(before), len(before[-1]) + 1)


@given(st.text(alphabet="ab\r\n", max_size=40), st.integers(1, 5), st.data())
def test_lines_are_counted_in_blocks_of_any_size(
    text: str, block: int, data: st.DataObject
) -> None:
    offset = data.draw(st.integers(0, len(text)))
    before = text[:offset].split("\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cnncalc.source.text, "_BLOCK", block)
        assert Source("x", text).position(offset) == (len(before), len(before[-1]) + 1)


def test_sources_compare_by_name_and_text() -> None:
    one, other = Source("x", "a\nb"), Source("x", "a\nb")
    one.position(2)
    assert one == other
    assert hash(one) == hash(other)


def test_frame() -> None:
    text = "\n" * 6 + "      - residual:\r\n          body: []\n"
    assert frame(text, 14, 22) == (
        "  |\n"
        "7 |       - residual:\n"
        "  |         ^^^^^^^^"
    )  # fmt: skip


def test_gutter_is_as_wide_as_the_number() -> None:
    assert frame("\n" * 99 + "ab", 100, 101) == "    |\n100 | ab\n    |  ^"


def test_span_of_many_lines_ends_with_the_first() -> None:
    assert frame("- a: 1\r\n  b: 2\r\n", 2, 15) == "  |\n1 | - a: 1\n  |   ^^^^"


@pytest.mark.parametrize("offset", [4, 5])
def test_nothing_at_the_end_has_one_caret(offset: int) -> None:
    assert frame("a: 1\n", offset, offset).splitlines()[-1].endswith("^")
    assert frame("a: 1\n", 4, 4) == "  |\n1 | a: 1\n  |     ^"


def test_nothing_in_a_line_end_has_one_caret_after_the_line() -> None:
    assert frame("a: 1\r\nb", 5, 6) == "  |\n1 | a: 1\n  |     ^"


def test_invisible_characters_are_escaped_and_the_caret_stays() -> None:
    assert frame("a\t\u202e\x7f: bc", 6, 8) == (
        "  |\n"
        r"1 | a\t\u202e\x7f: bc" "\n"
        "  |                ^^"
    )  # fmt: skip
    assert frame("\tx", 0, 1) == "  |\n1 | \\tx\n  | ^^"


def test_wide_and_combining_characters_keep_the_caret_in_place() -> None:
    assert frame("名e\u0301: x", 5, 6) == "  |\n1 | 名e\u0301: x\n  |      ^"


@pytest.mark.parametrize("start", [0, 100, 500, 990])
def test_long_line_is_cut_around_the_caret(start: int) -> None:
    text = "".join(chr(ord("a") + i % 26) for i in range(1000))
    _, line, carets = frame(text, start, start + 300).splitlines()
    assert len(line) <= 4 + 160 + 2
    assert line[4:].startswith("…") == (start > 60)
    assert line.endswith("…") == (start < 900)
    assert line[carets.index("^")] == text[start]
    assert len(carets) <= len(line)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("width", range(157, 165))
@pytest.mark.parametrize("start", [0, 1, 60, 61])
def test_what_follows_a_line_does_not_change_its_frame(width: int, start: int, end: str) -> None:
    line = "x" * width
    assert frame(line + end + line, start, start + 1) == frame(line, start, start + 1)


def test_line_of_160_characters_is_whole() -> None:
    assert "…" not in frame("x" * 160, 80, 81)
    assert "…" in frame("x" * 161, 80, 81)


@given(st.text(), st.integers(0, 50), st.integers(0, 50))
def test_any_frame_is_three_printable_lines(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    lines = frame(text, start, min(start + length, len(text))).split("\n")
    assert len(lines) == 3
    assert all(line.isprintable() for line in lines)
    assert "^" in lines[2]

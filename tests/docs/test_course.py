"""What the course says in words is what cnncalc says in the transcripts beside them."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
CHAPTERS = sorted((DOCS / "course").glob("*.md"))

_MADE = re.compile(r"^```.*?^```$|<!--.*?-->|^    [^\n]+$", re.DOTALL | re.MULTILINE)
_IMAGE = re.compile(r"\]\(\.\./drawn/([\w.-]+)\)")
_DRAWN = re.compile(r"^<!-- drawn: cnncalc draw .*?-o ([\w.-]+) -->$", re.MULTILINE)


# years and pages of what is cited, and figures that the text says are somebody else's
_ELSEWHERE = {
    "dense": {"224"},
    "images": {"180"},
    "lenet": {"1998", "61706"},
    "convnetjs": {"231", "7000"},
    "stride": {"224", "227"},
}


def prose(page: str) -> str:
    """A page without its transcripts, its specs and its comments."""
    return re.sub(r"\]\([^)]*\)", "]", _MADE.sub("", page))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.stem)
def test_every_count_in_the_words_was_computed_beside_them(chapter: Path) -> None:
    page = chapter.read_text(encoding="utf-8")
    computed = "".join(re.findall(r"^```console\n.*?^```$", page, re.DOTALL | re.MULTILINE))
    known = set(re.findall(r"\d+", computed.replace(",", ""))) | _ELSEWHERE.get(chapter.stem, set())
    words = re.sub(r"(?<=\d) (?=\d{3}\b)", "", prose(page))
    counts = set(re.findall(r"\b\d{3,}\b", words))
    assert counts <= known, counts - known


def test_every_picture_is_drawn_and_every_drawing_is_shown() -> None:
    for chapter in CHAPTERS:
        page = chapter.read_text(encoding="utf-8")
        assert _IMAGE.findall(page) == _DRAWN.findall(page)

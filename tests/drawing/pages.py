"""What must hold of every scene: words apart from another and on the page, SVG that can be read."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree

from cnncalc.drawing.scene import Area, Group, Line, Mark, Scene, flat
from cnncalc.drawing.svg import to_svg

_SLACK = 0.01


def check_page(scene: Scene, *, most_marks: int = 8000) -> None:
    """Nothing leaves the page, no two words overlap, and the picture is not endless."""
    marks = list(flat(scene.marks))
    assert len(marks) <= most_marks
    words = list(scene.words())
    for one in words:
        left, top, right, bottom = one.box
        assert left >= 0, one
        assert top >= 0, one
        assert right <= scene.width, one
        assert bottom <= scene.height, one
        assert one.text.isprintable(), one
        assert one.size >= 6, one
    for one, other in combinations(words, 2):
        assert not one.box.overlaps(other.box), (one.text, other.text)
    for mark in marks:
        if isinstance(mark, Area | Line):
            for x, y in mark.points:
                assert -_SLACK <= x <= scene.width + _SLACK, mark
                assert -_SLACK <= y <= scene.height + _SLACK, mark
    ElementTree.fromstring(to_svg(scene))
    assert to_svg(scene) == to_svg(scene)


def groups(marks: tuple[Mark, ...]) -> list[Group]:
    """Every group, the inner ones after the one around them."""
    found = []
    for mark in marks:
        if isinstance(mark, Group):
            found += [mark, *groups(mark.marks)]
    return found

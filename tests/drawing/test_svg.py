"""SVG that is valid, safe and the same every time."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.drawing.boxes import boxes_scene
from cnncalc.drawing.palette import COLOURS
from cnncalc.drawing.scene import Area, Box, Group, Line, Mark, Scene, Words, rectangle
from cnncalc.drawing.svg import to_svg
from tests.helpers import zoo_facts

NAMESPACE = "{http://www.w3.org/2000/svg}"
# what may stand in which element: a part of SVG 1.1 (https://www.w3.org/TR/SVG11/), and of
# WAI-ARIA and HTML the attributes that SVG 2 takes over (role, aria-*, data-*)
PAINT = {"class", "fill", "stroke", "stroke-width", "fill-opacity", "stroke-dasharray"}
ALLOWED = {
    "svg": {"role", "aria-label", "width", "height", "viewBox", "font-family", "stroke-linejoin"},
    "title": set(),
    "desc": set(),
    "g": {"data-layer"},
    "rect": {"width", "height", *PAINT},
    "path": {"d", *PAINT},
    "polygon": {"points", *PAINT},
    "text": {"x", "y", "font-size", "font-weight", "text-anchor", *PAINT},
}
PARENTS = {"title": {"svg", "g"}, "desc": {"svg"}, "svg": set[str]()}
NUMBER = r"-?\d+(?:\.\d+)?"
PAIR = rf"{NUMBER},{NUMBER}"
FORMS = {
    "d": rf"M{PAIR}(?:L{PAIR}|Q{PAIR} {PAIR})*Z?",
    "points": rf"{PAIR}(?: {PAIR})*",
    "class": r"(?:fill|stroke)-[a-z]+(?: stroke-[a-z]+)?",
    "fill": r"#[0-9a-f]{6}|none",
    "stroke": r"#[0-9a-f]{6}",
    "text-anchor": "middle|end",
    "font-weight": "bold",
    "viewBox": rf"{NUMBER} {NUMBER} {NUMBER} {NUMBER}",
    "stroke-dasharray": "3 2",
    **dict.fromkeys(
        ("x", "y", "width", "height", "font-size", "stroke-width", "fill-opacity"), NUMBER
    ),
}
HOSTILE = '</text><script>alert(1)</script>"\' onload="x" &amp; ]]> \x00\x1b\u202e'


def checked(text: str) -> ElementTree.Element:
    """The document, of which every element and attribute is allowed and well-formed."""
    root = ElementTree.fromstring(text)
    assert root.tag == f"{NAMESPACE}svg"
    for parent in root.iter():
        check_attributes(parent)
        for child in parent:
            tag, above = (element.tag.removeprefix(NAMESPACE) for element in (child, parent))
            assert above in PARENTS.get(tag, {"svg", "g"}), f"{tag} in {above}"
    return root


def check_attributes(element: ElementTree.Element) -> None:
    allowed = ALLOWED[element.tag.removeprefix(NAMESPACE)]
    for name, value in element.attrib.items():
        assert name in allowed, f"{name} of {element.tag}"
        assert re.fullmatch(FORMS.get(name, ".*"), value), f"{name}={value!r}"


def scene(*marks: Mark, title: str = "a scene") -> Scene:
    return Scene(200, 100, marks, title, "some words")


EVERYTHING = scene(
    Area(rectangle(Box(1, 1, 9, 9)), "convolution", opacity=0.5, radius=2),
    Area(rectangle(Box(1, 1, 9, 9)), None, "ink"),
    Group((Line(((1, 1), (50, 1), (50, 30)), dashed=True, arrow=True, radius=3),), "a", "what"),
    Words((3, 4), "x < y", 8, "middle", "faint", bold=True),
)


def test_every_mark_is_valid() -> None:
    root = checked(to_svg(EVERYTHING))
    assert {element.tag.removeprefix(NAMESPACE) for element in root.iter()} == set(ALLOWED)


def test_roles_are_classes_and_colours() -> None:
    path = checked(to_svg(EVERYTHING)).find(f"{NAMESPACE}path")
    assert path is not None
    assert path.attrib["class"] == "fill-convolution stroke-line"
    assert path.attrib["fill"] == COLOURS["convolution"].light


def test_a_page_paints_its_own_ground() -> None:
    assert "fill-paper" in to_svg(EVERYTHING)
    assert "fill-paper" not in to_svg(EVERYTHING, paper=False)


@given(st.text(max_size=30))
def test_no_text_is_markup(text: str) -> None:
    shown = to_svg(scene(Group((Words((0, 0), text),), text, text), title=text))
    root = checked(shown)
    assert [element.tag for element in root.iter()].count(f"{NAMESPACE}text") == 1


def test_hostile_text_is_shown_as_it_is() -> None:
    root = checked(to_svg(scene(Group((Words((0, 0), HOSTILE),), HOSTILE, HOSTILE), title=HOSTILE)))
    shown = HOSTILE.replace("\x00", r"\x00").replace("\x1b", r"\x1b").replace("\u202e", r"\u202e")
    (text,) = root.iter(f"{NAMESPACE}text")
    assert text.text == shown
    (group,) = root.iter(f"{NAMESPACE}g")
    assert group.attrib["data-layer"] == shown


@pytest.mark.parametrize("name", ["lenet5", "vgg16", "m5", "c3d"])
def test_networks_are_valid(name: str) -> None:
    text = to_svg(boxes_scene(zoo_facts(name)))
    checked(text)
    assert text == to_svg(boxes_scene(zoo_facts(name)))

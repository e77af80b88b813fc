"""The chart of compared networks: true to its scales, and no label on another."""

from __future__ import annotations

import re
from functools import cache
from itertools import combinations
from math import pi

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnncalc
from cnncalc.comparison.quantities import MEASURES
from cnncalc.comparison.quantities import Quantity as Axis
from cnncalc.drawing.charts.compare import MOST_BUBBLES, Bubble, Quantity, bubble_scene
from cnncalc.drawing.picture import Drawing
from cnncalc.drawing.placing import Circle, Size, place
from cnncalc.drawing.scales import scale_of, short
from cnncalc.drawing.scene import Area, Box, Group, Scene
from cnncalc.errors import UsageError
from tests.helpers import zoo_facts, zoo_names

COUNTS = Quantity("things")
EVERY = cnncalc.compare(*map(zoo_facts, zoo_names()))


def check_words(scene: Scene) -> None:
    """No word lies on another or leaves the page."""
    page = Box(0, 0, scene.width, scene.height)
    words = [mark for mark in scene.words() if mark.text]
    for mark in words:
        assert page.holds(mark.box), mark
    for one, other in combinations(words, 2):
        assert not one.box.overlaps(other.box), (one, other)


def scene_of(bubbles: list[Bubble], notes: tuple[str, ...] = ()) -> Scene:
    return bubble_scene(bubbles, COUNTS, COUNTS, COUNTS, notes)


def centres(scene: Scene) -> dict[str, tuple[float, float, float]]:
    """Centre and radius of every bubble by its name."""
    found = {}
    for group in scene.marks:
        if isinstance(group, Group) and isinstance(group.marks[0], Area):
            xs, ys = zip(*group.marks[0].points, strict=True)
            height = max(ys) - min(ys)
            found[str(group.title)] = (sum(xs) / len(xs), sum(ys) / len(ys), height / 2)
    return found


def texts(scene: Scene) -> list[str]:
    return [mark.text for mark in scene.words()]


@cache
def svg_scene(**axes: Axis) -> Scene:
    drawing = EVERY.chart(**axes)
    assert isinstance(drawing, Drawing)
    return drawing.scene


@pytest.mark.parametrize("y", ["params", "memory", "field", "depth", "top1", "top5"])
def test_words_of_the_whole_zoo_are_apart(y: Axis) -> None:
    check_words(svg_scene(y=y))


def test_areas_are_proportional() -> None:
    bubbles = [Bubble("a", 1, 1, 100), Bubble("b", 2, 2, 25), Bubble("c", 3, 3, 4)]
    found = centres(scene_of(bubbles))
    areas = {name: pi * radius**2 for name, (_, _, radius) in found.items()}
    assert areas["a"] / areas["b"] == pytest.approx(4, rel=1e-6)
    assert areas["a"] / areas["c"] == pytest.approx(25, rel=1e-6)


def test_places_are_proportional() -> None:
    found = centres(scene_of([Bubble(str(x), x, 10 - x, 1) for x in (1, 2, 4)]))
    (x1, y1, _), (x2, y2, _), (x4, y4, _) = found["1"], found["2"], found["4"]
    assert (x4 - x2) == pytest.approx(2 * (x2 - x1))
    assert (y4 - y2) == pytest.approx(2 * (y2 - y1))
    assert y4 > y2 > y1  # a smaller value is further down


def test_a_wide_span_is_logarithmic() -> None:
    found = centres(scene_of([Bubble(str(x), x, x, 1) for x in (1, 10, 1000)]))
    assert found["1000"][0] - found["10"][0] == pytest.approx(2 * (found["10"][0] - found["1"][0]))


def test_zero_is_no_reason_to_fail() -> None:
    check_words(scene_of([Bubble("a", 0, 0, 0), Bubble("b", 10**15, 0, 0)]))
    check_words(scene_of([Bubble("a", 0, 0, 0)]))


def test_names_of_any_kind() -> None:
    names = ["$x^2$", "网络" * 30, "a" * 500, "<b>&\"'", "\u202e\x00", "", "é" * 10]
    scene = scene_of([Bubble(name, k, k % 3, k) for k, name in enumerate(names)])
    check_words(scene)
    assert "$x^2$" in texts(scene)
    assert "\\u202e\\x00" in texts(scene)


@pytest.mark.slow
def test_many_networks() -> None:
    bubbles = [Bubble(f"network {k}", 2 ** (k % 37), (k * 7919) % 1009, k) for k in range(1000)]
    scene = scene_of(bubbles, ("a note",))
    check_words(scene)
    assert len(centres(scene)) == MOST_BUBBLES
    assert f"only the first {MOST_BUBBLES} of 1,000 are shown" in texts(scene)


@pytest.mark.slow
def test_all_in_one_place() -> None:
    """Labels that find no room are listed below the plot."""
    scene = scene_of([Bubble(f"a network of a long name {k}", 1, 1, 1) for k in range(120)])
    check_words(scene)
    assert any(text.startswith("no room for the names of") for text in texts(scene))


def test_what_is_not_shown_is_said() -> None:
    found = [text for text in texts(svg_scene()) if text.startswith("not shown")]
    assert "not shown, measured on MNIST: lenet5" in found
    assert any(text.startswith("not shown, without a published accuracy: ") for text in found)
    assert any(
        text.startswith("accuracies: ") and "keras.io" in text for text in texts(svg_scene())
    )


def test_axes_unless_one_says() -> None:
    assert "top-1 accuracy on ImageNet (%)" in texts(svg_scene())
    assert "area: parameters" in texts(svg_scene())
    plain = cnncalc.compare(zoo_facts("unet"), zoo_facts("dcgan")).chart().svg()
    assert ">parameters<" in plain
    assert ">area: peak memory<" in plain
    assert "MiB" in plain


def test_an_axis_may_be_any_quantity() -> None:
    few = cnncalc.compare(zoo_facts("vgg16"), zoo_facts("resnet50"), zoo_facts("alexnet"))
    for wanted in MEASURES:
        assert few.chart(x=wanted, y=wanted, size=wanted).svg().startswith("<svg")


def test_nothing_to_plot() -> None:
    broken = cnncalc.load("name: b\ninput: 8x8x3\nlayers: [wibble]\n")
    with pytest.raises(UsageError, match=r"nothing to plot \(b: multiply-accumulates not known\)"):
        cnncalc.compare(broken).chart()


def test_equal_charts_are_equal_bytes() -> None:
    one, other = (cnncalc.compare(zoo_facts("vgg16"), zoo_facts("resnet50")) for _ in range(2))
    assert one.chart().svg() == other.chart().svg()


@pytest.mark.slow
def test_equal_charts_are_equal_bytes_in_print() -> None:
    one, other = (cnncalc.compare(zoo_facts("vgg16"), zoo_facts("resnet50")) for _ in range(2))
    assert one.chart().png() == other.chart().png()
    assert one.chart().pdf() == other.chart().pdf()


@given(
    st.lists(
        st.tuples(st.floats(0, 400), st.floats(0, 300), st.floats(0.5, 30), st.integers(1, 120)),
        min_size=1,
        max_size=25,
    )
)
@settings(max_examples=25, deadline=None)
def test_labels_are_apart_and_inside(given_circles: list[tuple[float, float, float, int]]) -> None:
    circles = [Circle(x, y, radius) for x, y, radius, _ in given_circles]
    sizes = [Size(float(width), 9.0) for *_, width in given_circles]
    bounds = Box(-50, -50, 450, 350)
    boxes = [box for box in place(circles, sizes, bounds) if box is not None]
    assert all(bounds.holds(box) for box in boxes)
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert boxes  # one always finds a place


def test_a_lone_label_is_beside_its_circle_or_in_it() -> None:
    bounds = Box(0, 0, 200, 100)
    (beside,) = place([Circle(50, 50, 5)], [Size(40, 10)], bounds)
    assert beside == Box(57, 45, 97, 55)
    (within,) = place([Circle(50, 50, 30)], [Size(40, 10)], bounds)
    assert within == Box(30, 45, 70, 55)
    assert place([Circle(50, 50, 5)], [Size(400, 10)], bounds) == [None]


@given(st.lists(st.just(0.0) | st.floats(1e-6, 1e18), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_scales(values: list[float]) -> None:
    scale = scale_of(values, 10, 310, 20)
    for value in values:
        assert 30 - 1e-3 <= scale.at(value) <= 290 + 1e-3
    ticks = scale.ticks()
    assert len(ticks) <= 11
    places = [scale.at(tick) for tick in ticks]
    assert places == sorted(places)
    assert all(10 - 1e-6 <= place_ <= 310 + 1e-6 for place_ in places)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.25, "0.25"), (999, "999"), (1000, "1 k"), (2.5e6, "2.5 M"), (1e21, "1000 E")],
)
def test_short(value: float, text: str) -> None:
    assert short(value) == text


def test_the_svg_is_well_formed_and_harmless() -> None:
    import xml.etree.ElementTree as ET

    name = "<script>alert(1)</script>"
    networks = [zoo_facts("vgg16"), zoo_facts("resnet50")]
    svg = cnncalc.compare(*networks, names=[name, "b"]).chart().svg()
    root = ET.fromstring(svg)
    assert not [element for element in root.iter() if element.tag.endswith("script")]
    assert not re.search(r"href|onload|<style", svg)
    assert [words for words in root.iter() if words.text == name]

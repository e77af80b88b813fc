"""Networks that go down in resolution and up again are drawn as a U, and no others are."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.drawing.flow.flow import sheet_of
from cnncalc.drawing.flow.frames import frames_of
from cnncalc.drawing.flow.sheet import Sheet
from cnncalc.drawing.flow.units import units_of
from cnncalc.drawing.flow.ushape import u_of
from tests.drawing.flow_geometry import check_flow
from tests.drawing.flow_networks import conv, encoders_with_decoders
from tests.helpers import facts_of, zoo_facts

UP = {"conv_transpose": {"filters": 4, "kernel": 2, "stride": 2}}


def network(*layers: Any) -> NetworkFacts:
    return facts_of(json.dumps({"input": "32x32x3", "layers": list(layers)}, indent=1))


def is_u(facts: NetworkFacts, depth: int | None = None) -> bool:
    return u_of(units_of(facts, depth).units) is not None


def across(sheet: Sheet) -> list[tuple[tuple[float, float], ...]]:
    """The lines from arm to arm."""
    column = sheet.column_of
    return [a.points for a in sheet.arrows if column[a.source] != column[a.target]]


@settings(max_examples=60)
@given(encoders_with_decoders())
def test_encoders_with_decoders_are_a_u(text: str) -> None:
    facts = facts_of(text)
    assert is_u(facts)
    check_flow(facts)


@pytest.mark.parametrize("name", ["unet", "unet-valid"])
@pytest.mark.parametrize("depth", [None, 0])
def test_the_ways_across_are_level(name: str, depth: int | None) -> None:
    facts = zoo_facts(name)
    assert is_u(facts, depth)
    lines = across(sheet_of(units_of(facts, depth)))
    assert sum(len({y for _, y in points}) == 1 for points in lines) >= 4


def test_the_left_arm_goes_down_and_the_right_arm_up() -> None:
    found = units_of(zoo_facts("unet"), None)
    sheet = sheet_of(found)
    for source, target, _ in sheet.arrows:
        down = sheet.boxes[target].top - sheet.boxes[source].top
        match sheet.column_of[source], sheet.column_of[target]:
            case 0, 0:
                assert down > 0
            case 1, 1:
                assert down < 0
            case sides:
                assert sides == (0, 1)
                assert sheet.boxes[source].right < sheet.boxes[target].left


def test_a_block_at_the_bottom_has_one_frame() -> None:
    found = units_of(zoo_facts("unet"), None)
    paths = [framed.path for framed in frames_of(found, sheet_of(found))]
    assert len(paths) == len(set(paths)) == 9


def test_equal_resolutions_are_at_equal_heights() -> None:
    found = units_of(zoo_facts("unet"), None)
    sheet = sheet_of(found)
    levels: dict[object, list[float]] = {}
    for unit, box in zip(found.units, sheet.boxes, strict=True):
        if unit.strips[0].text.startswith("conv 3"):
            levels.setdefault(unit.resolution, []).append(box.top)
    spans = sorted((min(tops), max(tops)) for tops in levels.values())
    assert all(before[1] < after[0] for before, after in pairwise(spans))


@pytest.mark.parametrize(
    "layers",
    [
        [conv(4), {"max_pool": 2}, conv(4), UP, conv(4)],  # nothing goes across
        [conv(4), UP, conv(4, name="a"), {"max_pool": 2}, conv(4)],  # up, then down
        [conv(4, name="a"), conv(4), {"add": ["prev", "a"]}, conv(4)],  # level
        [conv(4, name="a"), {"max_pool": 2}, UP, {"add": ["prev", "a"]}, {"max_pool": 2}],
        [conv(4, name="a"), {"max_pool": 2}, UP, {"add": ["prev", "a"]}, "flatten", {"dense": 2}],
        [
            conv(4, name="a"),
            {"max_pool": 2},
            UP,
            {"add": {"paths": ["prev", "a"], "name": "b"}},
            {"max_pool": 2},
            UP,
            {"add": ["prev", "b"]},
        ],  # down and up twice
        [
            conv(4, name="a"),
            {"max_pool": 2},
            conv(4),
            {"conv_transpose": {"filters": 4, "kernel": 2, "stride": 2, "name": "b"}},
            conv(4),
            conv(4),
            {"add": ["prev", [{"multiply": ["a", "b"]}]]},
        ],  # what goes across meets what comes up, beside the trunk
    ],
)
def test_others_are_no_u(layers: list[Any]) -> None:
    facts = network(*layers)
    assert not is_u(facts)
    check_flow(facts)


def test_a_residual_network_is_no_u() -> None:
    assert not is_u(zoo_facts("resnet50"))

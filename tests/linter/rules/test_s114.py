"""S114 beyond its examples: numbers that divide all that they must."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, look


@pytest.mark.parametrize(
    ("channels", "layer", "title"),
    [
        (12, "conv: {filters: 16, kernel: 3, groups: 8}", "set groups: 4"),
        (7, "conv: {filters: 5, kernel: 3, groups: 3}", "set groups: 1"),
        (12, "group_norm: 8", "set groups: 6"),
        (12, "channel_shuffle: 5", "set groups: 4"),
        (12, "split: {parts: 5, take: 3}", "set parts: 4"),
        (18, "pixel_shuffle: 4", "set factor: 3"),
        (8, "conv_transpose: {filters: 6, kernel: 3, groups: 4}", "set groups: 2"),
    ],
)
def test_nearest(channels: int, layer: str, title: str) -> None:
    (finding,) = look(chain(f"8x8x{channels}", layer), "S114")
    assert [fix.title for fix in finding.fixes] == [title]


def test_what_would_break_something_else_is_only_said() -> None:
    text = chain(
        "8x8x12", "split: {parts: 5, take: 3}", "conv: {filters: 1, kernel: 1, in_channels: 5}"
    )
    (finding,) = look(text, "S114")
    assert finding.help == "parts: 4 does"
    assert not finding.fixes


def test_groups_divide_channels_and_filters() -> None:
    layer = "conv: {filters: 16, kernel: 3, groups: 8, in_channels: 13}"  # S113's, so not mended
    (finding,) = look(chain("8x8x12", layer), "S114")
    assert finding.help == "groups: 4 does"


def test_nothing_divides() -> None:
    (finding,) = look(chain("8x8x6", "pixel_shuffle: 2"), "S114")
    assert finding.help is None

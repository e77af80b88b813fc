"""C304: which channels count, and what is near."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, fixed, look

HEAD = ["global_avg_pool", "dense: 10"]


@pytest.mark.parametrize(
    ("filters", "near"),
    [(1, 8), (6, 8), (9, 16), (10, 16), (11, 16), (12, 16), (60, 64), (100, 104), (147, 144)],
)
def test_the_nearest_multiple_is_not_a_tenth_less(filters: int, near: int) -> None:
    conv = "conv: {{filters: {}, kernel: 3}}"
    text = chain("32x32x3", conv.format(filters), *HEAD)
    assert fixed(text, "C304") == chain("32x32x3", conv.format(near), *HEAD)


def test_it_is_off_by_default() -> None:
    text = chain("32x32x3", "conv: {filters: 30, kernel: 3}", *HEAD)
    assert [finding for finding in look(text) if finding.code == "C304"] == []


def test_outputs_have_as_many_channels_as_there_are_classes() -> None:
    assert look(chain("32x32x3", "conv: {filters: 21, kernel: 1}", "softmax"), "C304") == []
    assert look(chain("32x32x3", "flatten", "dense: 10", "softmax"), "C304") == []


def test_a_depthwise_layer_takes_what_comes() -> None:
    text = chain("32x32x3", "depthwise_conv: {kernel: 3}", "conv: {filters: 8, kernel: 1}", *HEAD)
    assert look(text, "C304") == []


def test_a_separable_one_is_reported_once() -> None:
    (finding,) = look(chain("32x32x3", "separable_conv: {filters: 12, kernel: 3}", *HEAD), "C304")
    assert "12 channels" in finding.message


def test_the_units_of_hidden_layers_count() -> None:
    text = chain("64", "dense: 100", "relu", "dense: 10")
    assert fixed(text, "C304") == chain("64", "dense: 104", "relu", "dense: 10")


@pytest.mark.parametrize(
    "after",
    [
        "add: [prev, [conv: {filters: 30, kernel: 1}]]",
        "conv: {filters: 64, kernel: 3, groups: 10}",
        "channel_shuffle: 3",
    ],
)
def test_channels_that_something_relies_on_are_left(after: str) -> None:
    found = look(chain("32x32x3", "conv: {filters: 30, kernel: 3}", after, *HEAD), "C304")
    assert found
    assert all(finding.fixes == () for finding in found)

"""S117 beyond its examples."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import look


def merged(first: str, second: str, input: str = "32x32x3") -> str:
    return f"input: {input}\nlayers:\n  - concat:\n      - [{first}]\n      - [{second}]\n"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # ResNet's projection: windows over the cells -1 to 1, and over the cell 0
        (
            "conv: {filters: 8, kernel: 3, stride: 2, padding: 1}",
            "conv: {filters: 8, kernel: 1, stride: 2}",
        ),
        ("conv: {filters: 8, kernel: 5, padding: 2}", "identity"),
        ("max_pool: 2, resize: 2", "identity"),
        ("max_pool: 2, conv_transpose: {filters: 8, kernel: 2, stride: 2}", "identity"),
        ("max_pool: 4, resize: {size: [32, 32]}", "identity"),
        ("adaptive_avg_pool: 8", "max_pool: 4"),
        ("adaptive_avg_pool: 10", "conv: {filters: 8, kernel: 5, stride: 3}"),  # 16/5 and 3
        ("adaptive_avg_pool: 1, resize: {size: [16, 16]}", "max_pool: 2"),
    ],
)
def test_aligned(first: str, second: str) -> None:
    assert not look(merged(first, second), "S117", "S11")


def test_gates_have_no_place() -> None:
    text = """\
        input: 8x8x3
        layers:
          - multiply:
              - prev
              - [conv: {filters: 3, kernel: 8}, conv: {filters: 3, kernel: 1, activation: sigmoid}]
        """
    assert not look(text, "S117")


def test_centres_are_an_information() -> None:
    # ResNet-D's shortcut: a window over the cells 0 and 1, beside one over -1, 0 and 1
    (finding,) = look(
        merged(
            "conv: {filters: 8, kernel: 3, stride: 2, padding: 1}",
            "avg_pool: 2",
        ),
        "S117",
    )
    assert finding.severity == "info"
    assert "look 0.50 cells of the input apart" in finding.message


def test_strides_are_a_warning() -> None:
    text = merged("max_pool: 2", "conv: {filters: 8, kernel: 17}")
    (finding,) = look(text, "S117")
    assert finding.severity == "warning"


def test_one_axis_drifts() -> None:
    first = "max_pool: [2, 1]"
    second = "conv: {filters: 8, kernel: [17, 1]}"
    (finding,) = look(merged(first, second), "S117")
    assert finding.message.startswith("concat: along the height the paths have")


def test_causal_networks_look_back() -> None:
    text = merged("conv: {filters: 8, kernel: 3, padding: causal}", "identity", input="64x3")
    assert not look(text, "S117")
    assert look(text.replace("causal", "[[0, 2]]"), "S117")


def test_two_inputs_have_fields_of_their_own() -> None:
    text = """\
        inputs: {left: 32x32x3, right: 32x32x3}
        layers:
          - max_pool: {size: 2, from: left, name: a}
          - conv: {filters: 3, kernel: 17, from: right, name: b}
          - conv: {filters: 3, kernel: 17, from: left, name: c}
          - add: [a, b, c]
        """
    assert not look(text, "S117")


def test_one_cell_apart() -> None:
    first = "conv: {filters: 8, kernel: 1, stride: 2}"
    second = "conv: {filters: 8, kernel: 3, stride: 2, padding: [[0, 1], [0, 1]]}"
    (finding,) = look(merged(first, second), "S117")
    assert "look 1 cell of the input apart" in finding.message

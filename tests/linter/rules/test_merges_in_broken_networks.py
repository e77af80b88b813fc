"""What is not known of a broken layer must not become a finding further on."""

from __future__ import annotations

from tests.linter.rules.looking import chain, look


def codes(text: str) -> set[str]:
    return {finding.code for finding in look(text)}


def test_a_gate_beside_a_map_of_unknown_size_leaves_it_unknown() -> None:
    text = chain(
        "8x8x16",
        "conv: {name: map, filters: 16, kernel: 3, padding: 1, bias: 2}",  # what comes out?
        "global_avg_pool: {keep_dims: true}",
        "conv: {filters: 16, kernel: 1, activation: sigmoid}",
        "multiply: [map, prev]",
        "conv: {filters: 16, kernel: 3, padding: 1, activation: relu}",
    )
    assert codes(text) == {"Y705"}  # and no S118, as if the map were 1x1


def test_paths_of_different_size_are_not_said_to_be_misaligned_too() -> None:
    text = (
        chain(
            "32x32x8",
            "residual: [conv: {filters: 8, kernel: 3, stride: 2, padding: same, activation: relu}]",
            "conv: {filters: 8, kernel: 3, padding: 1, activation: relu}",
        )
        .replace("residual: [", "residual: {body: [")
        .replace("relu}]", "relu}]}", 1)
    )
    assert codes(text) == {"S111"}


def test_a_broken_merge_does_not_make_the_next_one_misaligned() -> None:
    unet = chain(
        "18x18x3",
        "conv: {name: one, filters: 8, kernel: 3, padding: 1, activation: relu}",
        "max_pool: 2",
        "conv: {name: two, filters: 8, kernel: 3, padding: 1, activation: relu}",
        "max_pool: {size: 2, rounding: floor}",
        "conv: {filters: 8, kernel: 3, padding: 1, activation: relu}",
        "conv_transpose: {filters: 8, kernel: 2, stride: 2, activation: relu}",
        "concat: [two, prev]",
        "conv: {filters: 8, kernel: 3, padding: 1, activation: relu}",
        "conv_transpose: {filters: 8, kernel: 2, stride: 2, activation: relu}",
        "concat: [one, prev]",
    )
    assert "S110" in codes(unet)
    assert "S117" not in codes(unet)

"""D601: how large a pooling window may be."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, fixed, look

CONV = "conv: {filters: 8, kernel: 3, padding: same, activation: relu}"


def n_found(pool: str, input: str = "64x64x3", *after: str) -> int:
    return len(look(chain(input, CONV, pool, *(after or (CONV,))), "D601"))


@pytest.mark.parametrize(
    ("pool", "expected"),
    [
        ("max_pool: 2", 0),
        ("max_pool: 3", 0),
        ("max_pool: 4", 1),
        ("avg_pool: {size: 5, stride: 2}", 1),
        ("max_pool: [1, 8]", 0),
        ("max_pool: [2, 5]", 1),
        ("max_pool: {size: 5, stride: 1, padding: 2}", 0),
        ("max_pool: 64", 0),
        ("avg_pool: {size: 61, stride: 4}", 0),
    ],
)
def test_more_than_nine_cells_at_once(pool: str, expected: int) -> None:
    assert n_found(pool) == expected


def test_sound_and_film() -> None:
    assert n_found("max_pool: 4", "640x3") == 0  # M5
    assert n_found("max_pool: 16", "640x3") == 1
    assert n_found("max_pool: 3", "27x27x27x3") == 0
    assert n_found("max_pool: 4", "32x32x32x3") == 1


@pytest.mark.parametrize("head", ["flatten", "global_avg_pool", "softmax"])
def test_before_the_head_it_does_no_harm(head: str) -> None:
    assert n_found("avg_pool: 4", "64x64x3", head) == 0


def test_activations_between_change_nothing() -> None:
    assert n_found("max_pool: 4", "64x64x3", "batch_norm", "relu", CONV) == 1


def test_a_path_beside_others_is_a_pyramid() -> None:
    assert n_found(f"concat: [prev, [avg_pool: 4, {CONV}, resize: 4]]") == 0


def test_an_overlapping_pool_becomes_a_smaller_one() -> None:
    text = chain("64x64x3", CONV, "max_pool: {size: 5, stride: 2, padding: 2}", CONV)
    after = chain("64x64x3", CONV, "max_pool: {size: 3, stride: 2, padding: 2}", CONV)
    assert fixed(text, "D601") == after


def test_large_steps_have_no_fix() -> None:
    (finding,) = look(chain("64x64x3", CONV, "max_pool: {size: 5, stride: 3}", CONV), "D601")
    assert finding.fixes == ()


def test_a_written_stride_is_changed_with_the_size() -> None:
    text = chain("64x64x3", CONV, "max_pool: {size: 4, stride: 4}", CONV)
    assert fixed(text, "D601") == chain("64x64x3", CONV, "max_pool: {size: 2, stride: 2}", CONV)

"""R205: fields that are long and narrow."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, look

HEAD = ["global_avg_pool", "dense: 10"]


def conv(height: int, width: int) -> str:
    return f"conv: {{filters: 4, kernel: [{height}, {width}], padding: same, activation: relu}}"


@pytest.mark.parametrize(
    ("kernels", "expected"),
    [
        ([(1, 3)], 0),  # 3 times as far
        ([(1, 4)], 1),
        ([(1, 5)], 1),
        ([(5, 1)], 1),
        ([(1, 7), (7, 1)], 0),
        ([(1, 7), (1, 7), (3, 3)], 1),  # 3×15
        ([(3, 3), (3, 5)], 0),
    ],
)
def test_four_times_as_far_is_the_bound(kernels: list[tuple[int, int]], expected: int) -> None:
    text = chain("64x64x3", *[conv(*kernel) for kernel in kernels], *HEAD)
    assert len(look(text, "R205")) == expected


def test_it_points_at_the_layer_that_stretches_the_field() -> None:
    (finding,) = look(chain("64x64x3", conv(3, 3), conv(1, 21), *HEAD), "R205")
    assert finding.line == 4
    assert "3×23" in finding.message


def test_square_windows_on_a_long_input_are_usual() -> None:
    assert look(chain("32x320x3", conv(3, 3), conv(3, 3), *HEAD), "R205") == []


def test_a_long_field_on_a_long_input_fits() -> None:
    assert look(chain("32x320x3", conv(3, 31), *HEAD), "R205") == []
    assert len(look(chain("320x32x3", conv(3, 31), *HEAD), "R205")) == 1


def test_a_short_side_that_covers_the_input_is_long_enough() -> None:
    assert look(chain("9x9x3", conv(9, 41), *HEAD), "R205") == []
    assert len(look(chain("9x9x3", conv(7, 41), *HEAD), "R205")) == 1


def test_an_axis_that_was_read_at_once_is_gone() -> None:
    words = "conv: {filters: 4, kernel: [3, 300]}"
    assert look(chain("60x300x1", words, *HEAD), "R205") == []


def test_sound_and_film_have_no_shape() -> None:
    sound = "conv: {filters: 4, kernel: 80, stride: 4}"
    assert look(chain("8000x1", sound, *HEAD), "R205") == []
    film = "conv: {filters: 4, kernel: [1, 7, 7], padding: same}"
    assert look(chain("64x64x64x3", film, *HEAD), "R205") == []


def test_strides_stretch_a_field() -> None:
    pool = "max_pool: {size: 2, stride: [1, 2]}"
    layers = [part for _ in range(4) for part in (pool, conv(3, 3))]
    (finding,) = look(chain("64x64x3", conv(3, 3), *layers, *HEAD), "R205")
    assert finding.line == 4


def test_pools_stretch_a_field_too() -> None:
    layers = [part for _ in range(4) for part in ("max_pool: [1, 2]", conv(3, 3))]
    (finding,) = look(chain("64x64x3", conv(3, 3), *layers, *HEAD), "R205")
    assert finding.line == 4

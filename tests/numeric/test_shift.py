"""Moved inputs: what moves along, what stays, and what does neither."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnncalc
from cnncalc.errors import UsageError
from cnncalc.numeric.kernels.kernel import Array
from cnncalc.numeric.shift import LayerShift, moved, shift
from tests.helpers import network_of

ROUNDING = 1e-14


def noise(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).standard_normal((1, *shape))


def measured(
    layers: str, size: tuple[int, ...] = (12, 24, 2), by: int = 1
) -> dict[str, LayerShift]:
    text = f"input: {'x'.join(map(str, size))}\nlayers: {layers}"
    found = shift(network_of(text), noise(*size), by=by, dtype="float64")
    return {layer.name: layer for layer in found}


def test_moved() -> None:
    row = np.array([[[1.0], [2.0], [3.0], [4.0]]])
    assert moved(row, 1).ravel().tolist() == [1, 1, 2, 3]
    assert moved(row, 3).ravel().tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("by", [1, 2, 5])
def test_convolution_moves_along(by: int) -> None:
    found = measured("[{conv: {filters: 3, kernel: 3, padding: same}}]", by=by)["conv_1"]
    assert found.error is not None
    assert found.error < ROUNDING
    assert found.changed == 1
    assert found.n_inside == 24 - 2 - by
    assert found.stride == 1


def test_the_border_does_not() -> None:
    """Without leaving the border out, the error would not be 0."""
    x = noise(1, 24, 1).repeat(5, axis=1)
    network = network_of("input: 5x24x1\nlayers: [{conv: {filters: 1, kernel: 3, padding: same}}]")
    weights = {"conv_1.kernel": np.ones((3, 3, 1, 1)), "conv_1.bias": np.zeros(1)}
    outputs = [
        cnncalc.run(network, each, weights, dtype="float64")["conv_1"] for each in (x, moved(x, 1))
    ]
    along = moved(outputs[0], 1)
    assert (outputs[1] != along)[0, 2, :, 0].nonzero()[0].tolist() == [0, 1, 23]


@pytest.mark.parametrize(("by", "moves"), [(1, False), (2, True), (3, False), (4, True)])
def test_stride_must_divide_the_move(by: int, moves: bool) -> None:
    found = measured("[{conv: {filters: 3, kernel: 3, stride: 2}}, relu]", by=by)["relu_1"]
    assert (found.error is not None) is moves
    assert found.error is None or found.error < ROUNDING


def test_upsampling_moves_by_several_cells() -> None:
    found = measured("[{resize: 2}, {conv: {filters: 2, kernel: 3, padding: same}}]")
    assert found["resize_1"].stride == Fraction(1, 2)
    assert found["conv_1"].error is not None
    assert found["conv_1"].error < ROUNDING


def test_down_and_up_again_does_not_move_by_one() -> None:
    found = measured("[{max_pool: 2}, {resize: 2}]")["resize_1"]
    assert found.stride == 1
    assert found.error is not None
    assert found.error > 0.1


def test_cells_that_no_window_reached_are_a_border() -> None:
    layers = "[{max_pool: 2}, {conv: {filters: 2, kernel: 3, padding: same}}]"
    found = measured(layers, (9, 25, 1), by=2)["conv_1"]
    assert found.error is not None
    assert found.error < ROUNDING
    assert found.n_inside == 9


def test_max_pooling_of_the_textbook() -> None:
    """Goodfellow, Bengio, Courville, Deep Learning, 2016, figure 9.8.

    The detector's values move to the right by one: all of them change, but of the maxima over
    three neighbours only half.
    """
    before, after = [0.1, 1.0, 0.2, 0.1], [0.3, 0.1, 1.0, 0.2]
    network = network_of("input: 4x1\nlayers: [{max_pool: {size: 3, stride: 1, padding: same}}]")
    batch = np.array([before, after])[:, :, np.newaxis]
    pooled = cnncalc.run(network, batch, dtype="float64")["max_pool_1"][..., 0]
    assert pooled.tolist() == [[1.0, 1.0, 1.0, 0.2], [0.3, 1.0, 1.0, 1.0]]
    assert all(x != y for x, y in zip(before, after, strict=True))
    assert (pooled[0] != pooled[1]).mean() == 0.5


def test_max_pooling_stays_where_a_convolution_moves() -> None:
    layers = "[{conv: {filters: 4, kernel: 3}}, {max_pool: {size: 3, stride: 1}}]"
    found = measured(layers)
    assert found["conv_1"].changed == 1
    assert found["max_pool_1"].changed < 0.75
    assert found["max_pool_1"].difference < found["conv_1"].difference


def test_global_pooling_does_not_care_where() -> None:
    x = np.zeros((1, 9, 24, 1))
    x[0, 3:6, 8:12] = noise(3, 4, 1)[0]
    text = "input: 9x24x1\nlayers: [{conv: {filters: 2, kernel: 3}}, relu, global_avg_pool]"
    found = shift(network_of(text), x, by=4, dtype="float64")[-1]
    assert found.difference < 1e-15
    assert found.changed == 0
    assert found.stride is None
    assert found.error is None


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3))
@settings(max_examples=25)
def test_every_stack_of_windows_moves_along(
    kernel: int, pool: int, stride: int, dilation: int
) -> None:
    layers = f"""
  - conv: {{filters: 3, kernel: {kernel}, dilation: {dilation}, padding: same}}
  - relu
  - max_pool: {{size: {pool}, stride: {stride}}}
  - conv: {{filters: 2, kernel: 3, padding: same}}
  - avg_pool: {{size: 2, stride: 1}}
"""
    found = measured("\n" + layers, (8, 41, 2), by=2 * stride)
    for layer in found.values():
        assert layer.error is None or layer.error < ROUNDING
    assert found["relu_1"].error is not None
    assert found["relu_1"].error < ROUNDING


@pytest.mark.parametrize(
    ("text", "shape", "by", "message"),
    [
        ("input: 8x8x1\nlayers: [relu]", (8, 8, 1), 8, "moves by 1 to 7, not 8"),
        ("input: 8x8x1\nlayers: [relu]", (8, 8, 1), 0, "moves by 1 to 7, not 0"),
        ("input: 8x8x1\nlayers: [relu]", (7, 8, 1), 1, "is needed"),
        ("input: 5\nlayers: [relu]", (5,), 1, "is a vector"),
        ("inputs: {a: 4x4x1, b: 4x4x1}\nlayers: [{add: [a, b]}]", (4, 4, 1), 1, "has 2"),
    ],
)
def test_refused(text: str, shape: tuple[int, ...], by: int, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        shift(network_of(text), noise(*shape), by=by)

"""The lecture's image convolution: a 7×7 picture and a cross, number by number."""

from __future__ import annotations

import numpy as np
import pytest

import cnncalc
from cnncalc.errors import UsageError
from cnncalc.numeric.kernels.kernel import Array

PICTURE = np.array(
    [
        [130, 136, 53, 44, 231, 67, 108],
        [130, 89, 77, 58, 250, 154, 130],
        [208, 239, 120, 111, 112, 181, 22],
        [203, 223, 59, 79, 28, 57, 67],
        [164, 140, 215, 235, 66, 30, 204],
        [97, 159, 50, 110, 104, 76, 7],
        [207, 150, 58, 47, 152, 81, 237],
    ],
    np.float64,
)
CROSS = [[0, 1, 0], [1, 1, 1], [0, 1, 0]]
SPEC = """
name: image convolution
input: 7x7x1
layers:
  - conv:
      filters: 1
      kernel: 3
      padding: same
      bias: false
      weights: [[0, 1, 0], [1, 1, 1], [0, 1, 0]]
      weights_scale: 1/5
"""
# the values that the lecture gives, by row
KNOWN = {
    0: [79.2, 81.6, 62.0, 77.2, 118.4, 112.0, 61.0],
    1: [111.4, 134.2, 79.4, 108.0, 161.0, 156.4, 82.8],
    2: [156.0, 175.8, 121.2, 96.0, 136.4, 105.2, 80.0],
    4: [120.8, 180.2, 139.8, 141.0, 92.6, 86.6, 61.6],
}


def convolved(spec: str, picture: Array, dtype: str = "float64") -> Array:
    outputs = cnncalc.run(cnncalc.load(spec), picture[np.newaxis, :, :, np.newaxis], dtype=dtype)
    (output,) = outputs.values()
    return output[0, :, :, 0]


def written(weights: list[list[int]]) -> str:
    return SPEC.replace(str(CROSS), str(weights)).replace("weights_scale: 1/5", "")


def correlation_by_hand(picture: Array, kernel: Array) -> Array:
    """`sum_{m,n} x[i + m - 1, j + n - 1] w[m, n]`, with zeros beyond the border."""
    framed = np.pad(picture, 1)
    out = np.empty_like(picture)
    for i, j in np.ndindex(picture.shape):
        out[i, j] = (framed[i : i + 3, j : j + 3] * kernel).sum()
    return out


@pytest.mark.parametrize("row", KNOWN)
def test_values_of_the_lecture(row: int) -> None:
    assert convolved(SPEC, PICTURE)[row] == pytest.approx(KNOWN[row], abs=1e-12)


def test_in_single_precision() -> None:
    for row, values in KNOWN.items():
        assert convolved(SPEC, PICTURE, "float32")[row] == pytest.approx(values, rel=1e-6)


def test_all_rows_by_hand() -> None:
    expected = correlation_by_hand(PICTURE, np.array(CROSS) / 5)
    assert convolved(SPEC, PICTURE) == pytest.approx(expected, abs=1e-12)


def test_weights_given_at_the_run() -> None:
    network = cnncalc.load(written(CROSS))
    kernel = (np.array(CROSS, np.float64) / 5)[:, :, np.newaxis, np.newaxis]
    outputs = cnncalc.run(
        network, PICTURE[np.newaxis, :, :, np.newaxis], {"conv_1.kernel": kernel}, dtype="float64"
    )
    assert outputs["conv_1"][0, 0, :, 0] == pytest.approx(KNOWN[0])


def test_the_layer_correlates() -> None:
    kernel = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    assert (
        convolved(written(kernel), PICTURE) == correlation_by_hand(PICTURE, np.array(kernel))
    ).all()


def test_true_convolution_flips_the_kernel() -> None:
    kernel = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    # a single bright cell comes out as the kernel of a convolution, and turned round by 180°
    # of a correlation
    dot = np.zeros((7, 7))
    dot[3, 3] = 1
    correlated = convolved(written(kernel.tolist()), dot)
    assert (correlated[2:5, 2:5] == kernel[::-1, ::-1]).all()
    flipped = convolved(written(kernel[::-1, ::-1].tolist()), dot)
    assert (flipped[2:5, 2:5] == kernel).all()


def test_a_symmetric_kernel_hides_the_difference() -> None:
    cross = np.array(CROSS)
    assert (cross == cross[::-1, ::-1]).all()
    flipped = cross[::-1, ::-1].tolist()
    assert (convolved(written(CROSS), PICTURE) == convolved(written(flipped), PICTURE)).all()


def test_the_mean_of_the_cross_needs_its_scale() -> None:
    assert convolved(written(CROSS), PICTURE) == pytest.approx(5 * convolved(SPEC, PICTURE))


def test_another_size_than_the_picture_is_refused() -> None:
    with pytest.raises(UsageError, match="1×7×7×1"):
        cnncalc.run(cnncalc.load(SPEC), np.zeros((1, 6, 7, 1)))

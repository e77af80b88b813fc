"""The classical kernels do to pictures what they are known for."""

from __future__ import annotations

import numpy as np
import pytest

import cnncalc
from cnncalc.errors import UsageError
from cnncalc.numeric.image_kernels import KERNELS, kernel_spec
from cnncalc.numeric.kernels.kernel import Array

RAMP = np.add.outer(np.arange(8.0), 3 * np.arange(9.0))  # 1 per row, 3 per column


def applied(name: str, picture: Array) -> Array:
    network = cnncalc.load(kernel_spec(name, *picture.shape))
    batch = picture[np.newaxis, :, :, np.newaxis]
    return cnncalc.run(network, batch, dtype="float64")["conv_1"][0, 1:-1, 1:-1, 0]


@pytest.mark.parametrize("name", KERNELS)
def test_on_a_flat_picture(name: str) -> None:
    """What keeps the brightness adds up to 1, what shows changes to 0; embossing keeps it, too."""
    expected = 0 if name in ("outline", "sobel-x", "sobel-y") else 7
    assert applied(name, np.full((5, 6), 7.0)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "factor", "offset"),
    [
        ("identity", 1, 0),
        ("blur", 1, 0),  # a ramp is its own mean
        ("sharpen", 1, 0),
        ("outline", 0, 0),  # it has no curvature
        ("emboss", 1, 2 * 2 * (1 + 3) + 2 * (1 + 3)),
        ("sobel-x", 0, 8 * 3),
        ("sobel-y", 0, 8 * 1),
    ],
)
def test_on_a_ramp(name: str, factor: int, offset: int) -> None:
    inside = RAMP[1:-1, 1:-1]
    assert applied(name, RAMP) == pytest.approx(factor * inside + offset)


def test_unknown() -> None:
    with pytest.raises(UsageError, match="there is no 'laplace'"):
        kernel_spec("laplace", 3, 3)

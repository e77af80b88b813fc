"""Winograd's method keeps nine weights of a kernel and makes the other seven of them."""

from __future__ import annotations

import numpy as np
import pytest

from cnncalc.ir import primitives as p
from cnncalc.numeric.kernels.kernel import Crew, Site
from cnncalc.numeric.kernels.pieces import make
from cnncalc.numeric.kernels.points import Points
from cnncalc.numeric.kernels.winograd import Winograd

G = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])


@pytest.mark.parametrize("once", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("channels", "filters"), [(3, 5), (64, 96), (200, 64), (600, 150)])
def test_they_are_those_of_the_transform(
    channels: int, filters: int, dtype: str, once: bool
) -> None:
    rng = np.random.default_rng(0)
    kernel = rng.standard_normal((3, 3, channels, filters)).astype(dtype)
    points = Points(channels, filters, channels, np.dtype(dtype), once=once)
    points.load(kernel)
    room = np.full(points.n_made, np.nan, dtype)
    if once:
        points.maker(room, Crew())()
    each = np.broadcast_to(np.eye(channels, dtype=dtype), (4, channels, channels)).copy()
    out = np.full((4, 4, channels, filters), np.nan, dtype)
    spare = np.empty(points.scratch_shape, dtype)
    for group in points.groups:
        for products, factors in zip(out, points.rows(group, room), strict=True):
            for start, stop, calls, parts in factors:
                make(calls)
                target = products[start:stop, :, group.filters]
                group.panels.bound(each[start:stop], target, spare, parts)()
    expected = np.einsum("ia,jb,abcf->ijcf", G, G, kernel.astype(np.float64))
    error = np.abs(out - expected).max()
    assert error <= 8 * np.finfo(dtype).eps * np.abs(kernel).max()


def test_the_weights_take_no_more_than_the_kernel() -> None:
    conv = p.Convolution(96, (3, 3), (1, 1), (1, 1), ((1, 1), (1, 1)))
    site = Site(conv, ((1, 28, 28, 64),), (1, 28, 28, 96), np.dtype("float32"))
    kernel = Winograd(site)
    assert kernel.weight_bytes == 4 * 96 * (9 * 64 + 1)
    assert kernel.shared_bytes == 4 * 96 * 7 * 64


def test_an_infinity_makes_nan_of_what_sees_it_and_no_more() -> None:
    conv = p.Convolution(64, (3, 3), (1, 1), (1, 1), ((1, 1), (1, 1)), bias=False)
    site = Site(conv, ((1, 12, 12, 32),), (1, 12, 12, 64), np.dtype("float32"))
    kernel = Winograd(site)
    kernel.load({"kernel": np.ones((3, 3, 32, 64), np.float32)})
    x = np.zeros((1, 12, 12, 32), np.float32)
    x[0, 5, 5] = np.inf
    out = np.empty((1, 12, 12, 64), np.float32)
    with np.errstate(invalid="ignore"):
        kernel.run([x], out, Crew(), np.empty(kernel.room(1) + 64, np.uint8))
    spoilt = np.argwhere(~np.isfinite(out[0]).all(axis=-1))
    assert spoilt.min() == 4
    assert spoilt.max() == 6
    assert len(spoilt) == 9
    assert np.isnan(out[0, 4:6, 4:6]).all()  # infinity less infinity

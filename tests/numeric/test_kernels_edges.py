"""The edges: windows of nothing, infinities, NaN, an output in its input's memory."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest

from cnncalc.ir import primitives as p
from cnncalc.numeric.kernels import choose
from cnncalc.numeric.kernels.kernel import Crew, Site
from tests.numeric.arrays import Array
from tests.numeric.running import normal, run_kernel


def pool(kind: p.PoolKind, size: int, stride: int, begin: int, end: int) -> p.Pooling:
    """A pool of one axis."""
    return p.Pooling(kind, (size,), (stride,), (1,), ((begin, end),))


def line(*values: float) -> Array:
    """One sample of one channel."""
    return np.array(values, "float32").reshape(1, -1, 1)


@pytest.mark.parametrize(
    ("kind", "expected"), [("max", [-inf, 5, 7]), ("average", [0, 5, 7]), ("sum", [0, 5, 7])]
)
def test_a_window_of_padding_only(kind: p.PoolKind, expected: list[float]) -> None:
    found = run_kernel(pool(kind, 1, 1, 1, 0), [line(5, 7)])
    assert found.reshape(-1).tolist() == expected


def test_a_mean_is_over_the_cells_that_there_are() -> None:
    assert run_kernel(pool("average", 2, 2, 0, 1), [line(1, 3, 5)]).reshape(-1).tolist() == [2, 5]


def test_slopes_do_not_touch_infinity() -> None:
    x, slopes = np.array([[inf, inf, -inf, -inf]], "float32"), np.array([0, 0.5, 1, -1], "float32")
    found = run_kernel(p.Activation("prelu"), [x], {"alpha": slopes})
    assert found.tolist() == [[inf, inf, -inf, inf]]


def test_maximum_of_infinities() -> None:
    found = run_kernel(pool("max", 2, 1, 1, 1), [line(-inf, -inf, 3, inf)])
    assert found.reshape(-1).tolist() == [-inf, -inf, 3, inf, inf]


@pytest.mark.parametrize("kind", ["max", "average", "sum"])
def test_nan_reaches_its_windows_only(kind: p.PoolKind) -> None:
    found = run_kernel(pool(kind, 2, 1, 0, 0), [line(1, nan, 3, 4)])
    assert np.isnan(found).reshape(-1).tolist() == [True, True, False]


@pytest.mark.parametrize("kind", ["max", "average"])
def test_nan_reaches_its_bins_and_channels_only(kind: p.PoolKind) -> None:
    x = normal(1, 2, 6, 6, 3)
    x[0, 1, 4, 2] = nan
    found = np.isnan(run_kernel(p.AdaptivePooling(kind, (4, 1)), [x]))
    assert np.argwhere(found).tolist() == [[0, 0, 0, 2], [0, 1, 0, 2]]
    whole = np.isnan(run_kernel(p.AdaptivePooling(kind, (1, 1)), [x]))
    assert np.argwhere(whole).tolist() == [[0, 0, 0, 2]]


def test_interpolation_does_not_read_what_has_no_part() -> None:
    x = line(1, nan, 3)
    corners = run_kernel(p.Resize((5,), "bilinear", True), [x])
    assert np.isnan(corners).reshape(-1).tolist() == [False, True, True, True, False]


@pytest.mark.parametrize(
    ("kind", "expected"), [("add", 3), ("subtract", -1), ("multiply", 1), ("average", 1)]
)
def test_a_map_merged_with_itself_twice_in_its_own_memory(
    kind: p.MergeKind, expected: float
) -> None:
    x = np.ones((1, 300, 300, 2), "float32")
    site = Site(p.Merge(kind), (x.shape,) * 3, x.shape, x.dtype)
    kernel = choose(site)
    assert kernel.in_place
    kernel.run([x, x, x], x, Crew(), np.empty(kernel.scratch_bytes, np.uint8))
    assert np.all(x == expected)


def test_a_constant_input_is_normalised_to_zero() -> None:
    """With no variance the factor is 10 million: the mean must come off before."""
    arrays = {"mean": np.array([0.1, 3e4], "float32"), "variance": np.zeros(2, "float32")}
    norm = p.Normalization("input", 1e-7, scale=False, center=False)
    x = np.broadcast_to(arrays["mean"], (1, 4, 4, 2)).copy()
    assert not run_kernel(norm, [x], arrays).any()


def test_a_large_mean_does_not_swallow_the_variance() -> None:
    x = normal(5, 1, 40, 40, 8) + np.float32(1000)
    norm = p.Normalization("group", 1e-5, scale=False, center=False, groups=4)
    found = run_kernel(norm, [x])
    exact = x.astype("float64").reshape(-1, 4, 2)
    expected = (exact - exact.mean((0, 2), keepdims=True)) / exact.std((0, 2), keepdims=True)
    assert np.abs(found.reshape(-1, 4, 2) - expected).max() < 1e-3

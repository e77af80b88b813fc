"""Activation functions to the last digits, over the whole range of floating-point numbers."""

from __future__ import annotations

from math import erfc, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.ir.primitives import Activation
from cnncalc.layers import families
from cnncalc.numeric.functions import activation, prelu
from tests.numeric.arrays import Array
from tests.numeric.running import normal, run_kernel

DTYPES = ("float32", "float64")
OPS = [op for op, family in families().items() if family == "activation" and op != "maxout"]
FUNCTIONS = [
    *(Activation(op) for op in OPS if op not in ("prelu", "leaky_relu", "elu", "celu")),
    *(Activation("leaky_relu", slope) for slope in (-0.5, 0.0, 0.01, 1.0, 3.0)),
    *(Activation(op, alpha) for op in ("elu", "celu") for alpha in (0.3, 1.0, 2.0)),
    Activation("gelu", variant="tanh"),
    Activation("hard_sigmoid", variant="keras2"),
]
# what is smooth and far from linear loses a few digits in the formula
LOOSE = {"float32": 2e-6, "float64": 4e-15}


def applied(primitive: Activation, x: Array) -> Array:
    found = x.copy()
    function = activation(primitive, x.dtype)
    with np.errstate(all="ignore"):
        function.apply(found, np.empty(function.n_temporaries * x.size, x.dtype))
    return found


@pytest.mark.oracle
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("primitive", FUNCTIONS, ids=repr)
def test_pytorch(primitive: Activation, dtype: str) -> None:
    torch: Any = pytest.importorskip("torch")
    from tests.numeric.torch_functions import activation as oracle

    sizes = 10.0 ** np.linspace(-12, 2, 400)
    for x in (normal(1, 40, 30), normal(2, 6, 500) * 8, np.concatenate([sizes, -sizes])[None]):
        given = x.astype(dtype).clip(-80, 80)
        expected = oracle(torch, primitive, torch.from_numpy(given.astype("float64")), None).numpy()
        error = np.abs(applied(primitive, given) - expected) / np.maximum(np.abs(expected), 1)
        assert error.max() <= LOOSE[dtype]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("primitive", FUNCTIONS, ids=repr)
def test_large_numbers_make_no_nan(primitive: Activation, dtype: str) -> None:
    largest = float(np.finfo(dtype).max)
    x = np.array([[largest, -largest, largest / 3, -1e30, 1e4, -1e4, 0.0]], dtype)
    assert not np.isnan(applied(primitive, x)).any()


@pytest.mark.parametrize("primitive", FUNCTIONS, ids=repr)
def test_nan_stays_where_it_is(primitive: Activation) -> None:
    x = normal(3, 50, 4)
    x[7, 2] = np.nan
    found = np.isnan(applied(primitive, x))
    expected = np.isnan(x)
    if primitive.function in ("softmax", "log_softmax"):
        expected[7] = True
    assert np.array_equal(found, expected)


@pytest.mark.parametrize(("dtype", "error"), [("float32", 1e-7), ("float64", 1e-15)])
def test_gelu_is_exact(dtype: str, error: float) -> None:
    x = np.linspace(-14, 14, 20001).astype(dtype)
    # on the side where nothing cancels: x·Phi(x) = x - x·Phi(-x)
    exact = [
        v * erfc(-v / sqrt(2)) / 2 if v < 0 else v - v * erfc(v / sqrt(2)) / 2 for v in x.tolist()
    ]
    rounding = np.finfo(dtype).eps * np.maximum(np.abs(x), 0)
    assert np.all(np.abs(applied(Activation("gelu"), x) - exact) <= error + rounding)


@settings(max_examples=30)
@given(st.integers(1, 70), st.integers(1, 70), st.sampled_from(DTYPES))
def test_softmax_sums_to_one(rows: int, channels: int, dtype: str) -> None:
    x = normal(rows, rows, channels, dtype=dtype) * 30
    shares = applied(Activation("softmax"), x)
    assert np.allclose(shares.sum(axis=1), 1, atol=1e-5)
    with np.errstate(divide="ignore"):
        logarithms = np.log(shares.astype("float64"))
    found = applied(Activation("log_softmax"), x)
    assert np.allclose(found[shares > 1e-30], logarithms[shares > 1e-30], atol=1e-4)


@pytest.mark.parametrize("alpha", [[0.1, 0.5, 1.0], [-1.0, 0.0, 2.0]])
def test_prelu_has_a_slope_per_channel(alpha: list[float]) -> None:
    x, slopes = normal(4, 3, 5, 3), np.array(alpha, "float32")
    expected = np.where(x > 0, x, x * slopes)
    found = x.copy()
    prelu(slopes).apply(found, np.empty(x.size, x.dtype))
    assert np.array_equal(found, expected)
    assert np.array_equal(run_kernel(Activation("prelu"), [x], {"alpha": slopes}), expected)

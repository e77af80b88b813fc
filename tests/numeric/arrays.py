"""The types of the tests that compute, and what it takes for two arrays to agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

# an ndarray: NumPy's own annotations say Any of most that is computed with one
Array: TypeAlias = Any
Arrays: TypeAlias = Mapping[str, Array]

TOLERANCES = {"float32": 1e-4, "float64": 1e-9}


def difference(ours: Array, theirs: Array) -> float:
    """`max|a - b| / max|b|`; infinite where one has a NaN, or another infinity, than the other."""
    assert ours.shape == theirs.shape, (ours.shape, theirs.shape)
    a, b = ours.astype(np.float64), theirs.astype(np.float64)
    finite = np.isfinite(b)
    if not np.array_equal(finite, np.isfinite(a)):
        return float("inf")
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return float("inf")
    if not finite.any():
        return 0.0
    largest = float(np.abs(b[finite]).max())
    return float(np.abs(a[finite] - b[finite]).max()) / max(largest, 1e-30)


def assert_close(ours: Array, theirs: Array, dtype: str, what: str = "") -> None:
    """Hold two arrays to the tolerance of a data type."""
    found = difference(ours, theirs)
    assert found <= TOLERANCES[dtype], f"{what}: {found:.3g} of the largest value apart"

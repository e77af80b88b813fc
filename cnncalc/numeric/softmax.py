"""Softmax and its logarithm, over the channels of every position.

The largest channel is taken off first, so that no exponential exceeds 1.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]


def apply_softmax(x: Array, scratch: Array) -> None:
    """`exp(x) / sum(exp(x))` over the last axis, in place; the scratch is as large as x."""
    rows = _below_zero(x, scratch)
    np.exp(rows, out=rows)
    rows /= _row_sums(rows)


def apply_log_softmax(x: Array, scratch: Array) -> None:
    """`x - ln(sum(exp(x)))` over the last axis, in place; the scratch is as large as x."""
    rows = _below_zero(x, scratch)
    powers = np.exp(rows, out=scratch[: x.size].reshape(rows.shape))
    rows -= np.log(_row_sums(powers))


def _below_zero(x: Array, scratch: Array) -> Array:
    """The rows of x, less the maximum of each."""
    rows = x.reshape(-1, x.shape[-1])
    n_rows, channels = rows.shape
    if n_rows > channels:
        # NumPy starts anew for every short row, so the maximum is taken of long columns
        columns = scratch[: x.size].reshape(channels, n_rows)
        np.copyto(columns, rows.T)
        rows -= np.maximum.reduce(columns, axis=0)[:, None]
    else:
        rows -= np.maximum.reduce(rows, axis=1, keepdims=True)
    return rows


def _row_sums(rows: Array) -> Array:
    return rows @ np.ones((rows.shape[1], 1), rows.dtype)

"""Keras's arrays in the layout that arrays have here."""

from __future__ import annotations

from typing import Any


def arranged(values: Any, form: str) -> Any:
    """An array of Keras as it is here.

    A depthwise kernel (*kernel, in, multiplier) becomes (*kernel, 1, in·multiplier), the kernel of
    a transposed convolution (*kernel, out, in) becomes (*kernel, in, out), and slopes that are
    shared by all positions lose the axes of these. Integers become floats.

    Args:
        values: A NumPy array.
        form: How it is laid out: `plain`, `depthwise`, `transposed` or `vector`.
    """
    if values.dtype.kind in "iu":
        values = values.astype("float32")
    match form:
        case "depthwise":
            return values.reshape((*values.shape[:-2], 1, -1))
        case "transposed":
            return values.swapaxes(-1, -2)
        case "vector":
            return values.reshape(-1)
        case _:
            return values

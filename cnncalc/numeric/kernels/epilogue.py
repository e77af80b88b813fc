"""What follows a product while its block of outputs is still in the cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.numeric.functions import Function, activation
from cnncalc.numeric.kernels.kernel import Array, Site

_TEMPORARY = 1 << 15  # values of a temporary: several of them fit into a second-level cache

Finish: TypeAlias = Callable[[int, int], None]


class Epilogue:
    """Bias, addition of another map, activation: in this order, on a block of outputs.

    A block is a range of rows of the output seen as (rows, channels).
    """

    def __init__(self, site: Site[p.Primitive]) -> None:
        self._adds = any(isinstance(step, p.Merge) for step in site.then)
        self._functions = [
            activation(step, site.dtype) for step in site.then if isinstance(step, p.Activation)
        ]
        self._bias: Array | None = None

    def load(self, bias: Array | None) -> None:
        """Take the bias; one of zeros is none."""
        self._bias = bias if bias is not None and bias.any() else None

    def bind(self, inputs: Sequence[Array], out: Array) -> Finish:
        """A call that finishes the rows from `start` up to `stop`, all outputs seen as rows."""
        channels = out.shape[-1]
        rows = out.reshape(-1, channels)
        added = inputs[-1].reshape(-1, channels) if self._adds else None
        return partial(_finish, rows, self._bias, added, self._functions)


def _finish(
    rows: Array,
    bias: Array | None,
    added: Array | None,
    functions: list[Function],
    start: int,
    stop: int,
) -> None:
    block = rows[start:stop]
    if bias is not None:
        np.add(block, bias, out=block)
    if added is not None:
        np.add(block, added[start:stop], out=block)
    for function in functions:
        _apply(function, block)


def _apply(function: Function, block: Array) -> None:
    """Apply a function whose temporaries are small, however large the block is."""
    if not function.n_temporaries:
        function.apply(block, block[:0].reshape(-1))
        return
    step = max(1, _TEMPORARY // block.shape[1])
    for start in range(0, len(block), step):
        part = block[start : start + step]
        function.apply(part, np.empty(function.n_temporaries * part.size, part.dtype))

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

_WIDE = 512  # values: shorter rows take NumPy longer to begin than to add

Finish: TypeAlias = Callable[[int, int], None]


class Bias:
    """A number for each channel, repeated so that it is added to several positions at a time.

    Args:
        bias: The numbers.
        n_rows: Positions that it is added to, at most.
    """

    def __init__(self, bias: Array, n_rows: int) -> None:
        self._one = bias
        self._repeats = max(1, min(n_rows, _WIDE // len(bias)))
        self._wide = np.tile(bias, self._repeats) if self._repeats > 1 else bias

    def add(self, rows: Array) -> None:
        """Add it to C-contiguous rows of channels, in place."""
        count = len(rows) - len(rows) % self._repeats
        wide = rows[:count].reshape(-1, len(self._wide))
        np.add(wide, self._wide, wide)
        if count < len(rows):
            rest = rows[count:]
            np.add(rest, self._one, rest)


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
        bias = None if self._bias is None else Bias(self._bias, len(rows))
        return partial(_finish, rows, bias, added, self._functions)


def _finish(
    rows: Array,
    bias: Bias | None,
    added: Array | None,
    functions: list[Function],
    start: int,
    stop: int,
) -> None:
    block = rows[start:stop]
    if bias is not None:
        bias.add(block)
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

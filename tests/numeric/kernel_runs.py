"""How the tests run a kernel: in guarded memory, full of NaN wherever nothing may be expected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes
from cnncalc.numeric.kernels.kernel import ALIGNMENT, Crew, Kernel, Site
from tests.numeric.arrays import Array
from tests.numeric.strategies import Case

GUARD = 256  # bytes before and after, which must stay as they are
MARK = 0xA5


class Memory:
    """Aligned memory between two guards."""

    def __init__(self, n_bytes: int) -> None:
        whole = np.full(n_bytes + 2 * GUARD + ALIGNMENT, MARK, np.uint8)
        start = GUARD + -(whole.ctypes.data + GUARD) % ALIGNMENT
        self._before, self.bytes = whole[:start], whole[start : start + n_bytes]
        self._after = whole[start + n_bytes :]
        self.bytes.fill(0xFF)  # NaN in every floating-point type

    def check(self) -> None:
        """Nobody wrote beside the memory."""
        assert (self._before == MARK).all(), "written before the memory that was given"
        assert (self._after == MARK).all(), "written behind the memory that was given"


class Buffer:
    """An array in guarded memory."""

    def __init__(self, shape: Sizes, dtype: Any) -> None:
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        self.memory = Memory(size)
        self.array: Array = self.memory.bytes.view(dtype).reshape(shape)


def site_of(
    case: Case,
    dtype: str,
    *,
    training: bool = False,
    then: tuple[p.Primitive, ...] = (),
    exact: bool = False,
) -> Site[Any]:
    """The site of a drawn primitive; an addition that follows reads one more input."""
    added = any(isinstance(primitive, p.Merge) for primitive in then)
    inputs = (*case.shapes, case.output) if added else case.shapes
    return Site(case.primitive, inputs, case.output, np.dtype(dtype), training, then, exact)


def run(kernel: Kernel[Any], inputs: Sequence[Array], crew: Crew) -> Array:
    """The output of a loaded kernel; checks that it keeps to its memory and to its inputs."""
    site = kernel.site
    given = [Buffer(x.shape, site.dtype) for x in inputs]
    out = Buffer(site.output, site.dtype)
    scratch = Memory(kernel.room(crew.n_threads))
    call = kernel.bind([x.array for x in given], out.array, crew, scratch.bytes)
    with np.errstate(all="ignore"):
        call()  # on NaN, so that what a first call leaves behind would show in the second
        for buffer, x in zip(given, inputs, strict=True):
            np.copyto(buffer.array, x)
        out.array.fill(np.nan)
        call()
    for buffer, x in zip(given, inputs, strict=True):
        assert np.array_equal(buffer.array, x, equal_nan=True), "an input was changed"
    for memory in (out.memory, scratch, *(buffer.memory for buffer in given)):
        memory.check()
    return out.array


def run_in_place(kernel: Kernel[Any], inputs: Sequence[Array], crew: Crew) -> Array:
    """The output where it takes the memory of the first input."""
    site = kernel.site
    given = [Buffer(x.shape, site.dtype) for x in inputs]
    for buffer, x in zip(given, inputs, strict=True):
        np.copyto(buffer.array, x)
    scratch = Memory(kernel.room(crew.n_threads))
    out = given[0].array.reshape(site.output)
    with np.errstate(all="ignore"):
        kernel.bind([x.array for x in given], out, crew, scratch.bytes)()
    for memory in (scratch, *(buffer.memory for buffer in given)):
        memory.check()
    return out

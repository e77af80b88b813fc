"""How the tests run a primitive by itself, wherever its shapes lead."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.ir.infer import infer
from cnncalc.numeric.kernels import choose
from cnncalc.numeric.kernels.kernel import Site
from cnncalc.numeric.threads import crew
from tests.numeric.arrays import Array, Arrays
from tests.numeric.kernel_runs import run


def run_kernel(
    primitive: p.Primitive,
    inputs: Sequence[Array],
    arrays: Arrays | None = None,
    *,
    training: bool = False,
    n_threads: int = 1,
) -> Array:
    """What the chosen kernel makes of inputs, batch first."""
    shapes = tuple(x.shape[1:] for x in inputs)
    output = infer(primitive, shapes).shape
    sizes = (len(inputs[0]), *(size for size in output if size is not None))
    site = Site(primitive, tuple(x.shape for x in inputs), sizes, inputs[0].dtype, training)
    kernel = choose(site)
    kernel.load(arrays or {})
    with crew(n_threads) as hands:
        return run(kernel, inputs, hands)


def normal(seed: int, *shape: int, dtype: str = "float32") -> Array:
    """Normally distributed values."""
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)

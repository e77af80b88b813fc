"""Arrays drawn one by one, each from random numbers of its own."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import TypeAlias

import numpy as np

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.ir import primitives as p
from cnncalc.numeric.weights.initializers import Draw, Fans
from cnncalc.numeric.weights.lazy import Array, Dtype, Form, LazyArrays, float_dtype
from cnncalc.numeric.weights.names import Slot, slots

_CHUNK = 2**16  # values drawn at a time, in float64, so that both types hold the same numbers

Make: TypeAlias = Callable[[Slot, np.random.Generator, Dtype], Array]


def drawn(facts: NetworkFacts, seed: int, dtype: str, make: Make) -> LazyArrays:
    """The arrays of a network, each made by `make` with random numbers of its own.

    Raises:
        UsageError: A layer's weights cannot be known, or the seed or the type cannot be used.
    """
    to = float_dtype(dtype)
    if type(seed) is not int or seed < 0:
        raise UsageError(f"the seed must be a whole number from 0, not {str(seed)[:40]}")
    found = slots(facts)

    def one(name: str) -> Array:
        sequence = np.random.SeedSequence(seed, spawn_key=tuple(name.encode()))
        return make(found[name], np.random.Generator(np.random.PCG64(sequence)), to)

    return LazyArrays({name: Form(slot.weight.shape, to) for name, slot in found.items()}, one)


def filled(slot: Slot, dtype: Dtype, rng: np.random.Generator, draw: Draw) -> Array:
    """An array of the slot's shape, drawn piece by piece."""
    array = np.empty(slot.weight.shape, dtype)
    fan = fans(slot)
    flat = array.reshape(-1)
    for start in range(0, flat.size, _CHUNK):
        piece = flat[start : start + _CHUNK]
        piece[...] = draw(rng, fan, piece.size)
    return array


def is_kernel(slot: Slot) -> bool:
    """Whether the array multiplies and sums over channels, as kernels do."""
    return slot.weight.name.endswith("kernel")


def fans(slot: Slot) -> Fans:
    """How many values a kernel's output sees, and how many outputs see an input value.

    The cells of the window times the channels in, or times the filters, of the array's shape
    (*kernel, in / groups, out). So a filter of a grouped convolution has the fan-in of what it
    sees, as in Keras and PyTorch, and so has that of a depthwise one, as in PyTorch; Keras's
    DepthwiseConv2D multiplies by all the channels. With `connections` both are means. A transposed
    convolution counts by its input's channels; Keras and PyTorch swap its two fans.
    """
    *kernel, channels, filters = slot.weight.shape
    if slot.weight.name == "kernel":
        for primitive in slot.layer.node.lowered.primitives:
            if isinstance(primitive, p.Convolution) and primitive.connections is not None:
                n_pairs = prod(slot.weight.shape)  # no axis for channels here
                arriving = slot.layer.input_shapes[0]
                assert arriving is not None
                assert arriving[-1] is not None
                return Fans(n_pairs / primitive.filters, n_pairs / arriving[-1])
    field = prod(kernel)
    return Fans(field * channels, field * filters)

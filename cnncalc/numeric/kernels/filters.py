"""The weights of products: folded with what follows, and brought into dense form."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import numpy as np

from cnncalc.ir import primitives as p
from cnncalc.numeric.kernels.kernel import Array


def kernel_name(conv: p.Convolution | p.TransposedConvolution | p.Dense) -> str:
    """Name of the kernel among the layer's weights."""
    return conv.weight_name if isinstance(conv, p.Convolution) else "kernel"


def bias_of(
    conv: p.Convolution | p.TransposedConvolution | p.Dense, arrays: Mapping[str, Array]
) -> Array | None:
    """The bias; one may be there through folding, though the layer has none."""
    return arrays.get("bias")


def connected(conv: p.Convolution, kernel: Array, channels: int) -> Array:
    """A kernel of single connections as a dense one, zero where nothing is connected."""
    assert conv.connections is not None
    dense = np.zeros((*conv.kernel, channels, conv.filters), kernel.dtype)
    start = 0
    for number, seen in enumerate(conv.connections):
        dense[..., list(seen), number] = kernel[..., start : start + len(seen)]
        start += len(seen)
    return dense


def bundled(kernel: Array, groups: int, bundle: int) -> Array:
    """A grouped kernel with every `bundle` groups as one, block-diagonal.

    Returns:
        Shape (groups / bundle, kernel cells · channels in, filters), of the bundles.
    """
    *sizes, channels, filters = kernel.shape
    cells, each = prod(sizes), filters // groups
    parts = kernel.reshape(cells, channels, groups // bundle, bundle, each)
    shape = (groups // bundle, cells, bundle, channels, bundle, each)
    blocks = np.zeros(shape, kernel.dtype)
    for member in range(bundle):
        blocks[:, :, member, :, member] = parts[:, :, :, member].transpose(2, 0, 1, 3)
    return blocks.reshape(groups // bundle, cells * bundle * channels, bundle * each)

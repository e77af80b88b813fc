"""The kernel that a document itself writes out."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnncalc.analysis.facts import LayerFacts
from cnncalc.ir import primitives as p
from cnncalc.layers.convolution._sliding import OneKernel
from cnncalc.layers.dense.dense import Dense

Array: TypeAlias = NDArray[Any]


def written_kernel(layer: LayerFacts) -> tuple[Array, float | None] | None:
    """The kernel that a layer's arguments spell out, and its scale; None if they do not.

    Shapes:
        That of the layer's array `kernel`: (*kernel, in / groups, out).
    """
    given = layer.node.layer
    if not isinstance(given, OneKernel | Dense) or given.weights is None:
        return None
    kernel = np.array(given.weights)
    scale = None if given.weights_scale is None else float(given.weights_scale)
    first = layer.node.lowered.primitives[0]
    if isinstance(first, p.Convolution) and first.connections is not None:
        seen = [
            (channel, filter_)
            for filter_, channels in enumerate(first.connections)
            for channel in channels
        ]
        channels, filters = np.array(seen).T
        return np.ascontiguousarray(kernel[..., channels, filters]), scale
    shapes = {weight.name: weight.shape for weight in layer.weights or ()}
    return kernel.reshape(shapes["kernel"]), scale

"""One layer as ONNX nodes, and what these nodes say of it.

The last node of every layer carries the layer as it stands in a flat spec, so that a reader that
knows cnncalc gets back `separable_conv` and not the two convolutions that it is made of. The note
adds nothing to the graph: a reader can write the layer again and compare, as the importer does.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from cnncalc.exporters.expressible import known
from cnncalc.exporters.noted import noted_arguments
from cnncalc.exporters.onnx.emit import emit
from cnncalc.exporters.onnx.graph import Graph, Tensor
from cnncalc.ir.primitives import Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer

NOTE = "cnncalc.layer"  # the key in a node's metadata


def emit_layer(
    graph: Graph,
    primitives: Sequence[Primitive],
    shapes: Sequence[Shape],
    values: Sequence[Tensor],
) -> str:
    """Append the nodes of a layer.

    Args:
        graph: Where they go.
        primitives: What the layer is made of.
        shapes: The shape that each of these gives.
        values: What arrives.

    Returns:
        The name of the result.

    Raises:
        Inexpressible: ONNX has no way to say it.
    """
    for primitive, inferred in zip(primitives, shapes, strict=True):
        shape = known(inferred)
        values = [Tensor(emit(graph, primitive, values, shape), shape)]
    return values[0].name


def note(op: str, layer: Layer, name: str | None, inputs: list[int], n_nodes: int) -> str:
    """What the last of a layer's nodes says of it, as JSON.

    Args:
        op: Its op, which is `add` for a residual.
        layer: The layer.
        name: Its name, where the node has another.
        inputs: For everything that it reads, which of the values it is that its nodes read, in
            order.
        n_nodes: How many nodes it has.
    """
    said: dict[str, Any] = {"layer": {op: noted_arguments(layer)}, "nodes": n_nodes}
    if inputs != list(range(len(inputs))):
        said["inputs"] = inputs
    if name is not None:
        said["name"] = name
    return json.dumps(said)

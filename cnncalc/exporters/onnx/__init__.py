"""Networks as ONNX models.

Everything that a network computes at inference is there, with every padding and rounding spelled
out, in operations of opset 21. ONNX has the channels first: inputs, outputs and all maps are
(N, C, H, W), the batch N left open. What depends on the order of the values (flatten, reshape, a
dense layer on a map) is transposed to channels last and back, so that the numbers are the same.

Reference:
    ONNX operators, https://onnx.ai/onnx/operators/
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.exporters.expressible import Inexpressible, Reason, check_expressible, known, refuse
from cnncalc.exporters.onnx.graph import Array, Tensor
from cnncalc.exporters.onnx.layer import emit_layer
from cnncalc.exporters.onnx.model_graph import MOST_BYTES, ModelGraph, too_large
from cnncalc.exporters.weights import check_weights, owner_of
from cnncalc.source.printable import printable, quoted
from cnncalc.source.writing import write_file

if TYPE_CHECKING:
    from onnx import ModelProto

OPSET = 21
IR_VERSION = 10  # the one that came with this opset
_DTYPES = ("float32", "float64")


def to_onnx(
    facts: NetworkFacts,
    weights: Mapping[str, Array] | None = None,
    *,
    dtype: str = "float32",
) -> ModelProto:
    """The network as an ONNX model.

    Every layer's output, and the node that computes it, has the layer's name, and every array that
    of the layer and its own: `conv_1.kernel`. Invisible characters in names are escaped.

    Args:
        facts: The network.
        weights: Arrays by `<layer>.<weight>`, as `NetworkFacts` shapes them; they become constants
            in ONNX's layouts. Without them every array is an input of the graph, in the same
            layout, so that a tool that reads the model knows its size all the same.
        dtype: Element type of all values, float32 or float64. What ONNX keeps as an attribute of a
            node, a slope or an epsilon, is a float32 in both.

    Raises:
        UsageError: The onnx package is missing, an array is missing or has another shape, the
            model would exceed the 2 GiB of an ONNX file, or the network has what ONNX cannot
            express, which the message lists: faults, unknown shapes, opaque layers.
    """
    onnx = _onnx()
    if dtype not in _DTYPES:
        raise UsageError(f"the dtype must be float32 or float64, not {quoted(dtype)}")
    check_expressible(facts, "ONNX")
    if weights is not None:
        check_weights(facts, weights)
    graph = ModelGraph(facts, weights, np.dtype(dtype))
    reasons = []
    for layer in facts.layers:
        graph.begin(layer, owner_of(facts, layer))
        try:
            graph.end(_emit_layer(graph, layer))
        except Inexpressible as error:
            reasons.append(Reason(layer.name, str(error)))
    if reasons:
        refuse("ONNX", reasons)
    return _model(onnx, facts, graph)


def save(model: ModelProto, path: str | Path, *, force: bool = False) -> None:
    """Write a model to a file, the whole of it or nothing.

    Raises:
        UsageError: It cannot be written, exceeds 2 GiB, or there is such a file already and `force`
            does not say to replace it.
    """
    n_bytes = model.ByteSize()
    if n_bytes > MOST_BYTES:
        raise too_large(n_bytes, "export it without weights")
    write_file(model.SerializeToString(), path, force=force)


def _onnx() -> ModuleType:
    try:
        import onnx
    except ImportError:
        message = 'ONNX needs a package that is not installed: pip install "cnncalc[onnx]"'
        raise UsageError(message) from None
    module: ModuleType = onnx
    return module


def _emit_layer(graph: ModelGraph, layer: LayerFacts) -> str:
    lowered = layer.node.lowered
    values = [
        Tensor(graph.value(name), known(shape))
        for name, shape in zip(layer.inputs, lowered.inputs, strict=True)
    ]
    return emit_layer(graph, lowered.primitives, lowered.shapes, values)


def _model(onnx: ModuleType, facts: NetworkFacts, graph: ModelGraph) -> ModelProto:
    shapes = {**facts.inputs, **{layer.name: layer.output_shape for layer in facts.layers}}
    outputs = dict.fromkeys(facts.outputs)  # one that is named twice is given out once
    inner = [layer.name for layer in facts.layers if layer.name not in outputs]
    made = onnx.helper.make_graph(
        graph.nodes,
        printable(facts.name or "network"),
        graph.inputs,
        [graph.describe(name, known(shapes[name])) for name in outputs],
        graph.initializers,
        value_info=[graph.describe(name, known(shapes[name])) for name in inner],
    )
    model: ModelProto = onnx.helper.make_model(
        made,
        producer_name="cnncalc",
        ir_version=IR_VERSION,
        opset_imports=[onnx.helper.make_opsetid("", OPSET)],
    )
    return model

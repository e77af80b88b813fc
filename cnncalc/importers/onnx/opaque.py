"""Operations that become opaque layers: what can be known of them."""

from __future__ import annotations

from math import prod
from typing import Any

from cnncalc.importers.onnx.proto import Node, Subgraph, read_graph
from cnncalc.importers.onnx.run import Inexpressible, Run
from cnncalc.importers.onnx.values import Constant, Feature, Unknown, Value
from cnncalc.ir.shapes import LARGEST, Sizes

_MULTIPLIES = {
    *("Attention", "Conv", "ConvInteger", "ConvTranspose", "DeformConv", "DFT", "Einsum", "Gemm"),
    *("GRU", "Inverse", "LSTM", "MatMul", "MatMulInteger", "QLinearConv", "QLinearMatMul", "RNN"),
    *("GridSample", "STFT", "MelWeightMatrix", "RoiAlign", "MaxRoiPool", "Resize", "Upsample"),
}
_QUANTISED = ("int8", "uint8")
_DEEPEST = 20
_KEEPS_SHAPE = {
    *("Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "BitShift", "BitwiseNot", "Cast", "Ceil"),
    *("CastLike", "Cos", "Cosh", "CumSum", "DequantizeLinear", "Floor", "Hardmax", "IsInf"),
    *("IsNaN", "LpNormalization", "LRN", "Not", "QuantizeLinear", "RMSNormalization", "Round"),
    *("Shrink", "Sign", "Sin", "Sinh", "Softmax", "LogSoftmax", "Tan", "Trilu", "Clip", "EyeLike"),
    *("BatchNormalization", "InstanceNormalization", "LayerNormalization", "GroupNormalization"),
    *("ReverseSequence", "Scatter", "ScatterElements", "ScatterND"),
}


def opaque(run: Run, node: Node, error: Inexpressible, *, first: int = 0) -> None:
    """Let a node be an opaque layer that says what it is; one per value that it gives.

    Args:
        run: The import.
        node: The node.
        error: Why it is none that is known.
        first: The first of its outputs that is unknown.
    """
    inputs = _inputs(run, node)
    figures = _figures(run, node, error)
    known = dict(enumerate((error.dims, *error.others)))
    main = _main(run, node) if first == 0 else None  # else a layer has the figures already
    for index, name in enumerate(node.outputs):
        if not name or index < first:
            continue
        dims = known.get(index)
        if dims is None:
            dims = _declared(run, node, name, index)
        label = node.label if index == main else name
        kind = f"ONNX {node.domain + '.' if node.domain else ''}{node.op}: {error}"
        arguments = {"kind": kind, **(figures if index == main else {"params": 0, "macs": 0})}
        run.values[name] = _layer(run, label, inputs, dims, arguments)


def _main(run: Run, node: Node) -> int | None:
    """The output whose layer has the node's figures: the first that somebody reads."""
    named = [index for index, name in enumerate(node.outputs) if name]
    read = (k for k in named if run.n_uses[node.outputs[k]] or node.outputs[k] in run.outputs)
    return next(read, named[0] if named else None)


def _inputs(run: Run, node: Node) -> list[Feature | Unknown]:
    """The layers that a node reads, or its subgraphs; the network's input if there are none."""
    found: dict[str, Feature | Unknown] = {}
    for name in (*node.inputs, *captured(run, node)):
        value = run.values.get(name)
        if isinstance(value, Feature):
            value = run.written(value)
        if isinstance(value, (Feature, Unknown)):
            found.setdefault(value.layer, value)
    return list(found.values()) or run.entering[:1]


def captured(run: Run, node: Node) -> list[str]:
    """Names that the subgraphs of a node read from outside; they are looked for once."""
    if not any(map(_subgraphs, node.attributes.values())):
        return []
    key = id(node)  # the import keeps its nodes
    if key not in run.captured:
        run.captured[key] = _captured(run, node, 0)
    return run.captured[key]


def _subgraphs(value: Any) -> list[Subgraph]:
    """The graphs that an attribute is or lists."""
    if isinstance(value, Subgraph):
        return [value]
    return value if isinstance(value, list) and value and isinstance(value[0], Subgraph) else []


def _captured(run: Run, node: Node, depth: int) -> list[str]:
    names: list[str] = []
    for value in node.attributes.values():
        for part in _subgraphs(value) if depth < _DEEPEST else ():
            graph = read_graph(run.reader, part.span)
            inside = {*graph.initializers, *(info.name for info in graph.inputs)}
            for inner in graph.nodes:
                read = (*inner.inputs, *_captured(run, inner, depth + 1))
                names += [name for name in read if name and name not in inside]
                inside.update(inner.outputs)
            names += [info.name for info in graph.outputs if info.name not in inside]
    return names


def _declared(run: Run, node: Node, name: str, index: int) -> Sizes | None:
    """The shape that the file declares, or that such an operation always has."""
    info = run.infos.get(name)
    if info is not None and info.dims is not None:
        batch = 1 if run.batch is None else run.batch.size
        sizes = [run.symbols.get(size) if isinstance(size, str) else size for size in info.dims]
        if sizes and sizes[0] is None and len(sizes) > 1:
            sizes[0] = batch
        if None not in sizes:
            return tuple(size for size in sizes if size is not None)
    if index == 0 and node.op in _KEEPS_SHAPE and not node.domain:
        first = run.value(node, 0)
        if isinstance(first, Feature):
            return first.dims
    if index == 0 and not node.domain and node.op.startswith(("Reduce", "Arg")):
        return _reduced(run, node)
    return None


def _reduced(run: Run, node: Node) -> Sizes | None:
    """The shape that a reduction gives."""
    first = run.value(node, 0)
    if not isinstance(first, Feature):
        return None
    dims = first.dims
    try:
        axes = run.integers(node, 1, "axes") if node.op.startswith("Reduce") else None
    except Inexpressible:
        return None
    if node.op.startswith("Arg"):
        axes = [node.attributes.get("axis", 0)]
    gone = {axis % len(dims) for axis in axes or range(len(dims))}
    if node.attributes.get("keepdims", 1):
        return tuple(1 if k in gone else size for k, size in enumerate(dims))
    return tuple(size for k, size in enumerate(dims) if k not in gone)


def _figures(run: Run, node: Node, error: Inexpressible) -> dict[str, int]:
    """Parameters and multiply-accumulates, as far as they can be known."""
    if any(isinstance(value, Subgraph) for value in node.attributes.values()):
        return {}
    constants = {
        id(value): value.size
        for index, name in enumerate(node.inputs)
        if error.arrays is None or index in error.arrays
        if name and isinstance(value := run.value(node, index), Constant) and value.is_parameter
        if value.size > 1 and (error.arrays or value.is_float or value.dtype in _QUANTISED)
    }
    figures = {"params": sum(constants.values())}
    if error.n_macs is not None:
        figures["macs"] = error.n_macs
    elif not node.domain and node.op not in _MULTIPLIES:
        figures["macs"] = 0
    return figures if not node.domain or constants or error.n_macs is not None else {}


def _layer(
    run: Run,
    label: str,
    inputs: list[Feature | Unknown],
    dims: Sizes | None,
    arguments: dict[str, Any],
) -> Value:
    """One opaque layer, in whose shape the channels are last where there seem to be any."""
    places = shape = None
    if dims is not None and all(size > 0 for size in dims) and prod(dims) <= LARGEST:
        places, shape = layout(run, inputs, dims)
        arguments = {"output": list(shape), **arguments}
    names = [(value.layer, getattr(value, "shape", ())) for value in inputs]
    name, _ = run.builder.add("opaque", label, names, arguments)
    return Unknown(name) if places is None else run.fresh(name, shape, places)


def layout(
    run: Run, inputs: list[Feature | Unknown], dims: Sizes
) -> tuple[list[int | None], Sizes]:
    """A shape for an ONNX tensor: where its axes are, and their sizes."""
    batch = 1 if run.batch is None else run.batch.size
    first = 1 if len(dims) > 1 and dims[0] == batch else 0
    axes = list(range(first, len(dims)))
    model = next((x for x in inputs if isinstance(x, Feature) and len(x.axes) == len(dims)), None)
    if model is not None and len(dims) > 2:
        last = run.natural(model)[-1]
        channel = next((k for k in axes if last and model.axes[k] is last), axes[-1])
    else:
        channel = 1 if len(dims) in (4, 5) and first else (axes[-1] if axes else 0)
    axes = [*(k for k in axes if k != channel), channel] if axes else []
    axes = axes[-8:]
    places: list[int | None] = [axes.index(k) if k in axes else None for k in range(len(dims))]
    if first:
        places[0] = -1
    return places, tuple(dims[k] for k in axes) or (1,)

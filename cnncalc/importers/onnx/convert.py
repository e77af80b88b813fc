"""From an ONNX graph to layers: which operation is read by what, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cnncalc.importers.onnx import (
    activation,
    arranging,
    certain,
    cutting,
    joining,
    merging,
    normalization,
    padding,
    pooling,
    products,
    recurrent,
    resizing,
    sliding,
    spelled,
)
from cnncalc.importers.onnx.folding import Folder
from cnncalc.importers.onnx.notes import Notes
from cnncalc.importers.onnx.opaque import captured, opaque
from cnncalc.importers.onnx.pointwise import COMPARISONS, OF_SEVERAL, UNARY
from cnncalc.importers.onnx.proto import Graph, Node, Subgraph, read_graph
from cnncalc.importers.onnx.run import Inexpressible, Run
from cnncalc.importers.onnx.values import Constant, Feature
from cnncalc.importers.onnx.wire import Malformed
from cnncalc.source.printable import quoted

_DEEPEST = 20
_FLOATS = {1, 10, 11, 16}


def live(run: Run, nodes: Sequence[Node]) -> list[Node]:
    """The nodes that the outputs depend on, in an order in which none reads what comes later.

    Raises:
        Malformed: They feed each other in a circle, or one reads what nothing gives.
    """
    for node in nodes:
        for name in filter(None, node.outputs):
            if name in run.producers:
                raise Malformed(f"two nodes give {quoted(name)}")
            run.producers[name] = node
    known = {*run.graph.initializers, *(info.name for info in run.graph.inputs)}
    done: set[int] = set()
    order: list[Node] = []
    for info in run.graph.outputs:
        _visit(run, info.name, known, done, order)
    own = [node for node in nodes if id(node) in done]
    return own if _is_order(run, own, known) else order


def _is_order(run: Run, nodes: Sequence[Node], known: set[str]) -> bool:
    """Whether none of the nodes reads what a later one gives, as ONNX wants it in a file."""
    there = set(known)
    made = {name for node in nodes for name in node.outputs}
    for node in nodes:
        read = (*node.inputs, *captured(run, node))
        if any(name in made and name not in there for name in read):
            return False
        there.update(node.outputs)
    return True


def _visit(run: Run, output: str, known: set[str], done: set[int], order: list[Node]) -> None:
    """Append the nodes that a value depends on, those first that are read by others."""
    begun: set[int] = set()
    pending = [output]
    while pending:
        name = pending[-1]
        node = run.producers.get(name)
        if node is None:
            if name not in known:
                raise Malformed(f"nothing gives {quoted(name)}, which a node or the output reads")
            pending.pop()
            continue
        if id(node) in done:
            pending.pop()
            continue
        sources = [*filter(None, node.inputs), *captured(run, node)]
        waiting = [
            source
            for source in sources
            if source not in known or source in run.producers
            if source not in run.producers or id(run.producers[source]) not in done
        ]
        if not waiting:
            pending.pop()
            done.add(id(node))
            order.append(node)
        elif id(node) in begun:
            raise Malformed(f"the node {quoted(node.label)} feeds itself, through others perhaps")
        else:
            begun.add(id(node))
            pending += reversed(waiting)


def convert(run: Run, nodes: Sequence[Node], depth: int = 0) -> None:
    """Make layers of nodes, one after the other."""
    folder = Folder(run)
    notes = Notes(run, () if depth else nodes)
    for node in nodes:
        for part in notes.left(node):
            _convert(run, folder, part, depth)


def _convert(run: Run, folder: Folder, node: Node, depth: int) -> None:
    if _is_constant(run, node) and folder.fold(node):
        return
    if node.op == "If" and depth < _DEEPEST and _chosen(run, node, depth):
        return
    try:
        _handle(run, node)
    except Inexpressible as error:
        opaque(run, node, error)
    missing = [k for k, name in enumerate(node.outputs) if name and name not in run.values]
    if missing:
        reason = f"its output {missing[0] + 1} is none that is known"
        first = run.values.get(node.outputs[0])
        marks = isinstance(first, Feature) and node.op in ("Dropout", "MaxPool")
        others = (first.dims,) if isinstance(first, Feature) and marks else ()
        opaque(run, node, Inexpressible(reason, others=others), first=missing[0])


def _is_constant(run: Run, node: Node) -> bool:
    return not node.domain and all(
        isinstance(run.values[name], Constant) for name in node.inputs if name
    )


def _handle(run: Run, node: Node) -> None:
    handler = _HANDLERS.get(node.op)
    if node.domain:
        if node.domain != "com.microsoft" or node.op not in certain.OF_MICROSOFT:
            raise Inexpressible(f"an operation of {node.domain}")
        handler = certain.of_integers
    if handler is None:
        raise Inexpressible(certain.NO_LAYER)
    try:
        handler(run, node)
    except (TypeError, ValueError, AttributeError, KeyError, IndexError, ArithmeticError):
        # an attribute or an input of another kind than the operation has
        raise Inexpressible("its attributes or inputs are not those of the operation") from None


def _identity(run: Run, node: Node) -> None:
    run.give(node, run.values[node.inputs[0]])


def _shape(run: Run, node: Node) -> None:
    dims = run.lazy(node).dims
    if node.op == "Shape":
        start, end = node.attributes.get("start", 0), node.attributes.get("end")
        run.give(node, Constant.sizes(list(dims[start:end])))
        return
    n_values = 1
    for size in dims:
        n_values *= size
    run.give(node, Constant((), "int64", lambda: _number(n_values), lambda: [n_values]))


def _number(value: int) -> Any:
    import numpy as np

    return np.array(value, np.int64)


def _cast(run: Run, node: Node) -> None:
    """Another type of real numbers, which is no layer."""
    x = run.lazy(node)
    is_boolean = x.expression.op in COMPARISONS
    if node.attributes.get("to") not in _FLOATS and not is_boolean:
        raise Inexpressible("it makes integers of real numbers", x.dims)
    run.give(node, x)


_HANDLERS: dict[str, Callable[[Run, Node], None]] = {
    **dict.fromkeys(UNARY, activation.unary),
    **dict.fromkeys(OF_SEVERAL, merging.merge),
    **dict.fromkeys(("Mean", "Sum"), merging.merge),
    **certain.HANDLERS,
    "Add": spelled.add,
    "AveragePool": pooling.pool,
    "BatchNormalization": normalization.batch_norm,
    "Cast": _cast,
    "Concat": joining.concat,
    "Conv": sliding.convolution,
    "ConvTranspose": sliding.transposed_convolution,
    "DepthToSpace": arranging.depth_to_space,
    "Div": spelled.divide,
    "Dropout": activation.dropout,
    "Expand": resizing.expand,
    "Flatten": arranging.flatten,
    "Gather": cutting.gather,
    "GatherND": cutting.gather_nd,
    "Gemm": products.gemm,
    **dict.fromkeys(("GRU", "LSTM", "RNN"), recurrent.recurrent),
    "GlobalAveragePool": pooling.global_pool,
    "GlobalMaxPool": pooling.global_pool,
    "GroupNormalization": normalization.group_norm,
    "Identity": _identity,
    "InstanceNormalization": normalization.instance_norm,
    "LRN": normalization.local_response,
    "LayerNormalization": normalization.layer_norm,
    "LogSoftmax": pooling.softmax,
    "LpNormalization": normalization.length_norm,
    "MatMul": products.matmul,
    "MaxPool": pooling.pool,
    "MeanVarianceNormalization": normalization.mean_variance,
    "PRelu": merging.slope,
    "Pad": padding.pad,
    "ReduceMax": pooling.reduce,
    "ReduceMean": pooling.reduce,
    "ReduceSum": pooling.reduce,
    "Reshape": arranging.reshape,
    "Resize": resizing.resize,
    "Shape": _shape,
    "Size": _shape,
    "Slice": cutting.slice_,
    "Softmax": pooling.softmax,
    "SpaceToDepth": arranging.space_to_depth,
    "Split": cutting.split,
    "Squeeze": arranging.squeeze,
    "Transpose": arranging.transpose,
    "Unsqueeze": arranging.unsqueeze,
    "Upsample": resizing.resize,
}


def _chosen(run: Run, node: Node, depth: int) -> bool:
    """Whether a condition is a constant, so that one of its two graphs takes its place."""
    condition = run.value(node, 0)
    if not isinstance(condition, Constant):
        return False
    number = condition.number()
    branch = node.attributes.get("then_branch" if number else "else_branch")
    if number is None or not isinstance(branch, Subgraph):
        return False
    graph = read_graph(run.reader, branch.span)
    if len(graph.outputs) != len(node.outputs) or not _fits(run, graph):
        return False
    for name, tensor in graph.initializers.items():
        run.values[name] = run.stored(tensor)
    run.n_uses.subtract(captured(run, node))
    for inner in graph.nodes:
        run.n_uses.update(filter(None, inner.inputs))
        run.producers.update(dict.fromkeys(filter(None, inner.outputs), inner))
    convert(run, graph.nodes, depth + 1)
    for name, info in zip(node.outputs, graph.outputs, strict=True):
        run.values[name] = run.values[info.name]
        run.n_uses[info.name] += run.n_uses[name]
        if info.name in run.producers:
            run.producers[name] = run.producers[info.name]
    return True


def _fits(run: Run, graph: Graph) -> bool:
    """Whether every node of a branch reads only what there is by then."""
    there = {*run.values, *graph.initializers}
    for inner in graph.nodes:
        if any(name and name not in there for name in inner.inputs):
            return False
        there.update(inner.outputs)
    return all(info.name in there for info in graph.outputs)


def outputs(run: Run) -> list[str]:
    """The layers that give what the graph gives out, brought into an order of whole axes."""
    names: list[str] = []
    for info in run.graph.outputs:
        value = run.values[info.name]
        if isinstance(value, Constant):
            continue
        if isinstance(value, Feature):
            value = run.values[info.name] = _given_out(run, value, info.name)
        names.append(value.layer)
    return list(dict.fromkeys(names))


def _given_out(run: Run, value: Feature, label: str) -> Feature:
    value = run.written(value)
    rank = len(value.axes)
    try:
        if run.is_own and rank > 1:
            x = run.arrange(value, [*value.axes[2:], value.axes[1]], label)
        else:
            x = run.arrange(value, run.natural(value), label) if _is_mixed(run, value) else value
    except Inexpressible:
        x = value
    if x.layer in run.builder.records:
        return x
    name, _ = run.add("identity", label, [x], {})  # an input as it came
    return run.same(name, x)


def _is_mixed(run: Run, value: Feature) -> bool:
    """Whether the layer has the values in another order than that of whole axes of the tensor."""
    from cnncalc.importers.onnx.views import concrete_axes

    axes = concrete_axes(value)
    wanted = {group for group in value.axes if group and not run.is_batch(group)}
    return axes is None or {group for group in axes if group} != wanted

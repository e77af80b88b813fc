"""Poolings and reductions."""

from __future__ import annotations

from math import prod
from typing import Any

from cnncalc.importers.onnx.proto import Node
from cnncalc.importers.onnx.run import Inexpressible, Run
from cnncalc.importers.onnx.sliding import Geometry
from cnncalc.importers.onnx.values import Atom, Constant, Feature, Group
from cnncalc.importers.onnx.views import last_axis
from cnncalc.ir.shapes import Pair

_LOWEST = -3e38  # stands for minus infinity in single precision
_REDUCTIONS = {
    "ReduceMax": "global_max_pool",
    "ReduceMean": "global_avg_pool",
    "ReduceSum": "global_avg_pool",
}


def pool(run: Run, node: Node) -> None:
    """A maximum or a mean in a sliding window."""
    before = _padded(run, node) if node.op == "MaxPool" else None
    source, beyond = before or (node, ())
    x = run.map(source)
    kernel = node.attributes.get("kernel_shape")
    if not isinstance(kernel, list) or not kernel:
        raise Inexpressible("it has no kernel_shape")
    geometry = Geometry(node, tuple(kernel), x.shape, beyond)
    if len(kernel) > 3:
        raise Inexpressible(f"it slides along {len(kernel)} axes")
    if any(side < 0 for pair in geometry.padding for side in pair):
        raise Inexpressible("its padding is negative")
    arguments = geometry.arguments(geometry.padding, "size")
    if arguments["stride"] == arguments["size"]:
        del arguments["stride"]
    if node.attributes.get("ceil_mode"):
        arguments["rounding"] = "ceil"
    op = "max_pool"
    if node.op == "AveragePool":
        op = "avg_pool"
        if "dilation" in arguments:
            raise Inexpressible("it is a mean in a dilated window")
        if node.attributes.get("count_include_pad") and "padding" in arguments:
            arguments["count_padding"] = True
    name, shape = run.add(op, node.label, [x], arguments)
    run.give(node, run.fresh_map(name, shape))


def _padded(run: Run, node: Node) -> tuple[Node, tuple[Pair, ...]] | None:
    """A node before a maximum that pads the map with what is never the largest, and how much."""
    pad = run.producers.get(node.inputs[0])
    if pad is None or pad.op != "Pad" or pad.attributes.get("mode", "constant") != "constant":
        return None
    value = pad.attributes.get("value")
    if value is None and isinstance(constant := run.value(pad, 2), Constant):
        value = constant.number()
    pads = run.integers(pad, 1, "pads")
    rank = len(pads or ()) // 2
    if not isinstance(value, float) or value > _LOWEST or pads is None or run.value(pad, 3):
        return None
    pairs = tuple(zip(pads[:rank], pads[rank:], strict=True))
    if rank < 3 or any(map(any, pairs[:2])) or min(pads) < 0:
        return None
    return pad, pairs[2:]


def global_pool(run: Run, node: Node) -> None:
    """The mean or maximum of every whole map."""
    x = run.map(node)
    op = "global_max_pool" if node.op == "GlobalMaxPool" else "global_avg_pool"
    name, shape = run.add(op, node.label, [x], {"keep_dims": True})
    run.give(node, run.fresh_map(name, shape))


def reduce(run: Run, node: Node) -> None:
    """A maximum, mean or sum over some axes: a global pooling of a map that has only these."""
    x = run.lazy(node)
    rank = len(x.axes)
    keeps = bool(node.attributes.get("keepdims", 1))
    axes = run.integers(node, 1, "axes")
    if not axes:
        axes = [] if node.attributes.get("noop_with_empty_axes") else list(range(rank))
    if not all(-rank <= axis < rank for axis in axes):
        raise Inexpressible(f"it has no axes {axes}")
    reduced = sorted({axis % rank for axis in axes})
    places: list[Group] = [() if k in reduced else group for k, group in enumerate(x.axes)]
    if not keeps:
        places = [group for k, group in enumerate(x.axes) if k not in reduced]
    gone = [x.axes[k] for k in reduced if x.axes[k]]
    if any(atom is run.batch for group in gone for atom in group):
        raise Inexpressible(
            "it goes over the batch", tuple(prod(a.size for a in g) for g in places)
        )
    if not gone:
        run.give(node, x.seen(tuple(places)))
        return
    run.give(node, _pooled(run, node, run.written(x), gone, tuple(places)))


def _pooled(
    run: Run, node: Node, x: Feature, gone: list[Group], places: tuple[Group, ...]
) -> Feature:
    """One pooling over the axes that go; all others are channels to it."""
    lost = {atom for group in gone for atom in group}
    kept = tuple(atom for atom in x.order if atom not in lost)
    space = run.in_order(x, gone)
    n_cells = prod(atom.size for atom in lost)
    if len(space) > 3 or (not kept and len(space) > 2):
        space = [tuple(atom for atom in x.order if atom in lost)]
    x = run.arrange(x, [*space, kept], node.label)
    keeps = len(places) > 2
    arguments: dict[str, Any] = {"keep_dims": True} if keeps else {}
    name, shape = run.add(_REDUCTIONS[node.op], node.label, [x], arguments)
    if shape is None:
        raise Inexpressible("there is nothing to pool")
    result = Feature(name, shape, kept, places)
    if node.op == "ReduceSum":
        result = run.pointwise("rescale", f"{node.label}/sum", result, {"scale": float(n_cells)})
    return result


def softmax(run: Run, node: Node) -> None:
    """A softmax along one axis; before opset 13 along all from one on."""
    x = run.written(run.lazy(node))
    rank = len(x.axes)
    axis = node.attributes.get("axis", -1 if run.opset >= 13 else 1)
    if not -rank <= axis < rank:
        raise Inexpressible(f"it has no axis {axis}", x.dims)
    axis %= rank
    group: tuple[Atom, ...] = x.axes[axis]
    if run.opset < 13:
        group = tuple(atom for part in x.axes[axis:] for atom in part)
    op = "log_softmax" if node.op == "LogSoftmax" else "softmax"
    if not group or last_axis(x) != group:
        others = [g for k, g in enumerate(x.axes) if g and not set(g) & set(group)]
        others = [g for g in others if not run.is_batch(g)]
        x = run.arrange(x, [*run.in_order(x, others), group], node.label)
    run.give(node, run.pointwise(op, node.label, x, {}))

"""Operators that ONNX has no word for, and cnncalc has."""

from __future__ import annotations

from typing import Any

from cnncalc.importers.onnx.builder import Weight
from cnncalc.importers.onnx.opaque import layout
from cnncalc.importers.onnx.proto import Node
from cnncalc.importers.onnx.run import Inexpressible, Run
from cnncalc.importers.onnx.sliding import short
from cnncalc.importers.onnx.values import Constant, Feature, Unknown

DOMAIN = "cnncalc"


def own(run: Run, node: Node) -> None:
    """Add the layer of an operator of ours.

    Raises:
        Inexpressible: It does not suit what it reads.
    """
    match node.op:
        case "adaptive_avg_pool" | "adaptive_max_pool":
            arguments = {"size": short(tuple(node.attributes["size"]))}
            name, shape = run.add(node.op, node.label, [run.map(node)], arguments)
            run.give(node, run.fresh_map(name, shape))
        case "batch_norm" | "group_norm":
            _norm(run, node, run.with_last(run.lazy(node), 1, node.label))
        case "instance_norm":
            _norm(run, node, run.map(node))
        case "dropout":
            _dropout(run, node)
        case "local_response_norm":
            x = run.with_last(run.lazy(node), 1, node.label)
            run.give(node, run.pointwise(node.op, node.label, x, dict(node.attributes)))
        case _:
            raise Inexpressible("no layer computes it")


def _norm(run: Run, node: Node, x: Feature) -> None:
    """A norm of channels, with the arrays that it has."""
    weights = {}
    for place, array in enumerate(node.attributes["arrays"], 1):
        constant = run.needed(node, place)
        if constant.shape != x.shape[-1:]:
            raise Inexpressible(f"its arrays are not those of {x.shape[-1]} channels", x.dims)
        weights[array] = Weight(constant, lambda values: values)
    name, shape = run.add(node.op, node.label, [x], node.attributes["arguments"], weights)
    if shape is None:
        raise Inexpressible("it does not suit the channels", x.dims)
    run.give(node, run.same(name, x))


def _dropout(run: Run, node: Node) -> None:
    x = run.written(run.lazy(node))
    rate = node.attributes["rate"]
    if not 0 <= rate < 1:
        run.give(node, x)
        return
    op = "dropout"
    if node.attributes["by_channel"] and len(x.axes) > 2:
        x, op = run.with_last(x, 1, node.label), "spatial_dropout"
    run.give(node, run.pointwise(op, node.label, x, {"rate": rate}))


def opaque(run: Run, node: Node, reason: str) -> None:
    """Let a node be an opaque layer that says what it is."""
    inputs: dict[str, Feature | Unknown] = {}
    params = 0
    for name in node.inputs:
        value = run.values.get(name)
        if isinstance(value, Constant):
            params += value.size if value.is_parameter else 0
        elif value is not None:
            value = run.written(value) if isinstance(value, Feature) else value
            inputs.setdefault(value.layer, value)
    given = list(inputs.values()) or run.entering[:1]
    for index, output in enumerate(node.outputs):
        arguments: dict[str, Any] = {"kind": f"PyTorch {node.op}: {reason}"}
        arguments["params"] = params if index == 0 else 0
        info = run.infos.get(output)
        places, shape = None, None
        if info is not None and info.dims is not None:
            dims = tuple(size for size in info.dims if isinstance(size, int))
            places, shape = layout(run, given, dims)
            arguments["output"] = list(shape)
        names = [(value.layer, getattr(value, "shape", ())) for value in given]
        name, _ = run.builder.add("opaque", node.label, names, arguments)
        run.values[output] = Unknown(name) if places is None else run.fresh(name, shape, places)

"""Values behind one another."""

from __future__ import annotations

from typing import Any

from cnncalc.importers.onnx.merging import aligned
from cnncalc.importers.onnx.proto import Node
from cnncalc.importers.onnx.run import Inexpressible, Run
from cnncalc.importers.onnx.values import Constant, Feature, Value


def concat(run: Run, node: Node) -> None:
    """Values behind one another along one axis."""
    values = [run.value(node, k) for k, name in enumerate(node.inputs) if name]
    if any(isinstance(value, Constant) for value in values):
        reason = "it joins a constant to what is computed"
        raise Inexpressible(reason, _joined_dims(values, node.attributes.get("axis", 1)))
    features = [run.feature(node, k) for k, name in enumerate(node.inputs) if name]
    rank = len(features[0].axes)
    axis = node.attributes.get("axis", 1)
    if any(len(x.axes) != rank for x in features) or not -rank <= axis < rank:
        raise Inexpressible("what it reads has several ranks")
    axis %= rank
    total = sum(x.dims[axis] for x in features)
    dims = (*features[0].dims[:axis], total, *features[0].dims[axis + 1 :])
    if any((*x.dims[:axis], total, *x.dims[axis + 1 :]) != dims for x in features):
        raise Inexpressible("the sizes of what it reads differ along other axes, too")
    if len(features) == 1:
        run.give(node, features[0])
        return
    run.give(node, joined(run, node, features, axis))


def _joined_dims(values: list[Value | None], axis: int) -> tuple[int, ...] | None:
    """The shape that values have behind one another along one axis, if it is known."""
    shapes = []
    for value in values:
        if not isinstance(value, (Constant, Feature)):
            return None
        shapes.append(value.shape if isinstance(value, Constant) else value.dims)
    dims = list(shapes[0])
    dims[axis] = sum(shape[axis] for shape in shapes)
    return tuple(dims)


def joined(run: Run, node: Node, features: list[Feature], axis: int) -> Value:
    """A concatenation of values along one axis of the ONNX tensor."""
    if any(run.batch in x.axes[axis] for x in features if run.batch is not None):
        raise Inexpressible("it joins batches")
    placed, place, pattern = aligned(run, node.label, features, axis)
    rank = len(placed[0].shape)
    arguments: dict[str, Any] = {} if place == rank - 1 else {"axis": place}
    name, shape = run.add("concat", node.label, placed, arguments)
    if shape is None:
        raise Inexpressible("the shapes of what it reads do not fit")
    places: list[int | None] = [None] * len(features[0].axes)
    for where, k in enumerate(pattern):
        places[k] = where
    if run.is_batch(features[0].axes[0]) and places[0] is None and axis != 0:
        places[0] = -1
    return run.fresh(name, shape, places)

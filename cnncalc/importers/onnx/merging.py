"""Operations on several values, and those on values and constants."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from cnncalc.importers.onnx.activation import grow
from cnncalc.importers.onnx.builder import Record, Weight
from cnncalc.importers.onnx.decimals import shortest
from cnncalc.importers.onnx.pointwise import OF_SEVERAL
from cnncalc.importers.onnx.products import broadcast
from cnncalc.importers.onnx.proto import Node
from cnncalc.importers.onnx.run import Inexpressible, Run
from cnncalc.importers.onnx.values import Array, Constant, Feature, Group, Value, size_of
from cnncalc.importers.onnx.views import concrete_axes, last_axis
from cnncalc.ir.shapes import Sizes

_MERGES = {
    "Add": "add",
    "Sum": "add",
    "Mul": "multiply",
    "Sub": "subtract",
    "Max": "maximum",
    "Mean": "average",
}
_WITHOUT_BIAS = ("conv", "conv_transpose", "dense", "depthwise_conv")
_NORMS = ("group_norm", "instance_norm", "layer_norm")
_MOST_LITERALS = 4  # channels of a picture
_MOST_NUMBERS = 4096


def merge(run: Run, node: Node) -> None:
    """An operation that meets values place by place."""
    if node.op in OF_SEVERAL and not _has_weight(run, node) and grow(run, node):
        return
    values = [run.value(node, index) for index, name in enumerate(node.inputs) if name]
    features = [value for value in values if isinstance(value, Feature)]
    if len(features) < len(values):
        if len(values) == 2 and len(features) == 1:
            _with_constant(run, node, features[0])
            return
        raise Inexpressible("it reads a constant or what is not known", _spread(values))
    if len(features) == 1:
        run.give(node, features[0])
        return
    dims = broadcast(*(feature.dims for feature in features))
    if node.op not in _MERGES:
        raise Inexpressible("no layer computes it of several computed values", dims)
    features = [run.written(feature) for feature in features]
    if all(feature.dims == dims for feature in features):
        run.give(node, _merged(run, node, features))
    else:
        run.give(node, _gated(run, node, features, dims))


def _has_weight(run: Run, node: Node) -> bool:
    """Whether a node of cnncalc's own reads a weight, which may be that of a single channel."""
    values = [run.value(node, index) for index in range(len(node.inputs))]
    return run.is_own and any(
        isinstance(value, Constant) and value.is_parameter and value.shape for value in values
    )


def _spread(values: Sequence[Value | None]) -> Sizes | None:
    """The shape that values are spread to; None if one of theirs is not known."""
    shapes = []
    for value in values:
        if not isinstance(value, (Feature, Constant)):
            return None
        shapes.append(value.dims if isinstance(value, Feature) else value.shape)
    return broadcast(*shapes)


def _merged(run: Run, node: Node, features: Sequence[Feature]) -> Feature:
    """One merge of values of one shape, brought into one order."""
    first, *others = features
    if any(_layout(other) != _layout(first) for other in others):
        features, _, _ = aligned(run, node.label, features)
    name, _ = run.add(_MERGES[node.op], node.label, features, {})
    return run.same(name, features[0])


def _layout(x: Feature) -> tuple[Any, ...]:
    """What must be equal of two values that meet: the shape, and where every ONNX axis is."""
    place = {atom: index for index, atom in enumerate(x.order)}
    sizes = [atom.size for atom in x.order]
    return x.shape, sizes, [[place.get(atom, -1) for atom in group] for group in x.axes]


def aligned(
    run: Run, label: str, features: Sequence[Feature], axis: int | None = None
) -> tuple[list[Feature], int, list[int]]:
    """All in one order of whole axes that suits the first.

    Args:
        run: The import.
        label: Names the layers that this takes.
        features: Values of one rank.
        axis: An axis of the ONNX tensor that the shape has to have, even where its size is 1.

    Returns:
        The values, where the axis is in their shape, and the ONNX axis of every axis there.
    """
    places = _places(run, features[0])
    is_there = places is not None and (axis is None or axis in places)
    if places is not None and is_there and all(_places(run, x) == places for x in features):
        pattern = sorted(places, key=lambda k: places[k])
        return list(features), 0 if axis is None else places[axis], pattern
    model = max(features, key=lambda x: sum(map(bool, x.axes)))
    used = {k for x in features for k, g in enumerate(x.axes) if g and not run.is_batch(g)}
    if axis is not None:
        used.add(axis)
    natural = run.natural(model)
    pattern = [model.axes.index(group) for group in natural if group]
    missing = sorted(used - set(pattern))
    pattern = [*missing, *pattern]
    current = _layout(model)
    whole = all(_layout(x)[0] == current[0] for x in features) and not missing
    if axis is None and whole and all(_layout(x) == current for x in features):
        return list(features), 0, pattern
    placed = [
        run.arrange(x, [x.axes[k] for k in pattern] or [()], f"{label}/{index}")
        for index, x in enumerate(features)
    ]
    return placed, 0 if axis is None else pattern.index(axis), pattern


def _places(run: Run, x: Feature) -> dict[int, int] | None:
    """Where every ONNX axis is in a shape that has just these; None if it has not.

    Axes of size 1 hold the same wherever they are; the channels are taken to be last.
    """
    groups = concrete_axes(x)
    axes = [k for k, group in enumerate(x.axes) if k > 0 or not run.is_batch(group)]
    if groups is None or len(groups) != len(axes):
        return None
    places = {k: groups.index(x.axes[k]) for k in axes if x.axes[k] in groups and x.axes[k]}
    empty = sorted((k for k in axes if not x.axes[k]), key=lambda k: (k == 1, k))
    free = [place for place in range(len(groups)) if place not in places.values()]
    if len(empty) != len(free):
        return None
    return places | dict(zip(empty, free, strict=True))


def _gated(run: Run, node: Node, features: list[Feature], dims: tuple[int, ...]) -> Feature:
    """A sum or product of values and of gates, which have size 1 along some axes."""
    full = [x for x in features if x.dims == dims]
    if node.op not in ("Add", "Mul", "Sub") or not full or len(features) != 2:
        raise Inexpressible("it spreads one value over another", dims)
    x = full[0]
    index = features.index(x)
    gate = features[1 - index]
    if node.op == "Sub":
        if index == 1:
            raise Inexpressible("it spreads one value over another", dims)
        gate = run.pointwise("rescale", f"{node.label}/minus", gate, {"scale": -1.0})
    padded: tuple[Group, ...] = (*((),) * (len(dims) - len(gate.axes)), *gate.axes)
    spanned = [k for k, group in enumerate(padded) if group and not run.is_batch(group)]
    # what the gate spans comes last, as the channels of a map whose cells it is the same for
    tail = tuple(atom for k in spanned for atom in x.axes[k])
    last = last_axis(x)
    if not spanned or last is None or set(last) != set(tail) or last != tail:
        rest = [g for k, g in enumerate(x.axes) if k not in spanned and g and not run.is_batch(g)]
        x = run.arrange(x, [*run.in_order(x, rest), tail], f"{node.label}/map")
    flat = tuple(atom for k in spanned for atom in padded[k])
    ones: tuple[Group, ...] = ((),) * (len(x.shape) - 1)
    if gate.order != flat or gate.shape not in (x.shape[-1:], (*map(size_of, ones), x.shape[-1])):
        gate = run.arrange(gate, [*ones, flat], f"{node.label}/gate")
    inputs = [x, gate] if index == 0 else [gate, x]
    name, _ = run.add("multiply" if node.op == "Mul" else "add", node.label, inputs, {})
    return run.same(name, x)


def _with_constant(run: Run, node: Node, x: Feature) -> None:
    """A number, or a constant along one axis; anything larger is a table of its own."""
    first = isinstance(run.value(node, 0), Constant)
    constant = run.constant(node, 0 if first else 1)
    if constant is None or not constant.size:
        raise Inexpressible("what it reads is empty, or not known")
    dims = broadcast(x.dims, constant.shape)
    if prod(dims) == prod(x.dims) and len(dims) > len(x.dims):
        x = x.seen((*((),) * (len(dims) - len(x.dims)), *x.axes))
    if dims != x.dims:
        raise Inexpressible("it spreads its input over a constant", dims)
    if constant.size == 1 and node.op in OF_SEVERAL and not _has_weight(run, node):
        run.values[node.inputs[1 if first else 0]] = x  # with as many axes as the number has
        if grow(run, node):
            return
        raise Inexpressible("the number that it reads is not in the file", dims)
    shape = (1,) * (len(dims) - len(constant.shape)) + constant.shape
    axes = [axis for axis, size in enumerate(shape) if size > 1] or [1]
    if len(axes) > 1 and not first and _absorb_table(run, node, x, axes, constant):
        run.give(node, x)
        return
    if node.op not in ("Add", "Sub", "Mul", "Div", "Sum"):
        raise Inexpressible(f"it reads a constant of the shape {list(constant.shape)}", dims)
    x = run.written(x)
    if len(axes) == 1:
        run.give(node, _along(run, node, x, axes[0], constant, first=first))
        return
    if any(run.is_batch(x.axes[k]) for k in axes):
        raise Inexpressible("it reads a constant for every example of the batch", dims)
    # a number for every cell of several axes: these are the channels of a map for once
    axes, constant = _in_place(run, x, axes, constant)
    merged = tuple(atom for k in axes for atom in x.axes[k])
    rest = [x.axes[k] for k in range(len(x.axes)) if k not in axes]
    table = Feature(x.layer, x.shape, x.order, (*rest, merged))
    result = _along(run, node, table, len(rest), constant, first=first)
    run.give(node, result.seen(x.axes))


def _in_place(
    run: Run, x: Feature, axes: list[int], constant: Constant
) -> tuple[list[int], Constant]:
    """Axes in the order in which a layer has them, and a constant along them in that order."""
    groups = run.in_order(x, [x.axes[k] for k in axes])
    ordered = [next(k for k in axes if x.axes[k] is group) for group in groups]
    if ordered == axes:
        return axes, constant
    sizes, order = [size_of(x.axes[k]) for k in axes], [axes.index(k) for k in ordered]

    def turned(array: Array) -> Array:
        return array.reshape(sizes).transpose(order)

    return ordered, constant.then(tuple(sizes[k] for k in order), turned, f"order {order}")


def _along(
    run: Run, node: Node, x: Feature, axis: int, constant: Constant, *, first: bool
) -> Feature:
    """A factor or a summand for every cell of one axis."""

    def change(array: Array) -> Array:
        flat = array.reshape(-1)
        if node.op == "Sub" and not first:
            return -flat
        return 1 / flat if node.op == "Div" else flat

    if node.op == "Div" and first:
        raise Inexpressible("it divides by what is computed", x.dims)
    weight = Weight(constant, change, node.op)
    sums = node.op in ("Add", "Sub", "Sum")
    if not (node.op == "Sub" and first) and _absorb(run, node, x, axis, weight, sums=sums):
        return x
    x = run.with_last(x, axis, node.label)
    if node.op == "Sub" and first:
        x = run.pointwise("rescale", f"{node.label}/minus", x, {"scale": -1.0})
    is_literal = constant.size <= _MOST_LITERALS and not run.is_own
    if is_literal or not constant.is_parameter:
        return _literal(run, node, x, weight, sums=sums)
    return _scale(run, node, x, weight, sums=sums)


def _literal(run: Run, node: Node, x: Feature, weight: Weight, *, sums: bool) -> Feature:
    """A fixed factor or summand per channel, in the spec itself."""
    if weight.constant.make is None or weight.constant.size > _MOST_NUMBERS:
        raise Inexpressible("it reads a table of numbers", x.dims)
    values = [shortest(value) for value in weight.array().astype("float64").tolist()]
    return run.pointwise("rescale", node.label, x, {"offset" if sums else "scale": values})


def _scale(run: Run, node: Node, x: Feature, weight: Weight, *, sums: bool) -> Feature:
    arguments = {"scale": False, "bias": True} if sums else {}
    name, _ = run.add("scale", node.label, [x], arguments, {"bias" if sums else "scale": weight})
    return run.same(name, x)


def _absorb(run: Run, node: Node, x: Feature, axis: int, weight: Weight, *, sums: bool) -> bool:
    """Whether the layer before takes the constant as its bias, or as its gamma or beta."""
    record = _only_reader(run, node, x)
    if record is None:
        return False
    name = _free_place(record, sums=sums)
    if name is None or record.shape is None or last_axis(x) != x.axes[axis]:
        return False
    if weight.constant.size != record.shape[-1]:
        return False
    record.weights[name] = weight
    record.arguments.pop({"gamma": "scale", "beta": "center"}.get(name, "bias"), None)
    if record.op == "scale":
        record.arguments["bias"] = True
    return True


def _only_reader(run: Run, node: Node, x: Feature) -> Record | None:
    """The layer that a node reads, if no other node reads it and it is no output."""
    source = next(name for name in node.inputs if not isinstance(run.values[name], Constant))
    if run.n_uses[source] != 1 or source in run.outputs:
        return None
    return run.builder.records.get(x.layer)


def _absorb_table(run: Run, node: Node, x: Feature, axes: list[int], constant: Constant) -> bool:
    """Whether the layer before is a normalisation over these axes, with a number for each cell."""
    record = _only_reader(run, node, x)
    if record is None or record.op != "layer_norm" or node.op not in ("Add", "Mul"):
        return False
    arguments = record.arguments
    concrete = concrete_axes(x) or ()
    spanned = [concrete[k] for k in arguments.get("axes", [len(concrete) - 1])]
    if set(spanned) != {x.axes[k] for k in axes}:
        return False
    switch, name = ("scale", "gamma") if node.op == "Mul" else ("center", "beta")
    if arguments.get(switch) is not False or (
        name == "gamma" and arguments.get("center") is not False
    ):
        return False
    sizes = tuple(x.dims[k] for k in axes)
    order = [next(j for j, k in enumerate(axes) if x.axes[k] == group) for group in spanned]

    def arrange(array: Array) -> Array:
        return array.reshape(sizes).transpose(order)

    record.weights[name] = Weight(constant, arrange, f"{sizes} {order}")
    del arguments[switch]
    return True


def _free_place(record: Record, *, sums: bool) -> str | None:
    """The array that a layer could have and has not."""
    arguments = record.arguments
    if arguments.get("axes", "channels") != "channels" or "activation" in arguments:
        return None
    if record.op in _WITHOUT_BIAS:
        return "bias" if sums and arguments.get("bias") is False else None
    if record.op == "scale":
        return "bias" if sums and "bias" not in arguments else None
    if record.op in _NORMS:
        if sums:
            return "beta" if arguments.get("center") is False else None
        is_free = arguments.get("scale") is False and arguments.get("center") is False
        return "gamma" if is_free else None
    return None


def slope(run: Run, node: Node) -> None:
    """A rectifier with a trained slope per channel, or one for all of them."""
    x, constant = run.lazy(node), run.needed(node, 1)
    is_shared = constant.size == 1 and x.dims[1:2] != (1,)
    if not is_shared and not _is_per_channel(constant, x):
        raise Inexpressible("it has another slope for every cell", x.dims)
    x = run.written(x) if is_shared else run.with_last(x, 1, node.label)
    weights = {"alpha": Weight(constant, lambda array: array.reshape(-1))}
    arguments = {"shared": True} if is_shared else {}
    name, _ = run.add("prelu", node.label, [x], arguments, weights)
    run.give(node, run.same(name, x))


def _is_per_channel(constant: Constant, x: Feature) -> bool:
    """Whether a constant has a number per channel when it is spread over a map."""
    rank = len(x.axes)
    if rank < 2 or len(constant.shape) > rank:
        return False
    spread = (1,) * (rank - len(constant.shape)) + constant.shape
    if rank > 2 and constant.shape == x.dims[1:2] != x.dims[-1:]:
        return True  # as older exporters have it, which leave the axes of size 1 out
    return spread == (1, x.dims[1], *(1,) * (rank - 2))

"""Normalisations that a file spells out in small operations.

They are found from their last node backwards. The layers that the operations before it became are
read by nobody then, and are left out.
"""

from __future__ import annotations

from typing import Any

from cnncalc.importers.onnx.builder import Weight
from cnncalc.importers.onnx.decimals import shortest
from cnncalc.importers.onnx.merging import merge
from cnncalc.importers.onnx.normalization import normalized
from cnncalc.importers.onnx.proto import Node
from cnncalc.importers.onnx.run import Inexpressible, Run
from cnncalc.importers.onnx.values import Constant, Feature


def divide(run: Run, node: Node) -> None:
    """A division, which may be the end of a normalisation."""
    found = _layer_norm(run, node) or _length_norm(run, node) or _local_response(run, node)
    if not found:
        merge(run, node)


def add(run: Run, node: Node) -> None:
    """An addition, which may be the end of a global response normalisation."""
    if not any(_response(run, node, *pair) for pair in (node.inputs[:2], node.inputs[1::-1])):
        merge(run, node)


def _both_ways(node: Node | None) -> tuple[tuple[str, str], ...]:
    """What a node of two inputs reads, in either order."""
    if node is None or len(node.inputs) != 2:
        return ()
    first, second = node.inputs
    return (first, second), (second, first)


class _Look:
    """Looks back from a node to the nodes that feed it."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def node(self, name: str, *ops: str) -> Node | None:
        """The node that gives a value, if it is one of these."""
        node = self._run.producers.get(name)
        return node if node is not None and node.op in ops else None

    def number(self, name: str) -> float | None:
        """The number that a value is."""
        value = self._run.values.get(name)
        return value.number() if isinstance(value, Constant) else None

    def mean(self, name: str) -> tuple[str, list[int]] | None:
        """What a ReduceMean that keeps its axes goes over, and those."""
        node = self.node(name, "ReduceMean")
        if node is None or not node.attributes.get("keepdims", 1):
            return None
        try:
            axes = self._run.integers(node, 1, "axes")
        except Inexpressible:
            return None
        return (node.inputs[0], axes) if axes else None

    def with_number(self, name: str, op: str) -> tuple[str, float] | None:
        """The value and the number that a node reads."""
        node = self.node(name, op)
        for one, other in (
            (node.inputs, node.inputs[::-1]) if node and len(node.inputs) == 2 else ()
        ):
            number = self.number(other)
            if number is not None:
                return one, number
        return None

    def with_constant(self, name: str, op: str) -> tuple[str, Constant] | None:
        """The value and the constant that a node reads."""
        node = self.node(name, op)
        for one, other in (
            (node.inputs, node.inputs[::-1]) if node and len(node.inputs) == 2 else ()
        ):
            constant = self._run.values.get(other)
            if isinstance(constant, Constant):
                return one, constant
        return None

    def moved(self, name: str, *ops: str) -> Node | None:
        """The node of one of these kinds that gives a value, looking through reshapes."""
        for _ in range(4):
            node = self.node(name, *ops, "Reshape", "Squeeze", "Unsqueeze")
            if node is None or node.op in ops:
                return node
            name = node.inputs[0]
        return None

    def square(self, name: str) -> str | None:
        """What a value is the square of."""
        node = self.node(name, "Pow", "Mul")
        if node is None or len(node.inputs) != 2:
            return None
        base, other = node.inputs
        is_square = other == base if node.op == "Mul" else self.number(other) == 2
        return base if is_square else None


def _layer_norm(run: Run, node: Node) -> bool:
    """Whether a division is the end of `(x - mean(x)) / sqrt(mean((x - mean(x))²) + epsilon)`."""
    look = _Look(run)
    root = look.node(node.inputs[1], "Sqrt")
    shifted = root and look.node(root.inputs[0], "Add")
    centred = _centred(look, node.inputs[0])
    if root is None or shifted is None or centred is None:
        return False
    first, second = shifted.inputs
    epsilon = look.number(second)
    name = first
    if epsilon is None:
        epsilon, name = look.number(first), second
    variance = look.mean(name)
    squared = variance and look.square(variance[0])
    if epsilon is None or not 0 <= epsilon <= 1 or variance is None or squared is None:
        return False
    x, axes = centred
    if _centred(look, squared) != centred or variance[1] != axes:
        return False
    value = run.values.get(x)
    if not isinstance(value, Feature):
        return False
    rank = len(value.axes)
    spanned = sorted({axis % rank for axis in axes})
    nothing: dict[str, Constant | None] = {"gamma": None, "beta": None}
    epsilon = shortest(epsilon)
    run.give(node, normalized(run, node.label, value, spanned, epsilon, nothing))
    return True


def _centred(look: _Look, name: str) -> tuple[str, list[int]] | None:
    """What a value is without its mean, and the axes of that."""
    node = look.node(name, "Sub")
    mean = node and look.mean(node.inputs[1])
    if node is None or mean is None or mean[0] != node.inputs[0]:
        return None
    return mean


def _length_norm(run: Run, node: Node) -> bool:
    """Whether a division is `x / max(length(x), epsilon)` along one axis."""
    look = _Look(run)
    bound = look.node(node.inputs[1], "Max", "Clip", "Expand")
    if bound is not None and bound.op == "Expand":
        bound = look.node(bound.inputs[0], "Max", "Clip")
    if bound is None or len(bound.inputs) < (2 if bound.op == "Max" else 1):
        return False
    epsilon = look.number(bound.inputs[1]) if len(bound.inputs) > 1 else None
    if epsilon is None:
        epsilon = bound.attributes.get("min")
    length = look.node(bound.inputs[0], "ReduceL2")
    if length is None or epsilon is None or not 0 <= epsilon <= 1:
        return False
    if bound.op == "Clip" and len(bound.inputs) > 2 and bound.inputs[2]:
        return False
    try:
        axes = run.integers(length, 1, "axes")
    except Inexpressible:
        return False
    value = run.values.get(node.inputs[0])
    if length.inputs[0] != node.inputs[0] or not isinstance(value, Feature):
        return False
    if not axes or len(axes) != 1 or not length.attributes.get("keepdims", 1):
        return False
    x = run.with_last(value, axes[0] % len(value.axes), node.label)
    arguments = {"epsilon": shortest(epsilon)}
    run.give(node, run.pointwise("l2_norm", node.label, x, arguments))
    return True


def _local_response(run: Run, node: Node) -> bool:
    """Whether a division is `x / (bias + alpha·mean(x²))^beta` over neighbouring channels."""
    look = _Look(run)
    power = look.node(node.inputs[1], "Pow")
    beta = look.number(power.inputs[1]) if power is not None else None
    total = look.with_number(power.inputs[0], "Add") if power is not None else None
    share = look.with_number(total[0], "Mul") if total is not None else None
    mean = look.moved(share[0], "AveragePool") if share is not None else None
    value = run.values.get(node.inputs[0])
    if beta is None or total is None or share is None or mean is None:
        return False
    padded = look.moved(mean.inputs[0], "Pad")
    squares = look.moved((padded or mean).inputs[0], "Mul", "Pow")
    if squares is None or look.square(squares.outputs[0]) != node.inputs[0]:
        return False
    sizes = [size for size in mean.attributes.get("kernel_shape", []) if size > 1]
    if len(sizes) != 1 or not isinstance(value, Feature) or len(value.axes) < 3:
        return False
    size = sizes[0]
    try:
        own = run.integers(padded, 1, "pads") if padded is not None else None
    except Inexpressible:
        return False
    pads = [cells for cells in own or mean.attributes.get("pads", []) if cells]
    if pads != [cells for cells in (size // 2, (size - 1) // 2) if cells]:
        return False
    arguments: dict[str, Any] = {"size": size, "alpha": share[1], "beta": beta, "bias": total[1]}
    arguments = {name: shortest(number) for name, number in arguments.items()}
    if min(arguments.values()) <= 0:
        return False
    x = run.with_last(value, 1, node.label)
    arguments["size"] = size
    run.give(node, run.pointwise("local_response_norm", node.label, x, arguments))
    return True


def _response(run: Run, node: Node, scaled: str, name: str) -> bool:
    """Whether a sum is `gamma·x·g/(mean(g) + epsilon) + beta + x`, g the length of every map."""
    look = _Look(run)
    value = run.values.get(name)
    if not isinstance(value, Feature) or len(value.axes) < 3:
        return False
    arrays: dict[str, Constant] = {}
    for key, op in (("beta", "Add"), ("gamma", "Mul")):
        weighted = look.with_constant(scaled, op)
        if weighted is not None:
            scaled, arrays[key] = weighted
    product = look.node(scaled, "Mul")
    if product is None or name not in product.inputs:
        return False
    ratio = look.node(product.inputs[1 - product.inputs.index(name)], "Div")
    shifted = look.with_number(ratio.inputs[1], "Add") if ratio is not None else None
    mean = look.mean(shifted[0]) if shifted is not None else None
    length = look.node(ratio.inputs[0], "ReduceL2") if ratio is not None else None
    if shifted is None or mean is None or length is None or mean[0] != length.outputs[0]:
        return False
    return _respond(run, node, value, length, mean[1], shifted[1], arrays)


def _respond(
    run: Run,
    node: Node,
    value: Feature,
    length: Node,
    channels: list[int],
    epsilon: float,
    arrays: dict[str, Constant],
) -> bool:
    """Add the layer, if the lengths are those of maps and their mean is that of the channels."""
    rank = len(value.axes)
    try:
        axes = {axis % rank for axis in run.integers(length, 1, "axes") or []}
    except Inexpressible:
        return False
    channel = channels[0] % rank
    # axes of size 1 may be gone over or not
    space = {k for k in range(rank) if k != channel and value.axes[k]}
    if run.batch is not None:
        space.discard(0)
    if (
        len(channels) != 1
        or channel in axes
        or not space <= axes
        or not 0 <= epsilon <= 1
        or len(arrays) != 2
    ):
        return False
    if run.values.get(length.inputs[0]) is not value:
        return False
    x = run.with_last(value, channel, node.label)
    if any(array.size != x.shape[-1] for array in arrays.values()) or len(x.shape) < 2:
        return False
    weights = {key: Weight(array, lambda a: a.reshape(-1)) for key, array in arrays.items()}
    arguments = {"epsilon": shortest(epsilon)}
    name, _ = run.add("global_response_norm", node.label, [x], arguments, weights)
    run.give(node, run.same(name, x))
    return True

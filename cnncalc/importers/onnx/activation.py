"""Operations on one value at a time, and the layers that they become."""

from __future__ import annotations

import math
from typing import Any

from cnncalc.importers.onnx.decimals import shortest
from cnncalc.importers.onnx.pointwise import (
    INPUT,
    MAX_NODES,
    OF_SEVERAL,
    Expression,
    Step,
    Way,
    clipped,
    recognize,
    subexpressions,
)
from cnncalc.importers.onnx.proto import Node
from cnncalc.importers.onnx.run import Inexpressible, Run
from cnncalc.importers.onnx.values import Constant, Feature

# attributes and their defaults, in the order in which the function takes them
_ATTRIBUTES: dict[str, tuple[tuple[str, float], ...]] = {
    "Celu": (("alpha", 1.0),),
    "Elu": (("alpha", 1.0),),
    "HardSigmoid": (("alpha", 0.2), ("beta", 0.5)),
    "LeakyRelu": (("alpha", 0.01),),
    "Selu": (("alpha", 1.67326319217681884765625), ("gamma", 1.05070102214813232421875)),
    "Swish": (("alpha", 1.0),),
    "ThresholdedRelu": (("alpha", 1.0),),
}
_ARITY = dict.fromkeys(OF_SEVERAL - {"Max", "Min"}, 2) | {"Where": 3}
_MERGES = {"Add": "add", "Max": "maximum", "Mul": "multiply", "Sub": "subtract"}


def unary(run: Run, node: Node) -> None:
    """A function of one value."""
    x = run.lazy(node)
    op, numbers = (
        node.op,
        tuple(
            float(node.attributes.get(name, default))
            for name, default in _ATTRIBUTES.get(node.op, ())
        ),
    )
    if op == "Clip":
        numbers = _bounds(run, node)
    if op == "Gelu" and node.attributes.get("approximate", "none") == "tanh":
        op = "TanhGelu"
    run.give(node, apply(run, x, Expression(op, (x.expression,), numbers, node.label)))


def _bounds(run: Run, node: Node) -> tuple[float, float]:
    """Smallest and largest value of a Clip: attributes before opset 11, then inputs."""
    bounds = []
    for index, (name, default) in enumerate((("min", -math.inf), ("max", math.inf)), 1):
        value = node.attributes.get(name, default)
        constant = run.constant(node, index)
        if constant is not None:
            value = constant.number()
        if not isinstance(value, (int, float)) or math.isnan(value):
            raise Inexpressible("its bounds are not in the file")
        # the largest numbers of single precision stand for no bound
        bounds.append(default if abs(value) > 3e38 else float(value))
    return bounds[0], bounds[1]


def apply(run: Run, x: Feature, expression: Expression) -> Feature:
    """The values to which a function is applied, which is written when they are needed."""
    if expression.size > MAX_NODES:
        done = run.written(x)
        args = tuple(INPUT if arg is x.expression else arg for arg in expression.args)
        if any(not _is_number(arg) and arg is not INPUT for arg in args):
            return _written_apart(run, x, expression)
        expression = Expression(expression.op, args, expression.numbers, expression.label)
        x = done
    return Feature(x.layer, x.shape, x.order, x.axes, expression)


def _is_number(expression: Expression) -> bool:
    return expression.op == "number"


def _written_apart(run: Run, x: Feature, expression: Expression) -> Feature:
    """The result of an operation on two long functions, as a layer."""
    result = Feature(x.layer, x.shape, x.order, x.axes, expression)
    return Feature(_compose(run, result, expression), x.shape, x.order, x.axes)


def write(run: Run, x: Feature) -> str:
    """Add the layers that compute a function of a layer's values; the name of the last."""
    expression = x.expression
    if expression is INPUT:
        return x.layer
    if expression.layer is None:
        expression.layer = _write(run, x, expression)
    return expression.layer


def _write(run: Run, x: Feature, expression: Expression) -> str:
    way = fewest(run, expression)
    try:
        if way.steps:
            return _follow(run, x, way.inner, way.steps, expression.label)
        return _compose(run, x, expression)
    except Inexpressible:  # a number that the layer does not take
        return _opaque(run, x, expression)


def fewest(run: Run, expression: Expression) -> Way:
    """The way to compute an expression that takes the fewest layers.

    After very many attempts only what single nodes are is looked for, so that no file takes long.
    """
    if expression is INPUT or expression.op == "number" or expression.layer is not None:
        return Way(expression, [], 0)
    if expression.way is None:
        ways = []
        for inner in subexpressions(expression) if run.n_guesses > 0 else expression.args:
            run.n_guesses -= 1
            steps = None if inner.op == "number" else recognize(expression, inner)
            if steps is not None:
                ways.append(Way(inner, steps, fewest(run, inner).n_layers + len(steps)))
        if not ways:
            n_before = sum(fewest(run, arg).n_layers for arg in expression.args)
            # its own node may take several layers, so a function that is known comes first
            ways.append(Way(expression, [], n_before + 2))
        expression.way = min(ways, key=lambda way: way.n_layers)
    return expression.way


def _follow(run: Run, x: Feature, inner: Expression, steps: list[Step], label: str) -> str:
    """Write what comes before, and then these layers."""
    before = Feature(x.layer, x.shape, x.order, x.axes, inner)
    done = run.written(before)
    for index, step in enumerate(steps):
        name = label if index == len(steps) - 1 else f"{label}/{step.op}"
        done = run.pointwise(step.op, name, done, step.arguments)
    return done.layer


def _compose(run: Run, x: Feature, expression: Expression) -> str:
    """Write one node, with all that it reads before it."""

    def value(index: int) -> Feature:
        inner = expression.args[index]
        return run.written(Feature(x.layer, x.shape, x.order, x.axes, inner))

    op, args, label = expression.op, expression.args, expression.label
    if op == "Clip":
        low, high = expression.numbers
        if low < high:
            return _follow(run, x, args[0], clipped(low, high), label)
    elif op == "HardSigmoid":
        alpha, beta = expression.numbers
        line = Step("rescale", {"scale": 6 * alpha, "offset": 6 * beta})
        steps = [line, Step("relu6", {}), Step("rescale", {"scale": 1 / 6})]
        return _follow(run, x, args[0], steps, label)
    elif op == "Pow" and _is_number(args[1]) and args[1].numbers[0] == 2:
        return _merge(run, "multiply", label, [value(0), value(0)])
    elif op == "Swish":
        (alpha,) = expression.numbers
        scaled = _follow(run, x, args[0], [Step("rescale", {"scale": alpha})], f"{label}/scaled")
        base = Feature(scaled, x.shape, x.order, x.axes)
        gate = run.pointwise("sigmoid", f"{label}/sigmoid", base, {})
        return _merge(run, "multiply", label, [value(0), gate])
    elif len(args) == 2 and op in _MERGES and not any(map(_is_number, args)):
        return _merge(run, _MERGES[op], label, [value(0), value(1)])
    elif len(args) == 2 and op in ("Max", "Min") and any(map(_is_number, args)):
        place = 0 if _is_number(args[0]) else 1
        (bound,) = args[place].numbers
        bounds = (bound, math.inf) if op == "Max" else (-math.inf, bound)
        return _follow(run, x, args[1 - place], clipped(*bounds), label)
    return _opaque(run, x, expression)


def _merge(run: Run, op: str, label: str, values: list[Feature]) -> str:
    name, _ = run.add(op, label, values, {})
    return name


def _opaque(run: Run, x: Feature, expression: Expression) -> str:
    inputs = {
        feature.layer: feature
        for arg in expression.args
        if not _is_number(arg)
        for feature in [run.written(Feature(x.layer, x.shape, x.order, x.axes, arg))]
    }
    op = expression.op
    arguments: dict[str, Any] = {"output": list(x.shape), "params": 0, "macs": 0}
    arguments["kind"] = f"ONNX {op}: no layer computes this function"
    name, _ = run.add("opaque", expression.label, list(inputs.values()), arguments)
    return name


def grow(run: Run, node: Node) -> bool:
    """Whether all that a node reads are functions of the same values, or numbers.

    What comes out is such a function, too.
    """
    values = [run.value(node, index) for index in range(len(node.inputs))]
    features = [value for value in values if isinstance(value, Feature)]
    if len(values) != _ARITY.get(node.op, max(len(values), 1)):
        raise Inexpressible(f"it reads {len(values)} values")
    if not features or any(_elsewhere(value, features[0]) for value in features):
        return False
    args = []
    for value in values:
        if isinstance(value, Feature):
            args.append(value.expression)
            continue
        number = value.number() if isinstance(value, Constant) and value.size == 1 else None
        if number is None or len(value.shape) > len(features[0].axes):  # type: ignore[union-attr]
            return False
        args.append(Expression("number", (), (number,)))
    run.give(node, apply(run, features[0], Expression(node.op, tuple(args), (), node.label)))
    return True


def _elsewhere(value: Feature, first: Feature) -> bool:
    """Whether a function is one of other values than the first, or in another order."""
    same = value.layer == first.layer and value.axes == first.axes
    return not same or value.order != first.order


def dropout(run: Run, node: Node) -> None:
    """A dropout, which does nothing at inference."""
    x = run.lazy(node)
    if any(name and run.n_uses[name] for name in node.outputs[1:]):
        raise Inexpressible("its mask is used", x.dims, others=(x.dims,))
    rate = node.attributes.get("ratio", 0.5)
    constant = run.constant(node, 1)
    if constant is not None:
        rate = constant.number()
    if rate is None or not 0 <= rate < 1:
        raise Inexpressible(f"its rate is {rate}", x.dims)
    arguments = {"rate": shortest(rate)}
    run.give(node, run.pointwise("dropout", node.label, run.written(x), arguments))

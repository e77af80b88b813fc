"""Functions of a single value, written by exporters as several nodes, recognised as one layer.

Nodes that compute value by value are collected in an expression. What the expression is, is decided
by its numbers: it is evaluated at points on both sides of every kink that a known function has, so
that no spelling has to be listed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

from cnncalc.importers.onnx.decimals import shortest

MAX_NODES = 32

_FIRST = (-1.0, 0.0, 1.0, 2.3, -3.2, 6.1)
_POINTS = (
    *_FIRST,
    *(-40.0, -12.5, -6.3, -4.1, -3.0, -2.9, -2.6, -1.7, -1.2, -0.8, -0.51, -0.3, -0.1),
    *(-0.01, 0.02, 0.13, 0.37, 0.49, 0.74, 0.97, 1.1, 1.9, 2.49, 2.8, 3.0, 3.1, 4.7),
    *(5.9, 9.7, 13.0, 35.0),
)
_TOLERANCE = 2e-6


class Expression:
    """A node that computes value by value, and what it reads.

    Attributes:
        op: ONNX's name of the operation; `input` and `number` are the leaves.
        args: What it reads.
        numbers: Its attributes, in the order in which its function takes them.
        label: Name of its node.
        size: Nodes that it has with all below it, those that are read twice counted twice.
        layer: The layer that computes it, once there is one.
        way: How to compute it, once that has been found out.
    """

    __slots__ = ("args", "label", "layer", "numbers", "op", "size", "way")

    def __init__(
        self,
        op: str,
        args: tuple[Expression, ...] = (),
        numbers: tuple[float, ...] = (),
        label: str = "",
    ) -> None:
        self.op = op
        self.args = args
        self.numbers = numbers
        self.label = label
        self.size: int = 1 + sum(arg.size for arg in args)
        self.layer: str | None = None
        self.way: Way | None = None


INPUT = Expression("input")


class Step(NamedTuple):
    """A layer: its op and its arguments."""

    op: str
    arguments: dict[str, Any]


class Way(NamedTuple):
    """How to compute an expression: from an inner one by these steps, or by its own node if none.

    Attributes:
        inner: What comes before.
        steps: The layers after it.
        n_layers: All layers from the input on.
    """

    inner: Expression
    steps: list[Step]
    n_layers: int


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _elu(x: float, alpha: float) -> float:
    return x if x > 0 else alpha * math.expm1(x)


def _selu(x: float, alpha: float, gamma: float) -> float:
    return gamma * _elu(x, alpha)


def _gelu(x: float) -> float:
    return x / 2 * (1 + math.erf(x / math.sqrt(2)))


def _tanh_gelu(x: float) -> float:
    return x / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def _line(x: float, alpha: float, beta: float) -> float:
    return min(max(alpha * x + beta, 0.0), 1.0)


def _mish(x: float) -> float:
    return x * math.tanh(_softplus(x))


_FUNCTIONS: dict[str, Callable[..., float]] = {
    "Abs": abs,
    "Add": lambda a, b: a + b,
    "And": lambda a, b: float(bool(a) and bool(b)),
    "Celu": lambda x, alpha: max(x, 0.0) + min(alpha * math.expm1(x / alpha), 0.0),
    "Clip": lambda x, low, high: min(max(x, low), high),
    "Div": lambda a, b: a / b,
    "Elu": _elu,
    "Erf": math.erf,
    "Equal": lambda a, b: float(a == b),
    "Exp": math.exp,
    "Gelu": _gelu,
    "Greater": lambda a, b: float(a > b),
    "GreaterOrEqual": lambda a, b: float(a >= b),
    "HardSigmoid": _line,
    "HardSwish": lambda x: x * _line(x, 1 / 6, 0.5),
    "Less": lambda a, b: float(a < b),
    "LessOrEqual": lambda a, b: float(a <= b),
    "LeakyRelu": lambda x, slope: max(x, 0.0) + slope * min(x, 0.0),
    "Log": math.log,
    "Max": max,
    "Min": min,
    "Mish": _mish,
    "Mul": lambda a, b: a * b,
    "Neg": lambda x: -x,
    "Not": lambda x: float(not x),
    "Or": lambda a, b: float(bool(a) or bool(b)),
    "Pow": lambda a, b: float(a**b),
    "Reciprocal": lambda x: 1 / x,
    "Relu": lambda x: max(x, 0.0),
    "Selu": _selu,
    "Sigmoid": _sigmoid,
    "Sign": lambda x: math.copysign(1.0, x) if x else 0.0,
    "Softplus": _softplus,
    "Softsign": lambda x: x / (1 + abs(x)),
    "Sqrt": math.sqrt,
    "Sub": lambda a, b: a - b,
    "Swish": lambda x, alpha: x * _sigmoid(alpha * x),
    "Tanh": math.tanh,
    "TanhGelu": _tanh_gelu,
    "ThresholdedRelu": lambda x, alpha: x if x > alpha else 0.0,
    "Where": lambda condition, a, b: a if condition else b,
}

_DIRECT = {
    "Exp": "exponential",
    "Gelu": "gelu",
    "HardSwish": "hard_swish",
    "Mish": "mish",
    "Relu": "relu",
    "Sigmoid": "sigmoid",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Tanh": "tanh",
}

_KNOWN: tuple[tuple[Step, Callable[[float], float]], ...] = (
    (Step("relu", {}), lambda x: max(x, 0.0)),
    (Step("relu6", {}), lambda x: min(max(x, 0.0), 6.0)),
    (Step("hard_tanh", {}), lambda x: min(max(x, -1.0), 1.0)),
    (Step("hard_swish", {}), _FUNCTIONS["HardSwish"]),
    (Step("hard_sigmoid", {}), lambda x: _line(x, 1 / 6, 0.5)),
    (Step("hard_sigmoid", {"variant": "keras2"}), lambda x: _line(x, 0.2, 0.5)),
    (Step("sigmoid", {}), _sigmoid),
    (Step("silu", {}), lambda x: x * _sigmoid(x)),
    (Step("gelu", {}), _gelu),
    (Step("gelu", {"approximate": True}), _tanh_gelu),
    (Step("mish", {}), _mish),
    (Step("selu", {}), lambda x: _selu(x, 1.6732632423543772, 1.0507009873554805)),
    (Step("tanh", {}), math.tanh),
    (Step("scaled_tanh", {}), lambda x: 1.7159 * math.tanh(2 * x / 3)),
    (Step("softplus", {}), _softplus),
    (Step("softsign", {}), _FUNCTIONS["Softsign"]),
    (Step("log_sigmoid", {}), lambda x: -_softplus(-x)),
    (Step("exponential", {}), math.exp),
)


COMPARISONS = ("And", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Not", "Or")
OF_SEVERAL = frozenset((*COMPARISONS, "Add", "Div", "Max", "Min", "Mul", "Pow", "Sub", "Where"))
UNARY = (frozenset(_FUNCTIONS) - OF_SEVERAL - {"TanhGelu"}) | {"Not"}
OF_SEVERAL -= {"Not"}


def subexpressions(root: Expression) -> Iterator[Expression]:
    """What an expression is made of, the innermost first, each once, without itself."""
    seen: set[int] = set()
    pending = [(root, False)]
    while pending:
        node, is_done = pending.pop()
        if is_done:
            if node is not root:
                yield node
        elif id(node) not in seen:
            seen.add(id(node))
            pending.append((node, True))
            pending += [(arg, False) for arg in reversed(node.args)]


def recognize(root: Expression, inner: Expression) -> list[Step] | None:
    """The layers that compute an expression from one that it is made of; None if none do."""
    if len(root.args) == 1 and root.args[0] is inner:
        step = _direct(root)
        if step is not None:
            return [step]
    first = _sample(root, inner, _FIRST)
    if first is None or not any(_close(first, values[: len(_FIRST)]) for values in _guesses(first)):
        return None
    values = _sample(root, inner, _POINTS)
    if values is None:
        return None
    for index, (step, _) in enumerate(_KNOWN):
        if _close(values, _known_values()[index]):
            return [step]
    return _fitted(values)


def _guesses(first: list[float]) -> Iterator[list[float]]:
    """What the values could be, to judge by the first few of them."""
    yield from _known_values()
    low, zero, high = first[:3]
    yield [zero + (high - zero) * x for x in _FIRST]
    yield [max(x, 0.0) * (high - zero) + (zero - low) * min(x, 0.0) for x in _FIRST]


def _direct(node: Expression) -> Step | None:
    """The layer that is one node."""
    match node.op, node.numbers:
        case ("LeakyRelu", (slope,)):
            return Step("leaky_relu", {"slope": slope})
        case ("Elu", (alpha,)) if alpha > 0:
            return Step("elu", {} if alpha == 1 else {"alpha": alpha})
        case ("Celu", (alpha,)) if alpha > 0:
            return Step("celu", {} if alpha == 1 else {"alpha": alpha})
        case ("TanhGelu", ()):
            return Step("gelu", {"approximate": True})
        case (op, ()) if op in _DIRECT:
            return Step(_DIRECT[op], {})
    return None


@cache
def _known_values() -> list[list[float]]:
    return [[function(x) for x in _POINTS] for _, function in _KNOWN]


def _sample(root: Expression, inner: Expression, points: tuple[float, ...]) -> list[float] | None:
    """The expression's values where the inner one has those of the points."""
    nodes = [*subexpressions(root), root]
    values = []
    for point in points:
        known = {id(inner): point}
        for node in nodes:
            if id(node) not in known:
                value = _value(node, known)
                if value is not None:
                    known[id(node)] = value
        if id(root) not in known:
            return None
        values.append(known[id(root)])
    return values


def _value(node: Expression, known: dict[int, float]) -> float | None:
    """The value of a node; None if what it reads is not known or has none."""
    if node.op == "number":
        return node.numbers[0]
    args = [known.get(id(arg)) for arg in node.args]
    if node.op == "input" or None in args:
        return None
    try:
        value = _FUNCTIONS[node.op](*args, *node.numbers)
    except (ArithmeticError, ValueError, TypeError):
        return None
    return float(value) if math.isfinite(value) else None


def _close(a: list[float], b: list[float]) -> bool:
    return all(abs(x - y) <= _TOLERANCE * (1 + abs(y)) for x, y in zip(a, b, strict=True))


def _fitted(values: list[float]) -> list[Step] | None:
    """A straight line, one with a bend at 0, or one that is cut off."""
    at = dict(zip(_POINTS, values, strict=True))
    offset, up, down = at[0.0], at[1.0] - at[0.0], at[0.0] - at[-1.0]
    if _close(values, [offset + up * x for x in _POINTS]):
        return [_rescale(up, offset)]
    if _close(values, [max(x, 0.0) + down * min(x, 0.0) for x in _POINTS]):
        return [Step("leaky_relu", {"slope": shortest(down)})]
    return None


def clipped(low: float, high: float) -> list[Step]:
    """The layers that cut values off below one number and above another."""
    if (low, high) == (0, math.inf):
        return [Step("relu", {})]
    if math.isinf(low) and math.isinf(high):
        return [Step("identity", {})]
    if math.isinf(high):
        return [_rescale(1, -low), Step("relu", {}), _rescale(1, low)]
    if math.isinf(low):
        return [_rescale(-1, high), Step("relu", {}), _rescale(-1, high)]
    factor = (high - low) / 6
    steps = [_rescale(1 / factor, -low / factor), Step("relu6", {}), _rescale(factor, low)]
    return [step for step in steps if step != _rescale(1, 0)]


def _rescale(scale: float, offset: float) -> Step:
    scale, offset = shortest(scale), shortest(offset)
    arguments = {"scale": scale} if scale != 1 else {}
    return Step("rescale", arguments | ({"offset": offset} if offset else {}))

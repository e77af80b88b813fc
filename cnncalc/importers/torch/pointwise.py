"""Functions of values, and operations on several."""

from __future__ import annotations

from typing import Any

from cnncalc.importers.torch.arguments import Call, shape_of
from cnncalc.importers.torch.translation import Translation

_SAME = {
    "abs": "Abs",
    "erf": "Erf",
    "exp": "Exp",
    "hardswish": "HardSwish",
    "log": "Log",
    "mish": "Mish",
    "neg": "Neg",
    "reciprocal": "Reciprocal",
    "relu": "Relu",
    "selu": "Selu",
    "sigmoid": "Sigmoid",
    "softsign": "Softsign",
    "sqrt": "Sqrt",
    "tanh": "Tanh",
}
_BINARY = {"div": "Div", "maximum": "Max", "minimum": "Min", "mul": "Mul", "pow": "Pow"}
_REDUCTIONS = {"amax": "ReduceMax", "mean": "ReduceMean", "sum": "ReduceSum"}


def pointwise(t: Translation, c: Call) -> bool:
    """Add the nodes of an operator of this family; whether it is one."""
    if c.op in _SAME:
        t.emit(_SAME[c.op], [_first(c)], c.node)
    elif c.op in _BINARY and len(c.node.args) == 2 and not c.get("rounding_mode"):
        left, right = (t.operand(value, c.node) for value in c.node.args)
        if c.op == "mul" and t.is_one(right):
            t.emit("Identity", [left], c.node)  # what evaluation has left of a dropped path
        else:
            t.emit(_BINARY[c.op], [left, right], c.node)
    elif c.op in _REDUCTIONS or (c.op, c.overload) == ("max", "dim"):
        return _reduction(t, c)
    else:
        return _function(t, c) or _sum(t, c)
    return True


def _first(c: Call) -> str:
    return str(c.node.args[0].name)


def _function(t: Translation, c: Call) -> bool:
    node = c.node
    x: Any = node.args[0] if node.args else None
    if not hasattr(x, "name"):
        return False
    match c.op:
        case "silu":
            gate = t.emit("Sigmoid", [x.name], node, "sigmoid")
            t.emit("Mul", [x.name, gate], node)
        case "glu":
            _gated(t, c, x)
        case "gelu":
            t.emit("Gelu", [x.name], node, approximate=c["approximate"])
        case "hardsigmoid":
            t.emit("HardSigmoid", [x.name], node, alpha=1 / 6, beta=0.5)
        case "leaky_relu":
            t.emit("LeakyRelu", [x.name], node, alpha=float(c["negative_slope"]))
        case "elu" if c["scale"] == c["input_scale"] == 1:
            t.emit("Elu", [x.name], node, alpha=float(c["alpha"]))
        case "celu":
            t.emit("Celu", [x.name], node, alpha=float(c["alpha"]))
        case "softplus" if c["beta"] == 1:
            t.emit("Softplus", [x.name], node)
        case "log_sigmoid" | "log_sigmoid_forward":
            minus = t.emit("Neg", [x.name], node, "minus")
            t.emit("Neg", [t.emit("Softplus", [minus], node, "softplus")], node)
        case "rsqrt":
            t.emit("Reciprocal", [t.emit("Sqrt", [x.name], node, "sqrt")], node)
        case "square":
            t.emit("Mul", [x.name, x.name], node)
        case "prelu":
            _prelu(t, c, x)
        case "hardtanh":
            _clip(t, c, x, c["min_val"], c["max_val"])
        case "relu6":
            _clip(t, c, x, 0, 6)
        case "clamp":
            _clip(t, c, x, c.get("min"), c.get("max"))
        case "clamp_min":
            _clip(t, c, x, c["min"], None)
        case "clamp_max":
            _clip(t, c, x, None, c["max"])
        case "softmax" | "_softmax":
            t.emit("Softmax", [x.name], node, axis=c["dim"])
        case "log_softmax" | "_log_softmax":
            t.emit("LogSoftmax", [x.name], node, axis=c["dim"])
        case "linalg_vector_norm" if c["ord"] == 2 and c.get("dim"):
            axes, keeps = list(c["dim"]), int(c["keepdim"])
            t.emit("ReduceL2", [x.name], node, axes=axes, keepdims=keeps)
        case _:
            return False
    return True


def _gated(t: Translation, c: Call, x: Any) -> None:
    """One half of the channels, gated by the other."""
    halves = [f"{c.node.name}/half {number}" for number in range(2)]
    sizes = [c.shape[c["dim"]]] * 2
    t.emit("Split", [x.name], c.node, "half", outputs=halves, axis=c["dim"], split=sizes)
    gate = t.emit("Sigmoid", halves[1:], c.node, "sigmoid")
    t.emit("Mul", [halves[0], gate], c.node)


def _prelu(t: Translation, c: Call, x: Any) -> None:
    slope = c["weight"]
    size = shape_of(slope)[0]
    shape = (size, *(1,) * (len(shape_of(x)) - 2)) if size > 1 else (1,)
    t.emit("PRelu", [x.name, t.reshaped(slope.name, shape, c.node, "slope")], c.node)


def _clip(t: Translation, c: Call, x: Any, low: Any, high: Any) -> None:
    bounds = ["" if bound is None else t.operand(bound, c.node) for bound in (low, high)]
    t.emit("Clip", [x.name, *bounds], c.node)


def _sum(t: Translation, c: Call) -> bool:
    if c.op not in ("add", "sub", "rsub") or len(c.node.args) < 2:
        return False
    left, right = (t.operand(value, c.node) for value in c.node.args[:2])
    if c.op == "rsub":
        left, right = right, left
    alpha = c.get("alpha", 1)
    if alpha != 1:
        scaled = left if c.op == "rsub" else right
        scaled = t.emit("Mul", [scaled, t.number(alpha, c.node)], c.node, "alpha")
        left, right = (scaled, right) if c.op == "rsub" else (left, scaled)
    t.emit("Sub" if c.op in ("sub", "rsub") else "Add", [left, right], c.node)
    return True


def _reduction(t: Translation, c: Call) -> bool:
    axes = c.get("dim")
    if c.get("dtype") is not None or axes is None or axes == []:
        return False
    axes = [axes] if isinstance(axes, int) else list(axes)
    op = _REDUCTIONS.get(c.op, "ReduceMax")  # the maximum gives its places too
    keeps = int(c["keepdim"])
    t.emit(op, [_first(c)], c.node, outputs=t.outputs(c.node), axes=axes, keepdims=keeps)
    return True

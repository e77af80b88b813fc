"""Activation functions."""

from __future__ import annotations

from cnncalc.exporters.expressible import Inexpressible
from cnncalc.exporters.onnx.arranging import reshape_to
from cnncalc.exporters.onnx.graph import Graph, Tensor
from cnncalc.exporters.onnx.normalization import per_channel
from cnncalc.ir import primitives as p

_NODES = {
    "exponential": "Exp",
    "hard_swish": "HardSwish",
    "mish": "Mish",
    "relu": "Relu",
    "selu": "Selu",
    "sigmoid": "Sigmoid",
    "softplus": "Softplus",
    "softsign": "Softsign",
    "tanh": "Tanh",
}
_OVER_CHANNELS = {"softmax": "Softmax", "log_softmax": "LogSoftmax"}
_WITH_ALPHA = {"elu": "Elu", "leaky_relu": "LeakyRelu"}
_RANGES = {"relu6": (0.0, 6.0), "hard_tanh": (-1.0, 1.0)}
_LINES = {None: (1 / 6, 0.5), "keras2": (0.2, 0.5)}  # slope and offset of the hard sigmoids
_LECUN = (2 / 3, 1.7159)


def activation(graph: Graph, function: p.Activation, x: Tensor) -> str:
    """ONNX's own node, or the function composed of several.

    Raises:
        Inexpressible: A function that is not known here.
    """
    name = function.function
    if name in _NODES:
        return graph.node(_NODES[name], x.name)
    if name in _OVER_CHANNELS:
        return graph.node(_OVER_CHANNELS[name], x.name, axis=1)
    if name in _WITH_ALPHA:
        return graph.node(_WITH_ALPHA[name], x.name, alpha=function.alpha)
    if name in _RANGES:
        low, high = _RANGES[name]
        return graph.node("Clip", x.name, graph.numbers("low", low), graph.numbers("high", high))
    return _composed(graph, function, x)


def _composed(graph: Graph, function: p.Activation, x: Tensor) -> str:
    match function:
        case p.Activation("prelu", variant="shared"):
            return graph.node("PRelu", x.name, graph.weight("alpha", (1,) * len(x.shape)))
        case p.Activation("prelu"):
            return graph.node("PRelu", x.name, per_channel(graph, "alpha", x))
        case p.Activation("gelu", variant=variant):
            return graph.node("Gelu", x.name, approximate=variant or "none")
        case p.Activation("hard_sigmoid", variant=variant):
            slope, offset = _LINES[variant]
            return graph.node("HardSigmoid", x.name, alpha=slope, beta=offset)
        case p.Activation("silu"):
            return graph.node("Mul", x.name, graph.node("Sigmoid", x.name))
        case p.Activation("log_sigmoid"):
            return graph.node("Neg", graph.node("Softplus", graph.node("Neg", x.name)))
        case p.Activation("scaled_tanh"):
            inner, outer = (graph.numbers("factor", factor) for factor in _LECUN)
            return graph.node("Mul", graph.node("Tanh", graph.node("Mul", x.name, inner)), outer)
        case p.Activation("celu", alpha=float(alpha)):
            # alpha·elu(x/alpha), which unlike ONNX's Celu there is for float64 as well
            factor = graph.numbers("alpha", alpha)
            unit = graph.node("Elu", graph.node("Div", x.name, factor))
            return graph.node("Mul", unit, factor)
        case _:
            raise Inexpressible(f"there is no ONNX for the function {function.function}")


def maxout(graph: Graph, pieces: int, x: Tensor) -> str:
    """The channels that compete get an axis of their own, whose maximum is taken."""
    split = reshape_to(graph, x.name, (x.channels // pieces, pieces, *x.space))
    return graph.node("ReduceMax", split, graph.integers("axes", [2]), keepdims=0)

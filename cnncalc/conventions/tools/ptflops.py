"""ptflops with its `pytorch` backend: modules by type, and functions that it puts its own in for.

Formula:
    macs = MACs + biases + 2 per value of a batch, group or instance norm (1 without weights)
    + 1 per value of a layer norm, and what depends on how the model is written:

    - ReLU, PReLU, ELU, GELU: 2 per value as modules, 1 as functions, 0 as methods;
    - max, average and adaptive pools: 2 per input as modules, 1 as functions, 0 as methods;
    - leaky ReLU, ReLU6, SiLU, softmax: 1 per value, 0 as methods;
    - resizing: 2 per output as a module, 1 as a function;
    - sums and products: 1 per output as `torch.add` and `torch.mul`, 0 as operators.

    A spec does not know which, so the figure is a range from the least to the most.

Known mistakes:
    - What is counted as a module and also calls a function that is counted, counts twice.
    - Modules of somebody's own count nothing, such as torchvision's `LayerNorm2d`.
    - A layer norm counts 1 per value with its weights too, where a batch norm counts 2.

Reference:
    sovrasov/flops-counter.pytorch 0.7.5, ptflops/pytorch_ops.py and pytorch_engine.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.conventions import parameters
from cnncalc.conventions.charges import (
    Charge,
    Counter,
    Item,
    between,
    biases,
    charge,
    plus,
    products,
    times,
)
from cnncalc.conventions.tools.calflops import response
from cnncalc.ir import primitives as p

TITLE = "ptflops 0.7.5, backend pytorch"
NOTE = "a range: the figure depends on what is written as a module, a function or a method"
_TWICE = "modules that call a function are counted twice"
_OWN = "not counted in a module of somebody's own"
_DOUBLED = ("relu", "prelu", "elu", "gelu")
_SINGLE = ("leaky_relu", "relu6", "silu", "softmax")


def macs(item: Item) -> Iterator[Charge]:
    """What get_model_complexity_info(…, backend="pytorch") adds up."""
    yield from products(item)
    yield from biases(item)
    match item.primitive:
        case p.Normalization():
            yield from _norm(item)
        case p.LocalResponseNormalization(size=size):
            most = response(item, size)
            yield from between(item, 0, most, "3 per value and a padded average pool")
        case p.Activation(function=name) if name in _DOUBLED:
            yield from between(item, 0, times(item.n_in, 2), "0 to 2 per value", _TWICE)
        case p.Activation(function=name) if name in _SINGLE:
            yield from between(item, 0, item.n_in, "0 or 1 per value")
        case p.Pooling(kind="max" | "average") | p.AdaptivePooling(kind="max" | "average"):
            yield from between(item, 0, times(item.n_in, 2), "0 to 2 per input", _TWICE)
        case p.Resize():
            most = times(item.n_out, 2)
            yield from between(item, item.n_out, most, "1 or 2 per output", _TWICE)
        case _:
            yield from _elementwise(item)


def _norm(item: Item) -> Iterator[Charge]:
    match item.primitive:
        case p.Normalization(kind="layer") if item.form == "module":
            yield from charge(item, item.n_in, "1 per value")
        case p.Normalization(kind="layer"):
            yield from between(item, 0, item.n_in, "0 or 1 per value", _OWN)
        case p.Normalization(kind="batch" | "group" | "instance"):
            factor = 1 + item.is_affine
            yield from charge(item, times(item.n_in, factor), f"{factor} per value")
        case _:
            most = times(item.n_in, 4)
            yield from between(item, 0, most, "0 to 4 per value", _OWN)


def _elementwise(item: Item) -> Iterator[Charge]:
    """Sums and products, which are counted if they are written as `torch.add` and `torch.mul`."""
    match item.primitive:
        case p.Merge(kind="add" | "multiply" | "average"):
            most = times(item.n_out, len(item.inputs) - 1)
        case p.ChannelScale(bias=bias, factor=factor):
            most = times(item.n_out, factor + bias)
        case p.Rescale(offset=offset):
            most = plus(item.n_out, item.n_out if any(offset) else 0)
        case _:
            return
    yield from between(item, 0, most, "0 to 1 per output and operation")


COUNTERS = (
    Counter("macs", "macs", macs),
    Counter("params", "trainable", parameters.trainable),
)

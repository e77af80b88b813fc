"""calflops: FLOPs and MACs by the functions of `torch.nn.functional` that a model calls.

Formula:
    macs = MACs. flops = 2·MACs + 1 per output of a convolution with a bias + 1 per value of ReLU,
    PReLU, ELU, leaky ReLU, SiLU, GELU and softmax + 2 per value of a batch norm + 5 per value of
    a layer, group or instance norm (1 less each without weights) + 1 per input of a pool.

    `nn.ReLU6` is a hardtanh and counts nothing; the function `relu6` counts. Biases of dense layers
    and operators of tensors (`+`, `*`) count nothing. Local response norm is a padded average pool
    and three elementwise operations.

Known mistakes:
    - Resizing by a factor counts its input's values, and resizing to a size the cells of one
      channel.
    - A transposed convolution with groups is divided by them twice, and its bias counts at the
      positions of a convolution.

Reference:
    MrYxJ/calculate-flops.pytorch 0.3.2, calflops/pytorch_ops.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from cnncalc.conventions import parameters
from cnncalc.conventions.charges import (
    Charge,
    Counter,
    Item,
    biases,
    charge,
    plus,
    products,
    times,
)
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Size

TITLE = "calflops 0.3.2"
NOTE = "calls of torch.nn.functional"
_SEEN = ("relu", "prelu", "elu", "leaky_relu", "silu", "gelu", "softmax")
_GROUPS = "divided by the groups twice"
_BIAS = "counted at the positions of a convolution"
_RESIZE = "the input's values, or the cells of one channel, whatever the output has"


def macs(item: Item) -> Iterator[Charge]:
    """Multiply-accumulates."""
    yield from _products(item, 1)


def flops(item: Item) -> Iterator[Charge]:
    """Operations."""
    yield from _products(item, 2)
    match item.primitive:
        case p.Convolution():
            yield from biases(item)
        case p.TransposedConvolution(bias=True) as conv:
            yield from charge(item, _misplaced_bias(item, conv), "1 per output of a convolution",
                              _BIAS, suffix=" bias")  # fmt: skip
        case p.Normalization(kind="batch"):
            factor = 1 + item.is_affine
            yield from charge(item, times(item.n_in, factor), f"{factor} per value")
        case p.Normalization(kind="layer" | "group" | "instance"):
            factor = 4 + item.is_affine
            yield from charge(item, times(item.n_in, factor), f"{factor} per value")
        case _ if item.form != "method":
            yield from _function(item)
        case _:
            return


def _function(item: Item) -> Iterator[Charge]:
    match item.primitive:
        case p.Activation(function=name) if name in _SEEN:
            yield from charge(item, item.n_in, "1 per value")
        case p.Activation(function="relu6") if item.form == "function":
            yield from charge(item, item.n_in, "1 per value")
        case p.Pooling(kind="max" | "average") | p.AdaptivePooling(kind="max" | "average"):
            yield from charge(item, item.n_in, "1 per input")
        case p.Resize(by_factor=by_factor, size=size):
            cells = None if None in size else prod(cell for cell in size if cell is not None)
            amount = item.n_in if by_factor else cells
            yield from charge(item, amount, "1 per input, or per cell", _RESIZE)
        case p.LocalResponseNormalization(size=size):
            yield from charge(item, response(item, size), "3 per value and a padded average pool")
        case _:
            return


def response(item: Item, size: int) -> Size:
    """A local response norm as PyTorch writes it: square, padded average pool, scale, offset."""
    channels, n_in = item.inputs[0][-1], item.n_in
    if channels is None or n_in is None:
        return None
    return 3 * n_in + n_in // channels * (channels + size - 1)


def _products(item: Item, factor: int) -> Iterator[Charge]:
    match item.primitive:
        case p.TransposedConvolution(groups=groups, filters=filters) if groups > 1:
            per_channel = filters // groups // groups
            amount = times(item.n_in, prod(item.primitive.kernel) * per_channel * factor)
            yield from charge(item, amount, f"{factor} per multiply-accumulate", _GROUPS)
        case _:
            yield from products(item, factor)


def _misplaced_bias(item: Item, conv: p.TransposedConvolution) -> Size:
    cells: Size = conv.filters // conv.groups
    columns = zip(
        item.inputs[0], conv.kernel, conv.stride, conv.dilation, conv.padding, strict=False
    )
    for size, kernel, stride, dilation, (begin, _) in columns:
        if size is None:
            return None
        room = size + 2 * begin - (dilation * (kernel - 1) + 1)
        cells = plus(times(cells, room // stride + 1))
    return cells


COUNTERS = (
    Counter("FLOPs", "flops", flops),
    Counter("MACs", "macs", macs),
    Counter("Params", "trainable", parameters.trainable),
)

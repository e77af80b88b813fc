"""thop (pytorch-OpCounter): multiply-accumulates, norms and pools of modules that it knows by type.

Formula:
    macs = MACs + 4 per value of a batch, layer or instance norm (2 without weights) + 1 per output
    of an average pool + 1 per input and output of an adaptive average pool whose bins are even
    + 3·channels - 1 per position of a softmax + 1 per value of a PReLU + 1, 5 or 11 per output of
    `nn.Upsample` (nearest, linear, bilinear).

    A module is looked up by its exact type, and functions are not seen at all.

Known mistakes:
    - Modules of somebody's own count nothing, neither operations nor parameters: torchvision's
      `LayerNorm2d`, the layer scale of ConvNeXt, `nn.GroupNorm` (which is not in its table).
    - A transposed convolution is counted by its output's positions; it works by its input's.

Reference:
    Lyken17/pytorch-OpCounter 0.1.1, thop/profile.py and thop/vision/.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from cnncalc.conventions import parameters
from cnncalc.conventions.charges import (
    Charge,
    Counter,
    Item,
    charge,
    plus,
    products,
    stamped,
    term_of,
    times,
)
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Size

TITLE = "thop 0.1.1"
NOTE = "multiply-accumulates, norms and average pools of known modules"
_TRANSPOSED = "counted by the output's positions, where the input's do the work"
_MISSED = "not in its table of modules, so it is left out"
_UPSAMPLE = {"nearest": (1, 1, 1), "bilinear": (5, 11, 0)}
_EXACT = 2**53  # it computes in floating point


def macs(item: Item) -> Iterator[Charge]:
    """The first figure of thop.profile()."""
    match item.primitive:
        case p.TransposedConvolution() as conv:
            yield from stamped(item, conv, _TRANSPOSED)
        case _ if _is_missed(item):
            yield _missing(item)
        case _:
            yield from products(item)
            if item.form == "module":
                yield from _module(item)


def _module(item: Item) -> Iterator[Charge]:
    match item.primitive:
        case p.Normalization(kind="batch" | "layer" | "instance"):
            factor = 4 if item.is_affine else 2
            yield from charge(item, times(item.n_in, factor), f"{factor} per value")
        case p.Pooling(kind="average"):
            yield from charge(item, item.n_out, "1 per output")
        case p.AdaptivePooling(kind="average"):
            yield from charge(item, _adaptive(item), "1 per input and output")
        case p.Activation(function="prelu"):
            yield from charge(item, item.n_in, "1 per value")
        case p.Activation(function="softmax"):
            channels, n_in = item.inputs[0][-1], item.n_in
            amount = None
            if channels is not None and n_in is not None:
                amount = n_in // max(channels, 1) * (3 * channels - 1)
            yield from charge(item, amount, "3·channels - 1 per position")
        case p.Resize(mode=mode) if 1 <= item.rank <= len(_UPSAMPLE[mode]):
            factor = _UPSAMPLE[mode][item.rank - 1]
            yield from charge(item, times(item.n_out, factor), f"{factor} per output")
        case _:
            return


def _adaptive(item: Item) -> Size:
    n_in, n_out = item.n_in, item.n_out
    if n_in is None or n_out is None or n_in > _EXACT:
        return plus(n_in, n_out)
    sizes = zip(item.inputs[0][:-1], item.output[:-1], strict=True)
    bin_size = prod([float(before or 0) / float(after or 1) for before, after in sizes])
    return int((bin_size + 1) * n_out)


def params(item: Item) -> Iterator[Charge]:
    """The second figure of thop.profile()."""
    if isinstance(item.primitive, p.ChannelScale) or _is_missed(item):
        yield _missing(item)
    else:
        yield from parameters.parameters(item)


def _is_missed(item: Item) -> bool:
    """Whether it is a norm in a module that thop has no rule for."""
    match item.primitive:
        case p.Normalization(kind="group" | "response"):
            return True
        case p.Normalization(kind="layer"):
            return item.form != "module"
        case _:
            return False


def _missing(item: Item) -> Charge:
    return Charge(term_of(item.primitive), 0, 0, "not counted", _MISSED)


COUNTERS = (
    Counter("macs", "macs", macs),
    Counter("params", "params", params),
)

"""torchinfo's summary(): mult-adds by the sizes of `weight` and `bias`.

Formula:
    mult-adds = (weights + biases of a convolution) · positions of its output
    + weights and biases of every other layer, once.

    Activations, pools and merges have no weights and count nothing.

Known mistakes:
    - A dense layer on a map is counted once per batch and not once per position, so the four
      ConvNeXts come out 92 to 96 % low.
    - A transposed convolution is counted by its output's positions; it works by its input's.

Reference:
    TylerYep/torchinfo 1.8.0, torchinfo/layer_info.py, calculate_macs.
"""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.conventions import parameters
from cnncalc.conventions.charges import (
    Charge,
    Counter,
    Item,
    biases,
    charge,
    products,
    stamped,
    times,
)
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Size

TITLE = "torchinfo 1.8.0"
NOTE = "weights and biases times positions for convolutions, once for all others"
_ONCE = "counted once per batch, not once per position of the map"
_TRANSPOSED = "counted by the output's positions, where the input's do the work"


def mult_adds(item: Item) -> Iterator[Charge]:
    """What it prints as Total mult-adds."""
    match item.primitive:
        case p.Convolution() | p.Opaque():
            yield from products(item)
            yield from biases(item)
        case p.TransposedConvolution() as conv:
            yield from stamped(item, conv, _TRANSPOSED)
            yield from biases(item)
        case p.Dense(units=units, bias=bias):
            mistake = _ONCE if item.rank else ""
            weights = times(item.inputs[0][-1], units)
            yield from charge(item, weights, "1 per weight", mistake)
            yield from charge(item, units * bias, "1 per bias", mistake, suffix=" bias")
        case p.Normalization(kind="batch" | "layer" | "group" | "instance"):
            yield from charge(item, _affine(item), "1 per weight and bias")
        case p.Activation(function="prelu", variant=variant):
            n_slopes = 1 if variant == "shared" else item.inputs[0][-1]
            yield from charge(item, n_slopes, "1 per weight")
        case _:
            return


def _affine(item: Item) -> Size:
    if not item.is_affine:
        return 0
    match item.primitive:
        case p.Normalization(kind="layer", axes=axes):
            sizes = 2
            for axis in axes:
                size = item.inputs[0][axis]
                if size is None:
                    return None
                sizes *= size
            return sizes
        case _:
            return times(item.inputs[0][-1], 2)


COUNTERS = (
    Counter("mult-adds", "macs", mult_adds),
    Counter("Total params", "params", parameters.parameters),
    Counter("Trainable params", "trainable", parameters.trainable),
    Counter("Non-trainable params", "frozen", parameters.frozen),
)

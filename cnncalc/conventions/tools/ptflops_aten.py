"""ptflops with its `aten` backend: multiply-accumulates and biases.

Formula:
    macs = MACs + 1 per output of a convolution or dense layer with a bias.

Reference:
    sovrasov/flops-counter.pytorch 0.7.5, ptflops/aten_ops.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.conventions import parameters
from cnncalc.conventions.charges import Charge, Counter, Item, biases, products

TITLE = "ptflops 0.7.5, backend aten"
NOTE = "multiply-accumulates and biases"


def macs(item: Item) -> Iterator[Charge]:
    """What get_model_complexity_info(…, backend="aten") adds up."""
    yield from products(item)
    yield from biases(item)


COUNTERS = (
    Counter("macs", "macs", macs),
    Counter("params", "trainable", parameters.trainable),
)

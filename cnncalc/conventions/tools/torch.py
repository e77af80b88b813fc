"""PyTorch's own FlopCounterMode: two per multiply-accumulate of a matrix product or convolution.

Formula:
    flops = 2 · MACs. Nothing else counts, biases neither.

    Parameters as `sum(p.numel() for p in model.parameters())`: running statistics are buffers and
    no parameters.

Reference:
    torch.utils.flop_counter, PyTorch 2.13; the same in 2.14.
"""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.conventions import parameters
from cnncalc.conventions.charges import Charge, Counter, Item, products

TITLE = "PyTorch's FlopCounterMode"
NOTE = "2 per multiply-accumulate, nothing else"


def flops(item: Item) -> Iterator[Charge]:
    """What FlopCounterMode.get_total_flops() adds up."""
    yield from products(item, 2)


COUNTERS = (
    Counter("flops", "flops", flops),
    Counter("parameters", "params", parameters.parameters),
    Counter("trainable parameters", "trainable", parameters.trainable),
)

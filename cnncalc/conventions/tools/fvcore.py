"""fvcore's FlopCountAnalysis: one per multiply-add, by the operators of a trace.

Formula:
    flops = MACs + 2 per value of a batch norm (1 without weights) + 5 per value of a layer, group
    or instance norm (4 without weights) + 1 per input of `adaptive_avg_pool2d` + 1 or 4 per output
    of `upsample_nearest2d` or `upsample_bilinear2d`.

    Activations, merges, maxima, other pools, biases and whatever else has no handle count nothing,
    a mean over the spatial axes (`x.mean((2, 3))`) included.

Reference:
    facebookresearch/fvcore 0.1.5, fvcore/nn/jit_handles.py and flop_count.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.conventions import parameters
from cnncalc.conventions.charges import Charge, Counter, Item, charge, products, times
from cnncalc.ir import primitives as p

TITLE = "fvcore 0.1.5"
NOTE = "1 per multiply-add; norms, adaptive average pools and resizing too"
_PLANE = 2  # axes that its handles for pooling and resizing know
_RESIZE = {"nearest": 1, "bilinear": 4}
_ONLY_2D = "has no handle for it in 1-D and 3-D"


def flops(item: Item) -> Iterator[Charge]:
    """What FlopCountAnalysis.total() adds up."""
    yield from products(item)
    match item.primitive:
        case p.Normalization(kind="batch"):
            factor = 2 if item.is_affine else 1
            yield from charge(item, times(item.n_in, factor), f"{factor} per value")
        case p.Normalization(kind="layer" | "group" | "instance"):
            factor = 5 if item.is_affine else 4
            yield from charge(item, times(item.n_in, factor), f"{factor} per value")
        case p.AdaptivePooling(kind="average") if item.form != "method" and item.rank == _PLANE:
            yield from charge(item, item.n_in, "1 per input")
        case p.Resize(mode=mode) if item.rank == _PLANE:
            factor = _RESIZE[mode]
            yield from charge(item, times(item.n_out, factor), f"{factor} per output")
        case _:
            return


COUNTERS = (
    Counter("flops", "macs", flops),
    Counter("parameters", "params", parameters.parameters),
)

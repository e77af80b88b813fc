"""Our own convention, as docs/definitions.md has it, in the same form as the others.

Figures:
    Parameters: every weight once. Statistics are beside them.
    MACs: multiply-accumulates of convolution and dense layers, bias excluded.
    FLOPs: two per multiply-accumulate, and what each output of the other layers takes.
"""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analysis.operations import operations
from cnncalc.conventions import parameters
from cnncalc.conventions.charges import OPAQUE, Charge, Counter, Item, charge, term_of
from cnncalc.ir import primitives as p

TITLE = "cnncalc"
NOTE = "multiply-accumulates of convolution and dense layers, bias excluded"


def macs(item: Item) -> Iterator[Charge]:
    """Multiply-accumulates of convolution and dense layers."""
    yield from charge(item, item.macs, "multiply-accumulates")


def flops(item: Item) -> Iterator[Charge]:
    """Two per multiply-accumulate, and the itemised rest."""
    counted = operations(item.primitive, item.inputs, item.output)
    if counted.macs is None or counted.flops is None:
        yield Charge(term_of(item.primitive) or OPAQUE, None, None, "not known")
        return
    yield from charge(item, 2 * counted.macs, "2 per multiply-accumulate")
    has_bias = isinstance(item.primitive, p.Convolution | p.TransposedConvolution | p.Dense)
    suffix, why = (" bias", "1 per output") if has_bias else ("", "per output")
    yield from charge(item, sum(counted.flops.values()), why, suffix=suffix)


COUNTERS = (
    Counter("Parameters", "params", parameters.parameters),
    Counter("Trainable", "trainable", parameters.trainable),
    Counter("Frozen", "frozen", parameters.frozen),
    Counter("Statistics", "statistics", parameters.statistics),
    Counter("MACs", "macs", macs),
    Counter("FLOPs", "flops", flops),
)

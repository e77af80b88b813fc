"""The parameter counts: each array in the term of the primitive that it belongs to."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.conventions.charges import Charge, Item, charge, opaque
from cnncalc.ir import primitives as p


def parameters(item: Item) -> Iterator[Charge]:
    """Every weight, trainable or not; running statistics are none."""
    yield from _arrays(item, statistics=False)


def trainable(item: Item) -> Iterator[Charge]:
    """The weights that training changes."""
    if item.trainable:
        yield from parameters(item)


def frozen(item: Item) -> Iterator[Charge]:
    """The weights that training leaves alone."""
    if not item.trainable:
        yield from parameters(item)


def statistics(item: Item) -> Iterator[Charge]:
    """Running means and variances."""
    yield from _arrays(item, statistics=True)


def everything(item: Item) -> Iterator[Charge]:
    """Weights and running statistics."""
    yield from parameters(item)
    yield from statistics(item)


def unchanged(item: Item) -> Iterator[Charge]:
    """What training does not change by its gradient: frozen weights and running statistics."""
    yield from frozen(item)
    yield from statistics(item)


def _arrays(item: Item, *, statistics: bool) -> Iterator[Charge]:
    if item.arrays is None:
        yield from opaque(item)
        return
    weights = [array for array in item.arrays if array.is_statistic == statistics]
    has_bias = isinstance(item.primitive, p.Convolution | p.TransposedConvolution | p.Dense)
    bias = sum(array.size for array in weights if has_bias and array.name == "bias")
    rest = sum(array.size for array in weights) - bias
    suffix = " statistics" if statistics else ""
    yield from charge(item, rest, "running statistics" if statistics else "weights", suffix=suffix)
    yield from charge(item, bias, "1 per filter", suffix=" bias")

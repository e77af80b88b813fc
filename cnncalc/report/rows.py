"""The rows of a table: layers, or block calls that became one row each."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Literal, NamedTuple, TypeAlias

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.shapes import Size
from cnncalc.source.printable import printable

SortKey: TypeAlias = Literal["macs", "params", "flops", "memory", "name"]
_SORTED_BY = {
    "macs": "n_macs",
    "params": "n_params",
    "flops": "n_flops",
    "memory": "activation_bytes",
}


class View(NamedTuple):
    """What a person wants to see of a network.

    Attributes:
        columns: Keys of the columns, or None for the usual ones.
        sort: What the rows are sorted by, largest first; None for the order of the network.
        top: How many rows to show, or None for all.
        depth: How many parts a name may have; block calls below that become one row.
        convention: Whose totals to show; None for our own.
    """

    columns: tuple[str, ...] | None = None
    sort: SortKey | None = None
    top: int | None = None
    depth: int | None = None
    convention: str | None = None


class Row:
    """One row: a layer, or all layers of a block call.

    Attributes:
        name: Name to show, escaped.
        last: The layer, or the last one of the call, which is its output.
        members: All layers of the call, or None for a single layer.
    """

    __slots__ = ("last", "members", "name")

    def __init__(self, name: str, last: LayerFacts, members: tuple[LayerFacts, ...] | None) -> None:
        self.name = name
        self.last = last
        self.members = members

    def figure(self, field: str) -> tuple[Size, bool]:
        """A figure, summed over a call, and whether a part of it is not known."""
        if self.members is None:
            value: Size = getattr(self.last, field)
            return value, False
        values: list[Size] = [getattr(layer, field) for layer in self.members]
        known = [value for value in values if value is not None]
        return (sum(known) if known else None), 0 < len(known) < len(values)

    @property
    def layers(self) -> tuple[LayerFacts, ...]:
        """The layers that the row stands for."""
        return (self.last,) if self.members is None else self.members


def rows(facts: NetworkFacts, view: View) -> list[Row]:
    """The rows of a network's table."""
    found = _all_rows(facts.layers, view.depth)
    if view.sort == "name":
        found.sort(key=lambda row: row.name)
    elif view.sort is not None:
        field = _SORTED_BY[view.sort]
        found.sort(key=lambda row: _or_less(row.figure(field)[0]), reverse=True)
    return found if view.top is None else found[: view.top]


def _or_less(value: Size) -> int:
    return -1 if value is None else value  # what is not known comes last


def _all_rows(layers: Iterable[LayerFacts], depth: int | None) -> list[Row]:
    if depth is None:
        return [Row(printable(layer.name), layer, None) for layer in layers]
    found = []
    for call, group in groupby(layers, key=lambda layer: _call(layer, depth)):
        members = tuple(group)
        if call is None:
            found += [Row(printable(layer.name), layer, None) for layer in members]
        else:
            found.append(Row(printable(".".join(call)), members[-1], members))
    return found


def _call(layer: LayerFacts, depth: int) -> tuple[str, ...] | None:
    """The block call that hides a layer at this depth; the layers of a call stand together."""
    scope = layer.node.scope
    return scope[:depth] if len(scope) >= depth else None

"""Which rows a chart of costs has: layers, blocks where these are too many, or the dearest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cnncalc.drawing.palette import Role, role_of
from cnncalc.drawing.series import LayerCost
from cnncalc.ir.shapes import Size

MOST_ROWS = 60


class Amount(NamedTuple):
    """A sum of figures.

    Attributes:
        known: The sum of those that are known.
        partial: Whether some are not.
    """

    known: int
    partial: bool


class Row(NamedTuple):
    """A layer, a block, or all that is left.

    Attributes:
        name: Its name.
        role: What its colour stands for: of a block, its dearest layer.
        macs: Its multiply-accumulates.
        params: Its parameters.
        is_rest: Whether it is all that is left, which has no bar: it would dwarf the others.
    """

    name: str
    role: Role
    macs: Amount
    params: Amount
    is_rest: bool = False


class Rows(NamedTuple):
    """The rows, and what was done to make them few.

    Attributes:
        rows: The rows, in order.
        notes: What a reader has to know.
    """

    rows: list[Row]
    notes: list[str]


def rows_of(costs: Sequence[LayerCost]) -> Rows:
    """The rows of a chart, at most 60.

    Layers that cost neither parameters nor multiply-accumulates are left out. If the others are too
    many, those of a block become one row, with as many levels of blocks opened as leave few enough;
    if that does not help, the dearest are shown and the others added up.
    """
    dear = [cost for cost in costs if cost.n_macs != 0 or cost.n_params != 0]
    notes = []
    if len(dear) < len(costs):
        count = len(costs) - len(dear)
        notes.append(f"{_layers(count)} with neither parameters nor multiply-accumulates left out")
    deepest = max((len(cost.scope) for cost in dear), default=0)
    for depth in range(deepest, -1, -1):
        groups = _grouped(dear, depth)
        if len(groups) <= MOST_ROWS:
            if len(groups) < len(dear):
                notes.append("the layers of a block are one row")
            return Rows([_row(key, members) for key, members in groups.items()], notes)
    groups = _grouped(dear, 0)
    dearest = sorted(groups, key=lambda key: _dearness(groups[key]), reverse=True)
    kept = set(dearest[: MOST_ROWS - 1])
    rows = [_row(key, members) for key, members in groups.items() if key in kept]
    rest = [cost for key, members in groups.items() if key not in kept for cost in members]
    rows.append(Row(f"{len(rest):,} more layers", "other", *_amounts(rest), is_rest=True))
    notes.append(f"the {MOST_ROWS - 1} dearest; what the others add up to is in the last row")
    return Rows(rows, notes)


def _layers(count: int) -> str:
    return "1 layer" if count == 1 else f"{count:,} layers"


def _grouped(
    costs: Iterable[LayerCost], depth: int
) -> dict[tuple[str, ...] | int, list[LayerCost]]:
    """The members of every block call that is not opened, and of every layer outside of one."""
    groups: dict[tuple[str, ...] | int, list[LayerCost]] = {}
    for index, cost in enumerate(costs):
        key = cost.scope[: depth + 1] if len(cost.scope) > depth else index
        groups.setdefault(key, []).append(cost)
    return groups


def _row(key: tuple[str, ...] | int, members: list[LayerCost]) -> Row:
    amounts = _amounts(members)
    if isinstance(key, int) or len(members) == 1:
        return Row(members[0].name, role_of(members[0].op), *amounts)
    dearest = max(members, key=lambda cost: (cost.n_macs or 0, cost.n_params or 0))
    return Row(".".join(key), role_of(dearest.op), *amounts)


def _amounts(costs: list[LayerCost]) -> tuple[Amount, Amount]:
    return _total([cost.n_macs for cost in costs]), _total([cost.n_params for cost in costs])


def _total(counts: list[Size]) -> Amount:
    return Amount(sum(count for count in counts if count is not None), None in counts)


def _dearness(members: list[LayerCost]) -> tuple[bool, int, int]:
    """What is not known may be dear."""
    macs, params = _amounts(members)
    return macs.partial or params.partial, macs.known, params.known

"""The rows of the page's table: layers, and above them the blocks that they stand in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cnncalc.analysis.facts import LayerFacts
from cnncalc.report.rows import Row
from cnncalc.source.printable import printable


class Branch(NamedTuple):
    """A row of the table: a layer, or a block with all that is in it.

    Attributes:
        row: The layers that it stands for.
        scope: The block calls that it stands in, outermost first, and for a block its own.
        parent: Index of the block around it among the branches; None outside of all blocks.
        level: How many blocks are around it.
    """

    row: Row
    scope: tuple[str, ...]
    parent: int | None
    level: int

    @property
    def is_block(self) -> bool:
        """Whether it is a block and not a layer."""
        return self.row.members is not None

    @property
    def names(self) -> tuple[str, str]:
        """The name in two parts, escaped: of the blocks around it, and its own."""
        around = ".".join(self.scope[:-1] if self.is_block else self.scope)
        whole = ".".join(self.scope) if self.is_block else self.row.last.name
        lead = f"{around}."
        if around and whole.startswith(lead):
            return printable(lead), printable(whole[len(lead) :])
        return "", printable(whole)


def branches(layers: Iterable[LayerFacts]) -> list[Branch]:
    """The rows, each block before what is in it; the layers of a block stand together."""
    found: list[Branch] = []
    members: dict[int, list[LayerFacts]] = {}
    around: list[int] = []  # the blocks that are open, outermost first
    scope: tuple[str, ...] = ()
    for layer in layers:
        kept = _common(scope, layer.node.scope)
        scope = layer.node.scope
        del around[kept:]
        for level in range(kept, len(scope)):
            members[len(found)] = []
            parent = around[-1] if around else None
            around.append(len(found))
            found.append(Branch(Row("", layer, ()), scope[: level + 1], parent, level))
        for block in around:
            members[block].append(layer)
        parent = around[-1] if around else None
        row = Row(printable(layer.name), layer, None)
        found.append(Branch(row, scope, parent, len(scope)))
    for index, inside in members.items():
        name = printable(".".join(found[index].scope))
        found[index] = found[index]._replace(row=Row(name, inside[-1], tuple(inside)))
    return found


def _common(first: tuple[str, ...], second: tuple[str, ...]) -> int:
    """How many parts at the start are the same."""
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count

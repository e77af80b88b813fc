"""Which part of the drawing shows a layer: it folds layers together, and copies of blocks."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator

from cnncalc.analysis.facts import LayerFacts
from cnncalc.drawing.palette import role_of
from cnncalc.drawing.scene import Group, Mark
from cnncalc.source.printable import printable

_FOLDED = {"activation", "normalization", "reshaping", "other"}  # into the box of the layer before


class Marks:
    """The groups of a drawing, by the names of the layers and blocks that they show."""

    def __init__(self, marks: Iterable[Mark]) -> None:
        self._groups = {printable(name) for name in _names(marks)}
        self._blocks: set[str] = set()
        self._copies: dict[str, list[int]] = {}  # of a block, the numbers that are drawn
        for name in self._groups:
            parts = name.split(".")
            for depth in range(1, len(parts) + 1):
                self._add_block(".".join(parts[:depth]))
        self._of: dict[str, str] = {}

    def _add_block(self, name: str) -> None:
        base, _, number = name.rpartition("_")
        if name not in self._blocks and _is_number(number):
            insort(self._copies.setdefault(base, []), int(number))
        self._blocks.add(name)

    def block(self, scope: tuple[str, ...]) -> str:
        """The name of the group that shows a block; of copies in a row the first may show all."""
        name = ""
        for part in map(printable, scope):
            name = self._copy(f"{name}.{part}" if name else part)
        return name

    def layer(self, layer: LayerFacts) -> str:
        """The name of the group that shows a layer.

        Where it has none, that of the layer before it in the same block, if it is of a kind that
        is folded into it; or that of the block. One that is left out of the drawing has no group,
        and its name is empty. Layers are asked for in order.
        """
        mark = self._of[layer.name] = self._layer(layer)
        return mark

    def _layer(self, layer: LayerFacts) -> str:
        name, scope = printable(layer.name), layer.node.scope
        if name in self._groups:
            return name
        around = printable(".".join(scope))
        shown = self.block(scope)
        if scope and f"{shown}{name[len(around) :]}" in self._groups:
            return f"{shown}{name[len(around) :]}"
        source = layer.inputs[0] if layer.inputs else ""
        folds = role_of(layer.op) in _FOLDED
        before = self._of.get(source, printable(source)) if folds else ""
        if not scope or (before and before.startswith(f"{shown}.")):
            return before
        for depth in range(len(scope), 0, -1):
            block = self.block(scope[:depth])
            if block in self._groups:
                return block
        return before

    def _copy(self, name: str) -> str:
        """The block itself, if any of it is drawn; else the copy before it that is."""
        base, _, number = name.rpartition("_")
        if name in self._blocks or not _is_number(number):
            return name
        drawn = self._copies.get(base, [])
        place = bisect_right(drawn, int(number))
        return f"{base}_{drawn[place - 1]}" if place else name


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _names(marks: Iterable[Mark]) -> Iterator[str]:
    for mark in marks:
        if isinstance(mark, Group):
            if mark.layer is not None:
                yield mark.layer
            yield from _names(mark.marks)

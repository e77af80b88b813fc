"""Which variable holds which value.

A chain of layers is `x = …(x)` again and again. Where a value is needed once more, it is kept: the
way around a residual body in `shortcut`, the paths of a merge in `branch_1`, `branch_2`, …, a layer
that a person named and reads from afar in a variable of that name.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cnncalc.exporters.code.identifiers import snake_case

MAIN = "x"
_PAIR = 2
_NUMBER = re.compile(r"_[0-9]+$")


class Item(NamedTuple):
    """A layer or a block call, as the code around it sees it.

    Attributes:
        value: What it gives.
        reads: The values that it reads.
        merges: `residual` for a body and its shortcut, in this order; `multiply` and so on for
            other merges; empty for what merges nothing.
        landmark: The name that a person gave it; empty where it was numbered.
        busy: Whether it reads a value after it has written one.
    """

    value: int
    reads: tuple[int, ...]
    merges: str = ""
    landmark: str = ""
    busy: bool = False


class Placed(NamedTuple):
    """Where an item reads and writes.

    Attributes:
        inputs: Variable of each value that it reads.
        target: Variable that it writes.
        kept: A variable that is to get the first value before, since the target overwrites it.
    """

    inputs: tuple[str, ...]
    target: str
    kept: str = ""


def landmark(name: str, kind: str) -> str:
    """The name that a person gave a layer or a call; empty where it was only numbered."""
    return "" if _NUMBER.sub("", name) == kind else name


def place(
    items: list[Item], entering: dict[int, str], outputs: tuple[int, ...], fixed: frozenset[str]
) -> tuple[list[Placed], dict[int, str]]:
    """Give every value a variable.

    Args:
        items: What is computed, in order.
        entering: Variables of the values that are there before.
        outputs: Values that are needed after.
        fixed: Variables that must not be written.

    Returns:
        Where each item reads and writes, and the variable of every value at the end.
    """
    placing = _Placing(items, entering, outputs, fixed)
    return [placing.item(position, item) for position, item in enumerate(items)], placing.variables


class _Placing:
    def __init__(
        self,
        items: list[Item],
        entering: dict[int, str],
        outputs: tuple[int, ...],
        fixed: frozenset[str],
    ) -> None:
        self.variables = dict(entering)
        self._fixed = set(fixed)
        self._items = items
        self._readers: dict[int, list[int]] = {}
        for position, item in enumerate(items):
            for value in dict.fromkeys(item.reads):
                self._readers.setdefault(value, []).append(position)
        self._last = {value: readers[-1] for value, readers in self._readers.items()}
        self._last |= dict.fromkeys(outputs, len(items))
        self._holders = {name: value for value, name in entering.items()}
        self._around = self._find_shortcuts()

    # -- what the graph looks like ---------------------------------------------------------------

    def _n_readers(self, value: int) -> int:
        return len(self._readers.get(value, ())) + (self._last.get(value) == len(self._items))

    def _find_shortcuts(self) -> dict[int, set[int]]:
        """By value with a residual around it: positions of the items of the shortcut's path."""
        made_at = {item.value: position for position, item in enumerate(self._items)}
        found: dict[int, set[int]] = {}
        for position, item in enumerate(self._items):
            if item.merges == "residual":
                value, path = item.reads[1], {position}
                while self._n_readers(value) == 1 and value in made_at:
                    maker = self._items[made_at[value]]
                    if len(maker.reads) != 1:
                        break
                    path.add(made_at[value])
                    value = maker.reads[0]
                if self._n_readers(value) > 1:
                    found.setdefault(value, set()).update(path)
        return found

    def _merge_ahead(self, item: Item) -> str:
        """The kind of the merge that a path ends in."""
        seen = 0
        while seen < len(self._items):
            readers = self._readers.get(item.value, [])
            if len(readers) != 1:
                return ""
            item = self._items[readers[0]]
            if item.merges:
                return item.merges
            seen += 1
        return ""

    # -- variables -------------------------------------------------------------------------------

    def _is_free(self, name: str, position: int) -> bool:
        """Whether nothing that is needed after this position is in a variable."""
        if name in self._fixed:
            return False
        holder = self._holders.get(name)
        return holder is None or self._last.get(holder, -1) <= position

    def _fresh(self, base: str, position: int, *, numbered: bool = False) -> str:
        name, number = (f"{base}_1", 1) if numbered else (base, 1)
        while not self._is_unused(name, position):
            number += 1
            name = f"{base}_{number}"
        return name

    def _is_unused(self, name: str, position: int) -> bool:
        holder = self._holders.get(name)
        free = holder is None or self._last.get(holder, -1) < position
        return free and name not in self._fixed

    def _write(self, name: str, value: int) -> None:
        self._holders[name] = value
        self.variables[value] = name

    def item(self, position: int, item: Item) -> Placed:
        """Read and write one item."""
        kept = self._keep(position, item)
        inputs = tuple(self.variables[value] for value in item.reads)
        if kept:
            target = self._kept_from
            inputs = tuple(target if name == kept else name for name in inputs)
        else:
            target = self._target(position, item)
        self._write(target, item.value)
        return Placed(inputs, target, kept)

    def _keep(self, position: int, item: Item) -> str:
        """Move what a shortcut needs later out of the way of the body."""
        value = item.reads[0]
        if position in self._around.get(value, {position}) or self._last[value] <= position:
            return ""
        name = self.variables[value]
        if name in self._fixed or name.startswith("shortcut") or item.landmark or item.busy:
            return ""
        self._kept_from = name
        kept = self._fresh("shortcut", position)
        self._write(kept, value)
        return kept

    def _target(self, position: int, item: Item) -> str:
        if item.landmark and self._n_readers(item.value) > 1:
            name = self._fresh(snake_case(item.landmark), position)
            self._fixed.add(name)
            return name
        dying = [
            self.variables[value]
            for value in dict.fromkeys(item.reads)
            if not item.busy and self._is_free(self.variables[value], position)
        ]
        main = self.variables[item.reads[0]]
        forks = not item.merges and self._n_readers(item.reads[0]) > 1
        if forks and main in self._fixed and self._n_readers(item.reads[0]) == _PAIR:
            forks = not self._is_unused(MAIN, position)  # on from what is kept under its own name
        if forks and not main.startswith("shortcut"):
            ahead = self._merge_ahead(item)
            if ahead == "multiply" and main not in dying:
                return self._fresh("gate", position)
            if ahead:
                return self._fresh("branch", position, numbered=True)
        if dying and (main in dying or not item.merges) and MAIN not in dying:
            if item.merges and self._is_unused(MAIN, position):
                return MAIN
            return dying[0]
        if self._is_unused(MAIN, position) or MAIN in dying:
            return MAIN
        return dying[0] if dying else self._fresh("branch", position, numbered=True)

"""How many layers a document expands to, found before any of them is made."""

from __future__ import annotations

from cnncalc.source import Node, Sequence
from cnncalc.spec.document import Document
from cnncalc.spec.entry import Entry, EntryReader
from cnncalc.spec.scope import (
    BadSubstitution,
    Bound,
    Scope,
    dereference,
    evaluate,
    no_channels,
)

MAX_LAYERS = 100_000
MAX_NESTING = 40


def check_count(document: Document, reader: EntryReader) -> None:
    """Refuse a document before it is expanded to more layers than anybody wrote.

    Raises:
        SpecError: It has more than 100 000 layers, blocks that contain themselves, or blocks and
            paths more than 40 deep in one another.
    """
    _Counter(document, reader).run()


class _Counter:
    def __init__(self, document: Document, reader: EntryReader) -> None:
        self._document = document
        self._reader = reader
        self._open: list[str] = []

    def run(self) -> None:
        self._items(self._document.layers, self._document.scope, 1, 0, 0)

    def _items(self, layers: Sequence, values: Scope, times: int, total: int, depth: int) -> int:
        """`total` and what `layers`, run through `times` times, add to it."""
        for item in layers.items:
            entry = self._reader.read(item)
            if entry is None:
                total += times
            else:
                total = self._entry(entry, values, times, total, depth)
            if total > MAX_LAYERS:
                message = f"the spec expands to more than {MAX_LAYERS} layers, the most allowed"
                raise self._document.error(item, message)
        return total

    def _entry(self, entry: Entry, values: Scope, times: int, total: int, depth: int) -> int:
        if self._value(entry.flow.get("when"), values) is False:
            return total + 1  # not a layer, but a step that must not be free either
        if depth > MAX_NESTING:
            message = f"blocks and paths stand more than {MAX_NESTING} deep in one another"
            raise self._document.error(entry.node, message)
        repeat = self._value(entry.flow.get("repeat"), values)
        copies = repeat if type(repeat) is int and repeat >= 0 else 1
        if copies and entry.first:
            total = self._inside(entry, True, values, times, total, depth)
            copies -= 1
        if copies:
            total = self._inside(entry, False, values, times * copies, total, depth)
        return total

    def _inside(
        self, entry: Entry, is_first: bool, values: Scope, times: int, total: int, depth: int
    ) -> int:
        if not entry.sound or (entry.block is None and entry.layer_type is None):
            return total + times
        arguments = {**entry.arguments, **entry.first} if is_first else entry.arguments
        if entry.block is None:
            assert entry.layer_type is not None
            for field in entry.layer_type.path_fields:
                if field in arguments:
                    node = arguments[field][1]
                    if field == "paths":
                        total = self._paths(node, values, times, total, depth)
                    else:
                        total = self._path(node, values, times, total, depth)
            return total + times
        if entry.op in self._open:
            chain = " → ".join([*self._open[self._open.index(entry.op) :], entry.op])
            raise self._document.error(entry.node, f"blocks contain themselves: {chain}")
        params: dict[str, Bound] = {}
        inside = Scope(self._document.scope.variables, params)
        for name, default in entry.block.params.items():
            if name in arguments:
                params[name] = Bound(arguments[name][1], values, no_channels)
            else:
                params[name] = Bound(default, inside, no_channels)
        self._open.append(entry.op)
        after = self._items(entry.block.layers, inside, times, total, depth + 1)
        self._open.pop()
        return max(after, total + 1)

    def _paths(self, node: Node, values: Scope, times: int, total: int, depth: int) -> int:
        node, values = dereference(node, values)
        for item in node.items if isinstance(node, Sequence) else ():
            total = self._path(item, values, times, total, depth)
        return total

    def _path(self, node: Node, values: Scope, times: int, total: int, depth: int) -> int:
        """A path is a list of layers, or a name, which adds nothing."""
        node, values = dereference(node, values)
        if isinstance(node, Sequence):
            return self._items(node, values, times, total, depth + 1)
        return total

    def _value(self, node: Node | None, values: Scope) -> object:
        if node is None:
            return None
        try:
            return evaluate(node, values, no_channels)
        except BadSubstitution:
            return None  # the expansion will say so

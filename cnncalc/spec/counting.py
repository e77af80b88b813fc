"""How many layers a document expands to, found before any of them is made."""

from __future__ import annotations

from cnncalc.source import Node, Sequence
from cnncalc.spec.document import Document
from cnncalc.spec.entry import Arguments, Entry, EntryReader
from cnncalc.spec.scope import (
    BadSubstitution,
    Bound,
    Scope,
    Variables,
    dereference,
    evaluate,
    no_channels,
)

MAX_LAYERS = 100_000
MAX_STEPS = 400_000
MAX_NESTING = 40
TOO_MANY_LAYERS = f"the spec expands to more than {MAX_LAYERS:,} layers; repeat less"
TOO_MANY_STEPS = (
    f"the spec expands in more than {MAX_STEPS:,} steps (layers, dropped ones too, and paths of"
    " merges); repeat less"
)
_TOO_DEEP = f"blocks and paths stand more than {MAX_NESTING} deep in one another; flatten them"


def check_count(document: Document, reader: EntryReader) -> None:
    """Refuse a document before it is expanded to more layers than anybody wrote.

    Raises:
        SpecError: It has more than 100 000 layers, takes more than 400 000 steps, has blocks that
            contain themselves, or blocks and paths more than 40 deep in one another.
    """
    _Counter(document, reader).run()


class _Inside(Scope):
    """The values inside a block call, with the blocks that it stands in: none may come again."""

    __slots__ = ("blocks",)

    def __init__(self, variables: Variables, blocks: tuple[str, ...]) -> None:
        super().__init__(variables)
        self.blocks = blocks


class _Counter:
    def __init__(self, document: Document, reader: EntryReader) -> None:
        self._document = document
        self._reader = reader
        self._steps = 0

    def run(self) -> None:
        self._items(self._document.layers, self._document.scope, 1, 0, 0)

    def _items(self, layers: Sequence, values: Scope, times: int, total: int, depth: int) -> int:
        """`total` and what `layers`, run through `times` times, add to it."""
        self._step(layers, times * len(layers.items))
        for item in layers.items:
            entry = self._reader.read(item)
            if entry is None:
                total += times
            else:
                total = self._entry(entry, values, times, total, depth)
            if total > MAX_LAYERS:
                raise self._document.error(item, TOO_MANY_LAYERS)
        return total

    def _step(self, node: Node, count: int) -> None:
        self._steps += count
        if self._steps > MAX_STEPS:
            raise self._document.error(node, TOO_MANY_STEPS)

    def _entry(self, entry: Entry, values: Scope, times: int, total: int, depth: int) -> int:
        self._check_open(entry, values)
        if self._value(entry.flow.get("when"), values) is False:
            return total
        if depth > MAX_NESTING:
            raise self._document.error(entry.node, _TOO_DEEP)
        repeat = self._value(entry.flow.get("repeat"), values)
        copies = repeat if type(repeat) is int and repeat >= 0 else 1
        if copies and entry.first:
            arguments = {**entry.arguments, **entry.first}
            total = self._inside(entry, arguments, values, times, total, depth)
            copies -= 1
        if copies:
            total = self._inside(entry, entry.arguments, values, times * copies, total, depth)
        return total

    def _check_open(self, entry: Entry, values: Scope) -> None:
        """Refuse a call of a block from inside it, one that `when` would drop as well."""
        blocks = values.blocks if isinstance(values, _Inside) else ()
        if entry.block is not None and entry.op in blocks:
            chain = " → ".join([*blocks[blocks.index(entry.op) :], entry.op])
            message = f"blocks contain themselves: {chain}; use repeat, or another block"
            raise self._document.error(entry.node, message)

    def _inside(
        self,
        entry: Entry,
        arguments: Arguments,
        values: Scope,
        times: int,
        total: int,
        depth: int,
    ) -> int:
        """`total` and what `times` copies of an entry add to it; an empty block counts as one."""
        if entry.block is not None and entry.sound:
            inside = self._call(entry, arguments, values)
            after = self._items(entry.block.layers, inside, times, total, depth + 1)
            return max(after, total + times)
        if entry.layer_type is not None and entry.sound:
            for field in entry.layer_type.path_fields:
                if field in arguments:
                    total = self._paths(field, arguments[field][1], values, times, total, depth)
        return total + times

    def _call(self, entry: Entry, arguments: Arguments, values: Scope) -> Scope:
        """The values inside a block call."""
        assert entry.block is not None
        blocks = values.blocks if isinstance(values, _Inside) else ()
        variables = self._document.scope.variables
        variables.spend_parameters(len(entry.block.params), entry.node)
        inside = _Inside(variables, (*blocks, entry.op))
        for name, default in entry.block.params.items():
            if name in arguments:
                inside.params[name] = Bound(arguments[name][1], values, no_channels)
            else:
                inside.params[name] = Bound(default, inside, no_channels)
        return inside

    def _paths(
        self, field: str, node: Node, values: Scope, times: int, total: int, depth: int
    ) -> int:
        if field != "paths":
            return self._path(node, values, times, total, depth)
        node, values = dereference(node, values)
        if isinstance(node, Sequence):
            self._step(node, times * len(node.items))
            for item in node.items:
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

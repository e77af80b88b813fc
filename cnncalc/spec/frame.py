"""Names while they are being given: the document's, and those of every block call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cnncalc.spec.entry import Entry
from cnncalc.spec.scope import Bound, Scope

PREVIOUS = "prev"


class Call(NamedTuple):
    """A block call that was expanded: what a `share` needs to expand it again."""

    entry: Entry
    params: dict[str, Bound]
    start: int
    stop: int


class Frame:
    """A scope of names while it is being expanded: the document, or one block call."""

    __slots__ = ("calls", "counters", "depth", "dropped", "names", "parent", "path", "values")

    def __init__(self, values: Scope, path: tuple[str, ...], parent: Frame | None) -> None:
        self.values = values
        self.path = path
        self.parent = parent
        self.depth: int = parent.depth + 1 if parent else 0
        self.names: dict[str, int] = {}
        self.dropped: set[str] = set()
        self.counters: dict[str, int] = {}
        self.calls: dict[str, Call] = {}

    def with_values(self, values: Scope) -> Frame:
        """The same names, with the values of another place: where a passed-in path was written."""
        if values is self.values:
            return self
        frame = Frame(values, self.path, self.parent)
        frame.depth, frame.names, frame.dropped = self.depth, self.names, self.dropped
        frame.counters, frame.calls = self.counters, self.calls
        return frame

    def auto_name(self, op: str) -> str:
        """The next name for an op that is given none: `conv_1`, `conv_2`, …."""
        while True:
            number = self.counters[op] = self.counters.get(op, 0) + 1
            name = f"{op}_{number}"
            if not self.is_taken(name):
                return name

    def is_taken(self, name: str) -> bool:
        """Whether a layer or a block call here has the name."""
        return name in self.names or name in self.calls

    def find(self, name: str) -> int | None:
        """The node that a name stands for, here or in the surroundings of the call."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.names:
                return frame.names[name]
            if name in frame.dropped:
                return None
            frame = frame.parent
        return None

    def is_dropped(self, name: str) -> bool:
        """Whether the layer of that name, which `find` does not find, was dropped."""
        frame: Frame | None = self
        while frame is not None and name not in frame.dropped:
            frame = frame.parent
        return frame is not None

    def find_call(self, name: str) -> Call | None:
        """The block call of that name, here or in the surroundings."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.calls:
                return frame.calls[name]
            frame = frame.parent
        return None

    def known_names(self) -> Iterator[str]:
        """Every name that can be referred to, for suggestions."""
        frame: Frame | None = self
        while frame is not None:
            yield from frame.names
            frame = frame.parent

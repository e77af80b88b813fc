"""Giving names to layers and finding the layers that names stand for."""

from __future__ import annotations

from cnncalc.ir.graph import Graph
from cnncalc.source import Mapping, Node, Scalar, Sequence
from cnncalc.spec.document import Document
from cnncalc.spec.entry import Entry, EntryReader
from cnncalc.spec.frame import PREVIOUS, Frame
from cnncalc.spec.problems import NAME, show

MAX_NAME = 1000  # characters of a full name; 100 000 such names fill 100 MB


class Naming:
    """Keeps names apart; what is wrong is noted, and the layer gets another name."""

    def __init__(self, document: Document, reader: EntryReader, graph: Graph) -> None:
        self._document = document
        self._problems = document.problems
        self._reader = reader
        self._graph = graph
        self._has_dots = False

    def full_name(self, frame: Frame, name: str, place: Node) -> str:
        """A name with the block calls it stands in."""
        full = ".".join((*frame.path, name))
        if len(full) > MAX_NAME:
            message = f"the name {show(full)} has {len(full):,} characters, of {MAX_NAME:,} allowed"
            raise self._document.error(place, f"{message}; write a shorter one")
        self._has_dots = self._has_dots or "." in name
        return full

    def check_full_names(self, frame: Frame) -> None:
        """A name with dots in it must not be that of a layer in a block call."""
        if not self._has_dots:
            return
        seen: set[str] = set()
        for node in self._graph.nodes:
            if node.name in seen and isinstance(node.place, Scalar | Sequence | Mapping):
                self._misname(node.name, "is taken by another layer", frame, node.place)
                while node.name in seen:
                    node.name += "'"
            seen.add(node.name)

    def free_name(self, name: str, op: str, frame: Frame, place: Node) -> str:
        """The name, or another one, with a problem noted, where it cannot be had."""
        if name == PREVIOUS:
            self._misname(name, "means what enters a merge", frame, place)
        elif frame.is_taken(name):
            is_input = frame.names.get(name, self._graph.n_inputs) < self._graph.n_inputs
            taken = "the input" if is_input else "another layer"
            self._misname(name, f"is taken by {taken}", frame, place)
        else:
            return name
        return frame.auto_name(op)

    def _misname(self, name: str, why: str, frame: Frame, place: Node) -> None:
        entry = self._reader.read(place)
        where = entry.flow.get("name", entry.head) if entry else place
        message = f"the name {show(name)} {why}"
        full = ".".join((*frame.path, name))
        self._problems.add(NAME, where, message, help="choose another", layer=full)

    def alias(self, name: str, own: str, last: int | None, frame: Frame, entry: Entry) -> None:
        """Let the name of a repeated layer stand for the last copy."""
        free = self.free_name(name, entry.op, frame, entry.node)
        if free == name:
            if last is not None and last >= 0:
                frame.names[name] = last
            if own in frame.calls:
                frame.calls[name] = frame.calls[own]

    def refer(self, name: str, place: Node, frame: Frame, previous: int | None = None) -> int:
        """The node that a name stands for; -1, with a problem noted, when there is none."""
        if name == PREVIOUS and previous is not None:
            return previous
        index = frame.find(name)
        if index is not None:
            return index
        if frame.is_dropped(name):
            message = f"{show(name)} was dropped by when: false or repeat: 0"
            self._problems.add(NAME, place, message, help="drop what refers to it as well")
        else:
            message = f"no layer before this one is called {show(name)}"
            hint = "give the layer that is meant this name"
            known = frame.known_names()
            self._problems.add(NAME, place, message, help=hint, near=(name, known))
        return -1

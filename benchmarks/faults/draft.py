"""A flat spec as plain data that can be changed, and written again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cnncalc.source import Source, parse, plain_data

_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_.$/-]*", re.ASCII)
_RESERVED = {"null", "true", "false", "yes", "no", "on", "off", "y", "n", "prev", "none"}


class Raw(NamedTuple):
    """A scalar to be written just so."""

    text: str


@dataclass
class Entry:
    """A layer.

    Attributes:
        op: What it is.
        name: Its name.
        sources: The names of what feeds it, whether or not that has to be written.
        words: Its arguments, and `share`.
        merges: Whether it is written with paths.
        comment: What stands behind it on its line.
    """

    op: str
    name: str
    sources: list[str]
    words: dict[str, Any] = field(default_factory=dict)
    merges: bool = False
    comment: str = ""


class Draft:
    """A flat spec: its head, and its layers in order."""

    def __init__(self, head: dict[str, Any], entries: list[Entry]) -> None:
        self.head = head
        self.entries = entries

    @classmethod
    def read(cls, text: str) -> Draft:
        """The draft of a flat spec."""
        head: Any = plain_data(parse(Source("flat", text)))
        layers = head.pop("layers")
        if isinstance(head.get("input"), str):
            head["input"] = [int(size) for size in head["input"].split("x")]
        before = "input" if "inputs" not in head else ""
        entries = []
        for layer in layers:
            ((op, words),) = layer.items()
            name, merges = words.pop("name"), "paths" in words
            sources = words.pop("paths") if merges else [words.pop("from", before)]
            entries.append(Entry(op, name, sources, words, merges))
            before = name
        return cls(head, entries)

    def copy(self) -> Draft:
        """A draft of its own."""
        return deepcopy(self)

    def __getitem__(self, name: str) -> Entry:
        return next(entry for entry in self.entries if entry.name == name)

    def readers(self, name: str) -> list[Entry]:
        """The layers that read a layer."""
        return [entry for entry in self.entries if name in entry.sources]

    def insert_after(self, name: str, op: str, **words: Any) -> str:
        """Put a layer between a layer and all that read it; gives its name."""
        new = self._new_name()
        for entry in self.entries:
            entry.sources = [new if source == name else source for source in entry.sources]
        if "outputs" in self.head:
            outputs = self.head["outputs"]
            self.head["outputs"] = [new if output == name else output for output in outputs]
        index = -1 if name == "input" else self.entries.index(self[name])
        self.entries.insert(index + 1, Entry(op, new, [name], words))
        return new

    def insert_before(self, name: str, op: str, **words: Any) -> str:
        """Put a layer on the one way that leads into a layer; gives its name."""
        new, entry = self._new_name(), self[name]
        self.entries.insert(self.entries.index(entry), Entry(op, new, entry.sources, words))
        entry.sources = [new]
        return new

    def remove(self, name: str) -> None:
        """Take a layer out; what read it reads what it read."""
        gone = self[name]
        self.entries.remove(gone)
        for entry in self.entries:
            entry.sources = [gone.sources[0] if s == name else s for s in entry.sources]
        if "outputs" in self.head:
            outputs = self.head["outputs"]
            self.head["outputs"] = [gone.sources[0] if o == name else o for o in outputs]

    def _new_name(self) -> str:
        names = {entry.name for entry in self.entries}
        return next(name for k in range(1, 1000) if (name := f"new_{k}") not in names)

    def text(self) -> str:
        """The spec."""
        return "\n".join([*self._head(), "layers:", *self._layers()]) + "\n"

    def _head(self) -> Iterator[str]:
        for key, value in self.head.items():
            shape = key == "input" and isinstance(value, list)
            yield f"{key}: {'x'.join(map(str, value)) if shape else _flow(value)}"

    def _layers(self) -> Iterator[str]:
        before = "input" if "inputs" not in self.head else ""
        for entry in self.entries:
            words: dict[str, Any] = {"name": entry.name}
            if entry.merges:
                words["paths"] = entry.sources
            elif entry.sources != [before]:
                words["from"] = entry.sources[0]
            comment = f"  # {entry.comment}" if entry.comment else ""
            yield f"  - {entry.op}: {_flow({**words, **entry.words})}{comment}"
            before = entry.name


def _flow(value: Any) -> str:
    match value:
        case Raw(text):
            return text
        case dict():
            return f"{{{', '.join(f'{_flow(key)}: {_flow(item)}' for key, item in value.items())}}}"
        case list() | tuple():
            return f"[{', '.join(map(_flow, value))}]"
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            plain = _PLAIN.fullmatch(value) and value.lower() not in _RESERVED
            return value if plain else "'" + value.replace("'", "''") + "'"
        case _:
            return str(value)

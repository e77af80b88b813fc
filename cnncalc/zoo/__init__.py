"""Well-known architectures as specs, each with its reference and its published numbers.

A file serves the network of its own name, or those that its `x-networks` lists, each with the
variant that it is. Names are matched without regard to case, dashes and underscores.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cnncalc.source import Mapping, Node, Scalar, Sequence, Source, decode, parse

_FOLDER = Path(__file__).parent


class ZooEntry(NamedTuple):
    """A network of the zoo.

    Attributes:
        name: Its name.
        path: The file.
        variant: The variant of the file that it is, or None.
        title: What the file says first.
        published: Published figures: `n_params`, `n_macs`, `top1`, `top5` and their `source`.
    """

    name: str
    path: Path
    variant: str | None
    title: str
    published: dict[str, object]

    def source(self) -> Source:
        """The spec."""
        return decode(self.path.read_bytes(), self.path.name)


def entries() -> list[ZooEntry]:
    """Every network, in alphabetical order."""
    found = [entry for path in _files() for entry in _read(path)]
    return sorted(found, key=lambda entry: entry.name)


def names() -> list[str]:
    """The name of every network."""
    return [entry.name for entry in entries()]


def find(name: str) -> ZooEntry | None:
    """The network of a name, or None."""
    wanted = _key(name)
    # the file of that name first, then those that mention it, so that few files are parsed
    paths = sorted(_files(), key=lambda path: _key(path.stem) != wanted)
    for path in paths:
        if wanted in _key(path.stem) or wanted in _key(path.read_text("utf-8")):
            for entry in _read(path):
                if _key(entry.name) == wanted:
                    return entry
    return None


def _files() -> Iterator[Path]:
    return _FOLDER.glob("*.yaml")


def _key(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")


def _read(path: Path) -> list[ZooEntry]:
    source = decode(path.read_bytes(), path.name)
    root = parse(source)
    assert isinstance(root, Mapping)
    networks = _plain(root, "x-networks") or {path.stem: None}
    published = _plain(root, "x-published")
    title = source.text.partition("\n")[0].lstrip("# ")
    return [
        ZooEntry(
            name,
            path,
            variant if isinstance(variant, str) else None,
            title,
            _figures(published.get(name)),
        )
        for name, variant in networks.items()
    ]


def _plain(root: Mapping, key: str) -> dict[str, object]:
    node = root.get(key)
    if not isinstance(node, Mapping):
        return {}
    return {str(name.value): _value(value) for name, value in node.entries}


def _value(node: Node) -> object:
    match node:
        case Scalar(value):
            return value
        case Sequence(items):
            return [_value(item) for item in items]
        case Mapping(entries):
            return {str(key.value): _value(value) for key, value in entries}


def _figures(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}

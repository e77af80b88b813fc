"""From bytes to a tree in which every key and every scalar knows its place.

Specs come from strangers, so everything here is bounded and nothing recurses: whatever the bytes,
the outcome is a tree or a `SpecError` that says where, what and the remedy.
"""

from cnncalc.source.data import from_data, plain_data
from cnncalc.source.parser import parse
from cnncalc.source.reader import decode, display_name, read, read_bytes
from cnncalc.source.text import Source, Span
from cnncalc.source.tree import Mapping, Node, Scalar, Sequence, Value

__all__ = [
    "Mapping",
    "Node",
    "Scalar",
    "Sequence",
    "Source",
    "Span",
    "Value",
    "decode",
    "display_name",
    "from_data",
    "parse",
    "plain_data",
    "read",
    "read_bytes",
]

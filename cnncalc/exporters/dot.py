"""Networks in DOT, the language of Graphviz.

Reference:
    The DOT language, https://graphviz.org/doc/info/lang.html
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.drawing.diagram import Box, Frame, diagram_of

_STYLES = {
    "input": ' shape=oval fillcolor="#e8f0e8"',
    "layer": "",
    "block": ' shape=box3d fillcolor="#e8ecf6"',
    "output": " shape=oval",
}
_HEAD = """\
  graph [rankdir=TB fontname="sans-serif" labeljust=l]
  node [shape=box style="filled" fillcolor="#ffffff" fontname="sans-serif" fontsize=11]
  edge [fontname="sans-serif" fontsize=10]
"""


def to_dot(facts: NetworkFacts, *, depth: int | None = None) -> str:
    """The network as a graph in DOT: `dot -Tsvg` draws it.

    Boxes are layers, with their parameters; edges have the shapes, channels last; a block's layers
    stand in a frame.

    Args:
        facts: The network; it may have faults, what is not known of a shape is shown as `?`.
        depth: How many levels of blocks are opened, 0 for none; a block that is not is one box.
            Without it as many as leave no more than 150 boxes.

    Raises:
        UsageError: The depth is negative.
    """
    diagram = diagram_of(facts, depth)
    lines = [f"digraph {_quoted(diagram.name)} {{\n{_HEAD}"]
    lines += _items(diagram.root, 1, count())
    for source, target, shape in diagram.lines:
        lines.append(f"  n{source} -> n{target} [label={_quoted(shape)}]\n")
    return "".join([*lines, "}\n"])


def _items(frame: Frame, level: int, numbers: Iterator[int]) -> Iterator[str]:
    before = "  " * level
    for item in frame.items:
        match item:
            case Box(number, texts, kind):
                label = _quoted(*texts)
                yield f"{before}n{number} [label={label}{_STYLES[kind]}]\n"
            case Frame(title):
                yield f"{before}subgraph cluster_{next(numbers)} {{\n"
                yield f'{before}  label={_quoted(title)} style=rounded color="#8090b0"\n'
                yield from _items(item, level + 1, numbers)
                yield f"{before}}}\n"


def _quoted(*lines: str) -> str:
    """Lines of text as a string, in which no escape sequence and no entity of Graphviz is left."""
    safe = (line.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(safe) + '"'

"""Networks as flowcharts of Mermaid, which Markdown on many sites draws.

Reference:
    Mermaid flowcharts, https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.drawing.diagram import Box, Frame, diagram_of

_SHAPES = {"input": "([{}])", "layer": "({})", "block": "[[{}]]", "output": "([{}])"}
_PLAIN = frozenset(" _-.,×?")


def to_mermaid(facts: NetworkFacts, *, depth: int | None = None) -> str:
    """The network as a Mermaid flowchart.

    Boxes are layers, with their parameters; edges have the shapes, channels last; a block's layers
    stand in a frame. Mermaid draws no more than 500 edges unless its `maxEdges` is raised.

    Args:
        facts: The network; it may have faults, what is not known of a shape is shown as `?`.
        depth: How many levels of blocks are opened, 0 for none; a block that is not is one box.
            Without it as many as leave no more than 150 boxes.

    Raises:
        UsageError: The depth is negative.
    """
    diagram = diagram_of(facts, depth)
    lines = ["flowchart TB\n"]
    lines += _items(diagram.root, 1, count())
    for source, target, shape in diagram.lines:
        lines.append(f"  n{source} -->|{_quoted(shape)}| n{target}\n")
    return "".join(lines)


def _items(frame: Frame, level: int, numbers: Iterator[int]) -> Iterator[str]:
    before = "  " * level
    for item in frame.items:
        match item:
            case Box(number, texts, kind):
                yield f"{before}n{number}{_SHAPES[kind].format(_quoted(*texts))}\n"
            case Frame(title):
                yield f"{before}subgraph s{next(numbers)} [{_quoted(title)}]\n"
                yield from _items(item, level + 1, numbers)
                yield f"{before}end\n"


def _quoted(*lines: str) -> str:
    """Lines of text as a string, in which all but letters, digits and a few signs are entities."""
    return '"' + "<br/>".join("".join(map(_entity, line)) for line in lines) + '"'


def _entity(sign: str) -> str:
    return sign if sign.isalnum() or sign in _PLAIN else f"#{ord(sign)};"

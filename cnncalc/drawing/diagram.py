"""What a diagram shows: boxes, lines between them, and frames around the layers of a block."""

from __future__ import annotations

from dataclasses import dataclass, field

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.ir.graph import Node
from cnncalc.ir.shapes import Shape, format_shape
from cnncalc.source.printable import printable

MOST_BOXES = 150  # of a diagram that shows all it can
_Path = tuple[str, ...]


@dataclass
class Box:
    """An input, a layer, a block that is not opened, or an output.

    Attributes:
        id: Its number in the diagram.
        lines: What is written in it.
        kind: `input`, `layer`, `block` or `output`.
    """

    id: int
    lines: list[str]
    kind: str


@dataclass
class Frame:
    """A block call with what is in it; the outermost one is the network.

    Attributes:
        title: What is written on it.
        items: Boxes and inner frames, in order.
    """

    title: str
    items: list[Box | Frame] = field(default_factory=list)


@dataclass
class Diagram:
    """A diagram.

    Attributes:
        name: Name of the network.
        root: All boxes.
        lines: From which box to which, and the shape of what flows there.
    """

    name: str
    root: Frame
    lines: list[tuple[int, int, str]] = field(default_factory=list)


def diagram_of(facts: NetworkFacts, depth: int | None) -> Diagram:
    """What a diagram of a network shows.

    Args:
        facts: The network, which may have faults: what is not known of a shape is shown as `?`.
        depth: How many levels of blocks are opened, 0 for none. Without it as many as leave no more
            than 150 boxes.

    Raises:
        UsageError: The depth is negative.
    """
    if depth is not None and depth < 0:
        raise UsageError(f"the depth must be 0 or more, not {depth}; 0 opens no block")
    nodes = facts.network.graph.nodes
    if depth is None:
        deepest = max((len(node.scope) for node in nodes), default=0)
        fitting = (d for d in range(deepest, 0, -1) if _n_boxes(nodes, d) <= MOST_BOXES)
        depth = next(fitting, 0)
    return _Drawer(facts, depth).run()


def _n_boxes(nodes: list[Node], depth: int) -> int:
    return len({_box_of(node, depth) for node in nodes})


def _box_of(node: Node, depth: int) -> _Path | int:
    """The block call that a layer vanishes in, or the layer itself."""
    return node.scope[: depth + 1] if len(node.scope) > depth else node.index


class _Drawer:
    def __init__(self, facts: NetworkFacts, depth: int) -> None:
        self._facts = facts
        self._depth = depth
        self._graph = facts.network.graph
        name = printable(facts.name or "network")
        self._diagram = Diagram(name, Frame(name))
        self._frames: dict[_Path, Frame] = {(): self._diagram.root}
        self._boxes: dict[_Path | int, Box] = {}
        self._members: dict[_Path | int, list[int]] = {}

    def run(self) -> Diagram:
        nodes = self._graph.nodes
        for node in nodes:
            self._members.setdefault(_box_of(node, self._depth), []).append(node.index)
        for key, members in self._members.items():
            self._add(key, nodes[members[0]].scope[: self._depth])
        self._connect()
        for number, index in enumerate(dict.fromkeys(self._graph.outputs), len(self._boxes)):
            self._diagram.root.items.append(Box(number, ["output"], "output"))
            source = self._boxes[_box_of(nodes[index], self._depth)]
            shape = nodes[index].lowered.output
            self._diagram.lines.append((source.id, number, _shown(shape)))
        return self._diagram

    def _add(self, key: _Path | int, path: _Path) -> None:
        self._boxes[key] = box = Box(len(self._boxes), *self._label(key))
        self._frame(path).items.append(box)

    def _frame(self, path: _Path) -> Frame:
        if path not in self._frames:
            self._frames[path] = frame = Frame(printable(path[-1]))
            self._frame(path[:-1]).items.append(frame)
        return self._frames[path]

    def _label(self, key: _Path | int) -> tuple[list[str], str]:
        if isinstance(key, int):
            node = self._graph.nodes[key]
            if key < self._graph.n_inputs:
                name = printable(node.name)
                return [name] if name == "input" else [name, "input"], "input"
            before = len(".".join(node.scope)) + 1 if node.scope else 0
            lines = [printable(node.name[before:]), printable(node.op)]
            return lines + self._params([key]), "layer"
        members = self._members[key]
        count = "1 layer" if len(members) == 1 else f"{len(members):,} layers"
        return [printable(key[-1]), count, *self._params(members)], "block"

    def _params(self, members: list[int]) -> list[str]:
        facts = self._facts.layers
        counts = [facts[index - self._graph.n_inputs].n_params for index in members]
        total = sum(count for count in counts if count is not None)
        if None in counts or not total:
            return []
        return [f"{total:,} parameter{'s' if total > 1 else ''}"]

    def _connect(self) -> None:
        seen: dict[tuple[int, int, str], None] = {}
        for node in self._graph.nodes:
            target = self._boxes[_box_of(node, self._depth)]
            for index in node.inputs:
                source = self._graph.nodes[index]
                box = self._boxes[_box_of(source, self._depth)]
                if box is not target:
                    seen[box.id, target.id, _shown(source.lowered.output)] = None
        self._diagram.lines += seen


def _shown(shape: Shape | None) -> str:
    return format_shape(shape) or "1"

"""The boxes of a flow and what is written in them.

A normalisation, an activation or a dropout that alone reads the layer before is a *strip* at the
bottom of that layer's box, so a box is what papers draw as one: a convolution with what follows it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.drawing.flow.folding import Folded, Part, Path, folded, stem_of
from cnncalc.drawing.flow.strips import Strip, is_following, shown, strip_of
from cnncalc.errors import UsageError
from cnncalc.ir.graph import Node
from cnncalc.ir.shapes import Shape
from cnncalc.source.printable import printable

MOST_OPEN = 90  # boxes of a flow that opens all it can
MOST_BOXES = 300  # boxes of any flow: in the middle of a longer one layers are left out
MOST_LINES = 1500  # lines of any flow, likewise
_KEPT = (40, 20)  # boxes at either end of such a flow, fewer if there are still too many lines
_MOST_STRIPS = 4  # below a layer


@dataclass
class Unit:
    """A box.

    Attributes:
        strips: What is in it, from above to below.
        frame: The opened block that it stands in, outermost only; empty for none.
        inputs: The boxes that feed it, by position, without repetition; all of them before it.
        shape: What it gives, as text.
        changes: Whether that is another shape than what it is fed.
        n_layers: How many layers and closed blocks are in it.
        resolution: Spatial sizes of what it gives; None when they are not known.
        is_input: Whether it is an input.
        is_output: Whether it is an output.
    """

    strips: list[Strip]
    frame: Path
    inputs: list[int] = field(default_factory=list)
    shape: str = ""
    changes: bool = False
    n_layers: int = 1
    resolution: Shape | None = None
    is_input: bool = False
    is_output: bool = False


class Units(NamedTuple):
    """The boxes in topological order, and the titles of the frames around some of them."""

    units: list[Unit]
    titles: dict[Path, str]


def units_of(facts: NetworkFacts, depth: int | None) -> Units:
    """The boxes of a network.

    Args:
        facts: The network; it may have faults.
        depth: How many levels of blocks are opened, 0 for none. Without it as many as leave no more
            than 90 boxes; then of equal blocks in a row one is shown, with the shapes of the last.

    Raises:
        UsageError: The depth is negative.
    """
    graph = facts.network.graph
    if depth is not None:
        if depth < 0:
            raise UsageError(f"the depth must be 0 or more, not {depth}; 0 opens no block")
        return _short(_Builder(facts, folded(graph, depth, once=False)).run())
    deepest = max((len(node.scope) for node in graph.nodes), default=0)
    found = _Builder(facts, folded(graph, 0, once=True)).run()
    for opened in range(1, deepest + 1):
        more = _Builder(facts, folded(graph, opened, once=True)).run()
        if len(more.units) > MOST_OPEN:
            break
        found = more
    return _short(found)


class _Builder:
    def __init__(self, facts: NetworkFacts, parts: Folded) -> None:
        self._facts = facts
        self._graph = facts.network.graph
        self._folded = parts
        self._units: list[Unit] = []
        self._unit_of: list[int] = []  # by part
        self._sizes: Counter[Path] = Counter()  # boxes in the frames
        self._readers: list[set[int]] = [set() for _ in parts.parts]

    def run(self) -> Units:
        parts = self._folded.parts
        sources = [self._sources(position) for position in range(len(parts))]
        for position, feeding in enumerate(sources):
            for source in feeding:
                self._readers[source].add(position)
        for index in self._graph.outputs:
            self._readers[self._folded.part_of[index]].add(-1)
        for position, feeding in enumerate(sources):
            self._add(position, feeding)
        for unit in self._units:
            if unit.frame and self._is_alone(unit.frame):
                unit.frame = ()
        self._add_outputs()
        titles = {unit.frame: self._title(unit.frame) for unit in self._units if unit.frame}
        return Units(self._units, titles)

    def _sources(self, position: int) -> list[int]:
        part_of, nodes = self._folded.part_of, self._graph.nodes
        inputs = (
            index for node in self._folded.parts[position].nodes for index in nodes[node].inputs
        )
        feeding = dict.fromkeys(part_of[index] for index in inputs)
        return [source for source in feeding if source != position]

    def _add(self, position: int, feeding: list[int]) -> None:
        part = self._folded.parts[position]
        first = self._graph.nodes[part.nodes[0]]
        frame = first.scope[:1] if not part.path or len(part.path) > 1 else ()
        strip = strip_of(self._facts, part)
        output = self._graph.nodes[self._folded.last_of[part.nodes[-1]]].lowered.output
        if self._is_strip(first, part, feeding, frame):
            unit = self._units[self._unit_of[feeding[0]]]
            unit.strips.append(strip)
            unit.n_layers += 1
            self._unit_of.append(self._unit_of[feeding[0]])
        else:
            unit = Unit([strip], frame, is_input=first.index < self._graph.n_inputs)
            unit.inputs = list(dict.fromkeys(self._unit_of[source] for source in feeding))
            self._unit_of.append(len(self._units))
            self._units.append(unit)
            self._sizes[frame] += 1
        unit.shape = shown(output)
        unit.resolution = None if output is None else output[:-1]
        unit.changes = any(self._units[source].shape != unit.shape for source in unit.inputs)

    def _is_strip(self, node: Node, part: Part, feeding: list[int], frame: Path) -> bool:
        if part.path or not is_following(node.op) or len(feeding) != 1:
            return False
        before = self._units[self._unit_of[feeding[0]]]
        return (
            self._readers[feeding[0]] == {len(self._unit_of)}
            and not before.is_input
            and (before.frame == frame or (not frame and self._is_alone(before.frame)))
            and len(before.strips) <= _MOST_STRIPS
        )

    def _is_alone(self, frame: Path) -> bool:
        """Whether an opened block is one box so far: then it needs no frame."""
        return self._sizes[frame] == 1 and self._folded.times.get(frame, 1) == 1

    def _add_outputs(self) -> None:
        for index in dict.fromkeys(self._graph.outputs):
            source = self._unit_of[self._folded.part_of[index]]
            shape, resolution = self._units[source].shape, self._units[source].resolution
            strip = Strip(f"output {shape}", "", "input", None, f"output: {shape}")
            unit = Unit([strip], (), [source], shape, resolution=resolution, is_output=True)
            self._units.append(unit)

    def _title(self, frame: Path) -> str:
        times = self._folded.times.get(frame, 1)
        return printable(frame[0] if times == 1 else f"{stem_of(frame[0])} ×{times:,}")


def _short(found: Units) -> Units:
    """The same boxes, those in the middle as one if there are too many boxes or lines."""
    for kept in _KEPT:
        n_lines = sum(len(unit.inputs) for unit in found.units)
        if len(found.units) > MOST_BOXES or (
            n_lines > MOST_LINES and len(found.units) > 2 * kept + 1
        ):
            found = _without_middle(found, kept)
    return found


def _without_middle(found: Units, kept: int) -> Units:
    units = found.units
    first, last = kept, len(units) - kept
    left_out = units[first:last]
    layers = sum(unit.n_layers for unit in left_out)
    gap = Strip(f"… {layers:,} more …", "", "paper", None, f"{layers:,} more layers and blocks")
    middle = Unit([gap], (), shape=left_out[-1].shape, resolution=left_out[-1].resolution)
    middle.n_layers = layers
    middle.inputs = sorted({index for unit in left_out for index in unit.inputs if index < first})
    moved = [*range(first), *(first for _ in left_out), *range(first + 1, 2 * kept + 1)]
    for unit in units[last:]:
        unit.inputs = list(dict.fromkeys(moved[index] for index in unit.inputs))
    rest = [*units[:first], middle, *units[last:]]
    frames = {unit.frame for unit in rest}
    return Units(rest, {path: title for path, title in found.titles.items() if path in frames})

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
from cnncalc.drawing.flow.labels import label_of
from cnncalc.drawing.palette import Role, role_of
from cnncalc.errors import UsageError
from cnncalc.ir.graph import Node
from cnncalc.ir.shapes import Shape, format_shape
from cnncalc.layers import families
from cnncalc.source.printable import printable

MOST_OPEN = 90  # boxes of a flow that opens all it can
MOST_BOXES = 300  # boxes of any flow: in the middle of a longer one layers are left out
MOST_LINES = 1500  # lines of any flow, likewise
_KEPT = (40, 20)  # boxes at either end of such a flow, fewer if there are still too many lines
_MOST_STRIPS = 4  # below a layer
_FOLLOWING = ("normalization", "activation", "regularization")


class Strip(NamedTuple):
    """A layer, or a block that is not opened, in a box.

    Attributes:
        text: What it is.
        name: Its name in a smaller script; empty where the text says it all.
        role: Its colour.
        layer: Full name of the layer or the block; None for what is neither.
        title: All that is known of it in a line.
        fault: Whether something is wrong with it.
    """

    text: str
    name: str
    role: Role
    layer: str | None
    title: str
    fault: bool = False


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
            than 90 boxes, when of equal blocks in a row one is shown.

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
            self._frame(unit)
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
        strip = self._strip(part)
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
        unit.shape = _shown(output)
        unit.resolution = None if output is None else output[:-1]
        unit.changes = any(self._units[source].shape != unit.shape for source in unit.inputs)

    def _is_strip(self, node: Node, part: Part, feeding: list[int], frame: Path) -> bool:
        if part.path or families().get(node.op) not in _FOLLOWING or len(feeding) != 1:
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

    def _frame(self, unit: Unit) -> None:
        """Leave out a frame around one box; in others the names need not say where they are."""
        if unit.frame and self._is_alone(unit.frame):
            unit.frame = ()
        if unit.frame:
            prefix = printable(unit.frame[0]) + "."
            unit.strips = [
                strip._replace(name=strip.name.removeprefix(prefix)) for strip in unit.strips
            ]

    def _strip(self, part: Part) -> Strip:
        if part.path:
            return self._block(part)
        node = self._graph.nodes[part.nodes[0]]
        name = printable(node.name)
        if node.index < self._graph.n_inputs:
            shape = _shown(node.lowered.output)
            text = f"input {shape}" if node.name == "input" else f"{name} {shape}"
            return Strip(text, "", "input", node.name, f"input {name}: {shape}")
        text = label_of(node)
        facts = self._facts.layers[node.index - self._graph.n_inputs]
        inputs = ", ".join(map(_shown, facts.input_shapes))
        title = f"{name}: {text}, {inputs} → {_shown(facts.output_shape)}" + _params(facts.n_params)
        fault = node.layer is None or bool(facts.faults)
        return Strip(text, name, role_of(node.op), node.name, title, fault)

    def _block(self, part: Part) -> Strip:
        nodes = [self._graph.nodes[index] for index in part.nodes]
        layers = self._facts.layers
        counts = [layers[node.index - self._graph.n_inputs].n_params for node in nodes]
        params = None if None in counts else sum(filter(None, counts))
        name = printable(".".join(part.path))
        size = "1 layer" if len(nodes) == 1 else f"{len(nodes):,} layers"
        inside = size + _params(params)
        title = f"{name}: {inside}"
        few = part.times == 1 and len(nodes) <= 3
        if few:
            inside = " · ".join(map(label_of, nodes))
        text = printable(part.path[-1])
        if part.times > 1:
            text = f"{printable(stem_of(part.path[-1]))} ×{part.times:,}"
            title = f"{text} from {name}: {size}" + _params(params)
        if part.differs:
            inside += "; first differs"
        fault = any(node.layer is None or node.lowered.faults for node in nodes)
        role = role_of(nodes[0].op) if few else "block"
        return Strip(text, inside, role, name, title, fault)

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


def _params(count: int | None) -> str:
    if not count:
        return ""
    return f", {count:,} parameter{'s' if count > 1 else ''}"


def _shown(shape: Shape | None) -> str:
    return format_shape(shape) or "1"

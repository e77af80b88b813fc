"""What a box says about a layer, or about a block that is not opened."""

from __future__ import annotations

from typing import NamedTuple

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.drawing.flow.folding import Part, Path, stem_of
from cnncalc.drawing.flow.labels import label_of
from cnncalc.drawing.palette import Role, role_of
from cnncalc.ir.graph import Node
from cnncalc.ir.shapes import Shape, format_shape
from cnncalc.layers import families
from cnncalc.source.printable import printable

_FOLLOWING = ("normalization", "activation", "regularization")
_FEW = 3  # layers of a block that are named in its box


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


def strip_of(facts: NetworkFacts, part: Part) -> Strip:
    """What the box of a layer or a block says."""
    if part.path:
        return _block(facts, part)
    graph = facts.network.graph
    node = graph.nodes[part.nodes[0]]
    name = printable(node.name)
    if node.index < graph.n_inputs:
        shape = shown(node.lowered.output)
        text = f"{name} {shape}"
        title = text if node.name == "input" else f"input {text}"
        return Strip(text, "", "input", node.name, title)
    text = label_of(node)
    layer = facts.layers[node.index - graph.n_inputs]
    inputs = ", ".join(map(shown, layer.input_shapes))
    title = f"{name}: {text}, {inputs} → {shown(layer.output_shape)}" + _params(layer.n_params)
    return Strip(text, name, role_of(node.op), node.name, title, _is_faulty(node))


def short_name(strip: Strip, frame: Path) -> str:
    """The name inside of the frame of a block, which says the rest."""
    return strip.name.removeprefix(printable(frame[0]) + ".") if frame else strip.name


def is_following(op: str) -> bool:
    """Whether a layer of this op is drawn as part of the one before."""
    return families().get(op) in _FOLLOWING


def shown(shape: Shape | None) -> str:
    """A shape as it stands in a picture."""
    return format_shape(shape) or "1"


def _block(facts: NetworkFacts, part: Part) -> Strip:
    graph = facts.network.graph
    nodes = [graph.nodes[index] for index in part.nodes]
    counts = [facts.layers[node.index - graph.n_inputs].n_params for node in nodes]
    params = None if None in counts else sum(filter(None, counts))
    size = ("1 layer" if len(nodes) == 1 else f"{len(nodes):,} layers") + _params(params)
    name, text, inside = printable(".".join(part.path)), printable(part.path[-1]), size
    role: Role = "block"
    if part.times > 1:
        text = f"{printable(stem_of(part.path[-1]))} ×{part.times:,}"
        inside += "; first differs" if part.differs else ""
    elif len(nodes) <= _FEW:
        inside = " · ".join(map(label_of, nodes))
        role = role_of(next((node.op for node in nodes if not is_following(node.op)), nodes[0].op))
    title = f"{text}, from {name}: {size}" if part.times > 1 else f"{name}: {size}"
    return Strip(text, inside, role, ".".join(part.path), title, any(map(_is_faulty, nodes)))


def _is_faulty(node: Node) -> bool:
    return node.layer is None or bool(node.lowered.faults)


def _params(count: int | None) -> str:
    if not count:
        return ""
    return f", {count:,} parameter{'s' if count > 1 else ''}"

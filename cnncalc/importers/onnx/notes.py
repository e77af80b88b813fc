"""What the nodes of cnncalc's own files say of their layers, held to the graph.

The last node of a layer notes the layer. Nothing is believed: the layer is written once more, as an
outline, and only where the file has exactly these nodes, with these attributes and constants and
with arrays of these shapes, are they that layer. All else is read as any other graph.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

from cnncalc.errors import SpecError, UsageError
from cnncalc.importers.json_text import parse_json
from cnncalc.importers.onnx.matching import Differs, Matching, Plan
from cnncalc.importers.onnx.opaque import captured
from cnncalc.importers.onnx.proto import Node
from cnncalc.importers.onnx.run import Inexpressible, Run
from cnncalc.importers.onnx.values import Constant, Feature
from cnncalc.ir.shapes import Sizes
from cnncalc.layers import find

_MOST_TEXT = 16 * 2**20  # of all notes together, as of a spec
# what a note that does not suit ends in
_UNSUITABLE = (
    *(Differs, Inexpressible, UsageError, ValidationError),
    *(ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError),
)


class _Group(NamedTuple):
    """The nodes that one note is about, and what it says."""

    nodes: tuple[Node, ...]
    said: dict[str, Any]


class Notes:
    """The groups of nodes that notes are about.

    Args:
        run: The import.
        nodes: The nodes that matter, in the order in which they are read.
    """

    def __init__(self, run: Run, nodes: Sequence[Node]) -> None:
        self._run = run
        self._groups: dict[int, _Group] = {}
        self._within: set[int] = set()
        self._left_to_read = _MOST_TEXT
        self._matching = Matching(run)
        noted = [index for index, node in enumerate(nodes) if node.note is not None]
        if noted:
            given_out = run.outputs.union(*(captured(run, node) for node in nodes))
            for start, index in zip([-1, *noted], noted, strict=False):
                self._add(nodes[start + 1 : index + 1], given_out)

    def left(self, node: Node) -> tuple[Node, ...]:
        """The nodes that are to be read as any others, now that this one's turn has come.

        There are none if it is part of a group that ends later, or ends one whose note is true: the
        layer is there then.
        """
        if id(node) in self._within:
            return ()
        group = self._groups.get(id(node))
        if group is None:
            return (node,)
        try:
            self._give(group)
        except _UNSUITABLE:
            return group.nodes
        return ()

    def _add(self, nodes: Sequence[Node], given_out: set[str]) -> None:
        """Keep a group, if nobody else reads what is computed within."""
        said = self._read(nodes[-1])
        n_nodes = said.get("nodes")
        if type(n_nodes) is not int or not 0 < n_nodes <= len(nodes):
            return
        group = nodes[-n_nodes:]
        read = Counter(name for node in group for name in node.inputs)
        for node in group[:-1]:
            name, *more = node.outputs
            if more or self._run.n_uses[name] != read[name] or name in given_out:
                return
        self._groups[id(group[-1])] = _Group(tuple(group), said)
        self._within.update(map(id, group[:-1]))

    def _read(self, node: Node) -> dict[str, Any]:
        assert node.note is not None
        start, stop = node.note
        self._left_to_read -= stop - start
        if self._left_to_read < 0:
            return {}
        try:
            said = parse_json(self._run.reader.data[start:stop], "a note")
        except SpecError:
            return {}
        return said if isinstance(said, dict) else {}

    def _give(self, group: _Group) -> None:
        """Add the layer that a group of nodes is.

        Raises:
            Exception: It is none such; one of `_UNSUITABLE`.
        """
        said, last = group.said, group.nodes[-1]
        names = self._names(group)
        names = [names[index] for index in said.get("inputs", range(len(names)))]
        features = [self._feature(name) for name in names]
        ((op, arguments),) = said["layer"].items()
        layer_type = find(op)
        if layer_type is None:
            raise Differs
        shapes = tuple(map(_shape, features))
        plan = Plan(layer_type.model_validate(arguments), shapes)
        weights = self._matching.weights(plan, names, group.nodes)
        features = [self._arranged(x, last.label) for x in features]
        label = said.get("name", last.label)
        if not isinstance(label, str):
            raise Differs
        name, shape = self._run.add(op, label, features, plan.arguments, weights)
        self._run.give(last, self._run.fresh_map(name, shape))

    def _names(self, group: _Group) -> list[str]:
        """What the nodes read that others compute, each once."""
        own = {name for node in group.nodes for name in node.outputs}
        read = (name for node in group.nodes for name in node.inputs if name and name not in own)
        values = self._run.values
        return [name for name in dict.fromkeys(read) if not isinstance(values[name], Constant)]

    def _feature(self, name: str) -> Feature:
        value = self._run.values[name]
        if not isinstance(value, Feature) or not self._run.is_batch(value.axes[0]):
            raise Differs
        return value

    def _arranged(self, x: Feature, label: str) -> Feature:
        """The values with the channels last."""
        arranged = self._run.arrange(x, (*x.axes[2:], x.axes[1]), label)
        if arranged.shape != _shape(x):
            raise Differs
        return arranged


def _shape(x: Feature) -> Sizes:
    """The shape of a map without the batch, its channels last."""
    return (*x.dims[2:], x.dims[1])

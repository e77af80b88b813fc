"""Nodes of a file held to those that cnncalc would write of a layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from math import prod
from struct import pack, unpack
from typing import TYPE_CHECKING, Any

from cnncalc.analysis.figures import figures
from cnncalc.importers.onnx.builder import Weight
from cnncalc.importers.onnx.proto import Node
from cnncalc.importers.onnx.run import Run
from cnncalc.importers.onnx.values import Array, Constant
from cnncalc.ir import primitives as p
from cnncalc.ir.graph import lower
from cnncalc.ir.shapes import Sizes
from cnncalc.layers.base import Layer

if TYPE_CHECKING:
    from cnncalc.exporters.onnx.outline import Given, Learnt, Outline, Planned

_MOST_CELLS = 2_000_000  # of the maps whose cells may have to be listed one by one
_MOST_NUMBERS = 20_000_000  # that are compared


class Differs(Exception):
    """The nodes are not those of the layer."""


class Plan:
    """What cnncalc would write of a layer.

    Args:
        layer: The layer.
        shapes: What arrives.

    Attributes:
        arguments: Its arguments as a spec has them.
        n_listed: How many cells writing it may list.

    Raises:
        Differs: The shapes do not suit the layer.
    """

    def __init__(self, layer: Layer, shapes: tuple[Sizes, ...]) -> None:
        from cnncalc.exporters.noted import noted_arguments

        self.arguments = noted_arguments(layer)
        if (len(shapes) > 1) != bool(layer.path_fields):
            raise Differs
        self._lowered = lower(layer, shapes)
        if self._lowered.faults or not self._lowered.primitives:
            raise Differs
        arrays = figures(self._lowered, trainable=True, element_bytes=4, batch=1).weights
        if arrays is None:
            raise Differs
        self.shapes = {array.name: array.shape for array in arrays}
        self.n_listed = sum(
            sum(size for size in (*shapes[0], *shape) if size is not None)
            for primitive, shape in zip(self._lowered.primitives, self._lowered.shapes, strict=True)
            if isinstance(primitive, (p.AdaptivePooling, p.Resize))
        )

    def outline(self) -> Outline:
        """Its nodes.

        Raises:
            Differs: ONNX has no way to say it.
        """
        from cnncalc.exporters.expressible import Inexpressible, known
        from cnncalc.exporters.onnx.graph import Tensor
        from cnncalc.exporters.onnx.layer import emit_layer
        from cnncalc.exporters.onnx.outline import Outline

        outline, lowered = Outline(self.shapes), self._lowered
        values = [Tensor(f"input {k}", known(shape)) for k, shape in enumerate(lowered.inputs)]
        try:
            result = emit_layer(outline, lowered.primitives, lowered.shapes, values)
        except Inexpressible:
            raise Differs from None
        if not outline.nodes or outline.nodes[-1].output != result:
            outline.node("Identity", result)
        return outline


class Matching:
    """Compares, in bounded time.

    Args:
        run: The import.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._left_to_list = _MOST_CELLS
        self._left_to_compare = _MOST_NUMBERS

    def weights(
        self, plan: Plan, inputs: Sequence[str], nodes: Sequence[Node]
    ) -> dict[str, Weight]:
        """The arrays of a layer, if the nodes are what cnncalc would write of it.

        Raises:
            Differs: They are not.
        """
        self._left_to_list -= plan.n_listed
        if self._left_to_list < 0:
            raise Differs
        outline = plan.outline()
        names = {f"input {k}": name for k, name in enumerate(inputs)} | {"": ""}
        found: dict[str, Weight] = {}
        for planned, node in zip_longest(outline.nodes, nodes):
            if planned is None or node is None:
                raise Differs
            _check_operation(planned, node)
            for wanted, name in zip(planned.inputs, _padded(node, planned), strict=True):
                if wanted in names:
                    if names[wanted] != name:
                        raise Differs
                else:
                    found |= self._given(outline.given[wanted], self._run.values.get(name), node)
            names[planned.output] = node.outputs[0]
        return found | _uncounted(plan, found)

    def _given(self, given: Given, value: object, node: Node) -> dict[str, Weight]:
        from cnncalc.exporters.onnx.outline import Learnt

        if not isinstance(value, Constant):
            raise Differs
        if not isinstance(given, Learnt):
            self._check_numbers(given, value)
            return {}
        if value.shape != given.shape or not value.is_float or not value.is_parameter:
            raise Differs
        return {given.name: Weight(value, _back(given), node.op)}

    def _check_numbers(self, given: Given, value: Constant) -> None:
        import numpy as np

        from cnncalc.exporters.onnx.outline import Filled, Learnt

        assert not isinstance(given, Learnt)
        self._left_to_compare -= value.size
        if value.make is None or self._left_to_compare < 0:
            raise Differs
        if isinstance(given, Filled):
            is_same = value.shape == given.shape and bool((value.array() == given.value).all())
        else:
            dtype = np.dtype(value.dtype)
            wanted = np.asarray(given.values, dtype)
            is_same = (dtype.kind in "iu") == given.are_integers
            is_same = is_same and np.array_equal(wanted, value.array())
        if not is_same:
            raise Differs


def _check_operation(planned: Planned, node: Node) -> None:
    attributes = {name: _plain(value) for name, value in planned.attributes.items()}
    if (node.op, node.domain) != (planned.op, "") or len(node.outputs) != 1:
        raise Differs
    if node.attributes != attributes:
        raise Differs


def _padded(node: Node, planned: Planned) -> Iterable[str]:
    """What a node reads, with inputs at the end that are left out."""
    return (*node.inputs, *[""] * (len(planned.inputs) - len(node.inputs)))


def _plain(value: Any) -> Any:
    """An attribute as it is read: numbers in single precision."""
    match value:
        case float():
            return unpack("f", pack("f", value))[0]
        case list() | tuple() | range():
            return [_plain(item) for item in value]
        case _:
            return value


def _back(learnt: Learnt) -> Callable[[Array], Array]:
    """What turns an array of the graph into the layer's own."""

    def back(array: Array) -> Array:
        import numpy as np

        if learnt.arrange is None:
            return array.reshape(learnt.own)
        places = learnt.arrange(np.arange(prod(learnt.own)).reshape(learnt.own))
        own = np.empty(places.size, array.dtype)
        own[places.reshape(-1)] = array.reshape(-1)
        return own.reshape(learnt.own)

    return back


def _uncounted(plan: Plan, found: dict[str, Weight]) -> dict[str, Weight]:
    """Arrays that nothing computes with, as the number of batches that a statistic is of."""
    import numpy as np

    missing = {name: shape for name, shape in plan.shapes.items() if name not in found}
    if set(missing) - {"count"}:
        raise Differs
    return {
        name: Weight(Constant.of(np.zeros(shape, np.float32)), lambda array: array)
        for name, shape in missing.items()
    }

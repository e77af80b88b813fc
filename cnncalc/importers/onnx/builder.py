"""The layers that an ONNX graph becomes, their names, and the shapes that they have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

from cnncalc.importers.onnx.values import Array, Constant
from cnncalc.importers.onnx.wire import Malformed
from cnncalc.ir.faults import Fault, UnknownInput
from cnncalc.ir.infer import infer
from cnncalc.ir.shapes import Shape, Sizes
from cnncalc.layers import find

MAX_LAYERS = 100_000
_LONGEST = 200


class Unsuitable(Exception):
    """Arguments that a layer does not take."""


class Weight(NamedTuple):
    """An array of a layer: one of the file's, and what brings it into the layer's layout.

    Attributes:
        constant: The file's.
        arrange: What makes the layer's of it.
        tag: Tells one arrangement from another: two arrays are one if constant and tag are.
    """

    constant: Constant
    arrange: Callable[[Array], Array]
    tag: str = ""

    @property
    def identity(self) -> tuple[object, ...]:
        """Equal for arrays that are one and the same."""
        return (*self.constant.identity, self.tag)

    def array(self) -> Array:
        """The values."""
        return self.arrange(self.constant.array())


class Record(NamedTuple):
    """One layer.

    Attributes:
        op: Its op.
        inputs: The layers that it reads.
        arguments: Its arguments, which a bias that is found later may be added to.
        weights: Its arrays by name.
        shape: What it gives, if that is known.
    """

    op: str
    inputs: tuple[str, ...]
    arguments: dict[str, Any]
    weights: dict[str, Weight]
    shape: Sizes | None


def read_weight(name: str, weight: Weight) -> Array:
    """The values of a weight; NumPy computes with half floats slowly, so they get wider."""
    array = weight.array()
    return array.astype("float32") if array.dtype == "float16" else array


class Builder:
    """Collects layers.

    Attributes:
        records: The layers so far, by name, in order.
    """

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self._taken = {"prev"}
        self._counts: dict[str, int] = {}
        self._shapes: dict[tuple[str, str, tuple[Sizes, ...]], Sizes | None] = {}

    def name(self, wanted: str) -> str:
        """The name, or one that is not taken yet and not too long."""
        wanted = wanted.encode("utf-8", "replace").decode("utf-8")[:_LONGEST] or "layer"
        name = wanted
        while name in self._taken:
            number = self._counts[wanted] = self._counts.get(wanted, 0) + 1
            name = f"{wanted[: _LONGEST - 8]}_{number}"
        self._taken.add(name)
        return name

    def add(
        self,
        op: str,
        wanted: str,
        inputs: Sequence[tuple[str, Sizes]],
        arguments: dict[str, Any],
        weights: dict[str, Weight] | None = None,
    ) -> tuple[str, Sizes | None]:
        """Add a layer.

        Args:
            op: Its op.
            wanted: What it should be called.
            inputs: The layers that it reads, and what they give.
            arguments: Its arguments.
            weights: Its arrays.

        Returns:
            Its name, and what it gives, if that is known.

        Raises:
            Unsuitable: It does not take these arguments.
            Malformed: There are too many layers.
        """
        if len(self.records) >= MAX_LAYERS:
            raise Malformed(f"it becomes more than {MAX_LAYERS:,} layers")
        shape = self.shape_of(op, arguments, tuple(shape for _, shape in inputs))
        name = self.name(wanted)
        record = Record(op, tuple(n for n, _ in inputs), dict(arguments), weights or {}, shape)
        self.records[name] = record
        return name, shape

    def shape_of(
        self, op: str, arguments: dict[str, Any], inputs: tuple[Sizes, ...]
    ) -> Sizes | None:
        """What a layer gives, if that is known."""
        key = (op, repr(arguments), inputs)
        if key not in self._shapes:
            self._shapes[key] = _shape(op, arguments, inputs)
        return self._shapes[key]


def _shape(op: str, arguments: dict[str, Any], inputs: tuple[Shape, ...]) -> Sizes | None:
    """What cnncalc's own rules say that a layer gives; None for one that has a fault."""
    layer_type = find(op)
    if layer_type is None:
        raise AssertionError(op)
    try:
        shapes = inputs
        for primitive in layer_type.model_validate(arguments).lower(shapes):
            shapes = (infer(primitive, shapes).shape,)
    except ValidationError:
        raise Unsuitable from None
    except (Fault, UnknownInput):
        return None
    return tuple(size for size in shapes[0] if size is not None)

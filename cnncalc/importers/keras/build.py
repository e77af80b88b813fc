"""Collects the layers of the spec, with their names, their shapes and where their arrays are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

from cnncalc.errors import Diagnostic, SpecError
from cnncalc.ir.graph import lower
from cnncalc.ir.shapes import Pair, Shape
from cnncalc.layers import find
from cnncalc.layers.base import Layer

MOST_LAYERS = 100_000
_MOST_MODELS = 10_000
_LONGEST_NAME = 200
_RESERVED = {"prev", "?"}


class Tensor(NamedTuple):
    """What a layer gives.

    Attributes:
        name: The layer of the spec that gives it.
        shape: Its shape as far as it is known, channels last, without the batch.
        is_first: Whether the model has its channels as the first axis.
        padding: Cells of minus infinity that the model has around it, which a max pooling takes for
            its padding.
    """

    name: str
    shape: Shape | None
    is_first: bool = False
    padding: tuple[Pair, ...] = ()

    @property
    def rank(self) -> int | None:
        """Number of axes, channels included."""
        return None if self.shape is None else len(self.shape)

    @property
    def model_shape(self) -> Shape | None:
        """Its shape as the model has it, without the batch."""
        if self.shape is None or not self.is_first:
            return self.shape
        return (self.shape[-1], *self.shape[:-1])


class Array(NamedTuple):
    """Where an array of the spec is in the model.

    Attributes:
        layer: The Keras layer, with the models that it stands in.
        variable: Which of that layer's variables.
        form: How it is laid out there: as here (`plain`), or in another shape.
    """

    layer: tuple[str, ...]
    variable: int
    form: str


class Builder:
    """Collects the layers of the spec.

    Attributes:
        file: What messages call the model.
        layers: The layers so far.
        inputs: Shapes of the inputs by name.
        arrays: Where the array of every `<layer>.<weight>` is.
        trusts_shapes: Whether shapes that the file declares hold, as no input was changed.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.layers: list[dict[str, dict[str, Any]]] = []
        self.inputs: dict[str, tuple[int, ...]] = {}
        self.arrays: dict[str, Array] = {}
        self.trusts_shapes = True
        self._names: dict[str, int] = {}
        self._shapes: dict[tuple[Any, ...], Shape | None] = {}
        self._n_models = 0

    def padded(self, tensor: Tensor) -> Tensor:
        """The tensor as a layer of its own where it has cells of minus infinity around it."""
        if not tensor.padding:
            return tensor
        arguments: dict[str, Any] = {"kind": "padding with minus infinity", "params": 0, "macs": 0}
        shape = tensor.shape
        if shape is not None and None not in shape and len(shape) == len(tensor.padding) + 1:
            pairs = (*tensor.padding, (0, 0))
            sizes = [(n or 0) + sum(pair) for n, pair in zip(shape, pairs, strict=True)]
            arguments["output"] = sizes
        plain = tensor._replace(padding=())
        made = self.add("opaque", arguments, [plain], f"{tensor.name}/padding")
        return made._replace(is_first=tensor.is_first)

    def count_model(self) -> None:
        """Count the call of a model, so that nested models cannot call each other without end."""
        self._n_models += 1
        if self._n_models > _MOST_MODELS:
            raise self.error(f"the models in it are called over {_MOST_MODELS:,} times")

    def error(self, message: str) -> SpecError:
        """An error that names the file."""
        return SpecError(Diagnostic(message, source=self.file))

    def unique(self, name: str) -> str:
        """A name that is free and that the spec language takes, as near to this one as can be."""
        # cnncalc's own exports have `>` for the dot, which not all of Keras's backends take
        name = name.encode("utf-8", "replace").decode("utf-8").replace(">", ".")
        if name.startswith("$") or name in _RESERVED or not name.strip():
            name = f"_{name}"
        name = name[:_LONGEST_NAME]
        count = self._names.get(name)
        if count is None:
            self._names[name] = 0
            return name
        while True:
            count += 1
            suffix = f"_{count}"
            found = f"{name[: _LONGEST_NAME - len(suffix)]}{suffix}"
            if found not in self._names:
                self._names[name] = count
                self._names[found] = 0
                return found

    def add_input(self, name: str, shape: tuple[int, ...]) -> str:
        """Append an input."""
        name = self.unique(name)
        self.inputs[name] = shape
        return name

    def add(
        self,
        op: str,
        arguments: dict[str, Any],
        inputs: Sequence[Tensor],
        name: str,
        share: str | None = None,
    ) -> Tensor:
        """Append a layer.

        Args:
            op: What it is.
            arguments: Its arguments, without flow words.
            inputs: What enters it; what is no merge and reads several things has them as `paths`.
            name: What it would like to be called.
            share: The layer whose weights it uses.
        """
        if len(self.layers) >= MOST_LAYERS:
            raise self.error(f"the model has over {MOST_LAYERS:,} layers, more than are read")
        shape = self._shape(op, arguments, tuple(tensor.shape for tensor in inputs))
        name = self.unique(name)
        words: dict[str, Any] = {"name": name}
        if share is None:
            words |= arguments
        else:
            words["share"] = share
        layer_type = find(op)
        assert layer_type is not None
        if layer_type.path_fields and (layer_type.needs_paths or len(inputs) > 1):
            words["paths"] = [tensor.name for tensor in inputs]
        else:
            words["from"] = inputs[0].name
        self.layers.append({op: words})
        return Tensor(name, shape, bool(inputs) and inputs[0].is_first)

    def _shape(
        self, op: str, arguments: dict[str, Any], shapes: tuple[Shape | None, ...]
    ) -> Shape | None:
        key = (op, repr(arguments), shapes)
        if key not in self._shapes:
            self._shapes[key] = _infer(op, arguments, shapes)
        return self._shapes[key]


def _infer(op: str, arguments: dict[str, Any], shapes: tuple[Shape | None, ...]) -> Shape | None:
    """What our own rules say that a layer gives; None where they do not know."""
    layer_type = find(op)
    assert layer_type is not None
    try:
        layer: Layer = layer_type.model_validate(arguments)
    except ValidationError:
        return None  # which the spec will report
    return lower(layer, shapes).output

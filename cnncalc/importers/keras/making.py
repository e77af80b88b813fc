"""One call of one Keras layer, and the layers of the spec that it becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cnncalc.importers.keras.build import Array, Builder, Tensor
from cnncalc.importers.keras.calls import Call
from cnncalc.importers.keras.reading import Config, plain
from cnncalc.ir.shapes import Shape

_TYPES = {"float16", "bfloat16", "float64"}
_FORMS = {"depthwise_kernel": "depthwise", "alpha": "vector"}


@dataclass
class Owners:
    """What the first call of a Keras layer became, for its other calls to share.

    Attributes:
        names: The layers of the spec that have weights, in order.
        n_calls: How often it was called.
    """

    names: list[str] = field(default_factory=list)
    n_calls: int = 0


@dataclass
class Making:
    """One call of a Keras layer.

    Attributes:
        builder: Collects the layers of the spec.
        config: The Keras layer.
        call: Its arguments, with a `Tensor` for every tensor.
        inputs: The tensors among them, in order.
        name: Name of the Keras layer, with the models that it stands in.
        path: The same, one by one.
        owners: What it became when it was called before.
        declared: Shapes of its results that the file declares, without the batch, in its order.
        n_results: How many results somebody reads.
        is_frozen: Whether its weights are not trained.
    """

    builder: Builder
    config: Config
    call: Call
    inputs: list[Tensor]
    name: str
    path: tuple[str, ...]
    owners: Owners
    declared: dict[int, Shape]
    n_results: int
    is_frozen: bool
    n_arrays: int = 0
    n_shared: int = 0

    @property
    def x(self) -> Tensor:
        """The first thing that enters."""
        if not self.inputs:
            self.config.fail("nothing enters it")
        return self.inputs[0]

    def argument(self, name: str, position: int, default: Any) -> Any:
        """An argument that the call gives by name, the operation keeps, or the call by place."""
        if self.call.kwargs.get(name) is not None:
            return plain(self.call.kwargs[name])
        if name in self.config.values:
            return plain(self.config.values[name])
        if len(self.call.args) > position:
            return plain(self.call.args[position])
        return default

    def add(
        self,
        op: str,
        arguments: dict[str, Any] | None = None,
        inputs: Sequence[Tensor] | None = None,
        *,
        role: str = "",
    ) -> Tensor:
        """Append a layer without weights; by default it reads the first thing that enters."""
        name = f"{self.name}/{role}" if role else self.name
        return self.builder.add(op, self._typed(arguments or {}), inputs or [self.x], name)

    def _typed(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments, with the type that the layer computes with where that is not float32."""
        dtype = self.config.dtype()
        return {**arguments, "dtype": dtype} if dtype in _TYPES else arguments

    def weigh(
        self,
        op: str,
        arguments: dict[str, Any],
        arrays: Sequence[str],
        inputs: Sequence[Tensor] | None = None,
        *,
        forms: dict[str, str] = _FORMS,
    ) -> Tensor:
        """Append a layer with weights, called by these names in the order of Keras's variables."""
        arguments = self._typed(arguments)
        inputs = inputs or [self.x]
        if self.owners.n_calls and arrays:
            owners = self.owners.names
            owner = owners[self.n_shared] if self.n_shared < len(owners) else None
            self.n_shared += 1
            return self.builder.add(op, arguments, inputs, self.name, share=owner)
        if self.is_frozen and arrays:
            arguments = {**arguments, "trainable": False}
        made = self.builder.add(op, arguments, inputs, self.name)
        if not arrays:
            return made
        self.owners.names.append(made.name)
        for array in arrays:
            place = Array(self.path, self.n_arrays, forms.get(array, "plain"))
            self.builder.arrays[f"{made.name}.{array}"] = place
            self.n_arrays += 1
        return made

    def opaque(
        self,
        kind: str = "",
        *,
        params: int | None = None,
        macs: int | None = None,
        shape: Shape | None = None,
        index: int = 0,
    ) -> Tensor:
        """Append a layer that says by name that it was not understood.

        Args:
            kind: What it is; the class of the Keras layer if not given.
            params: Its parameters, where they are known.
            macs: Its multiply-accumulates, where they are known.
            shape: Its output as the model has it, where the file does not declare it.
            index: Which of its results this is.
        """
        declared = self.declared.get(index) if self.builder.trusts_shapes else None
        shape = shape if declared is None or None in declared else declared
        arguments = self._typed({"kind": _kind(kind or self.config.kind)})
        is_first = False
        if shape is not None and shape and None not in shape and len(shape) <= 8:
            is_first = self.x.is_first and len(shape) > 1
            arguments["output"] = [*shape[1:], shape[0]] if is_first else list(shape)
        if params is not None:  # weights of a layer that is called again count once
            arguments["params"] = 0 if self.owners.n_calls or index else params
            if self.is_frozen and params:
                arguments["trainable"] = False
        if macs is not None:
            arguments["macs"] = 0 if index else macs
        name = f"{self.name}/result_{index}" if index else self.name
        made = self.builder.add("opaque", arguments, self.inputs, name)
        return made._replace(is_first=is_first)

    def unchanged(self, kind: str = "", params: int | None = 0) -> Tensor:
        """Append a layer that was not understood but gives what has the shape of its input."""
        return self.opaque(kind, params=params, macs=0, shape=self.x.model_shape)

    # -- where the channels are ------------------------------------------------------------------

    def as_model(self, tensor: Tensor) -> Tensor:
        """The tensor with its axes as the model has them, the last one being whatever it is."""
        if not tensor.is_first or tensor.shape is None:
            return tensor._replace(is_first=False)
        rank = len(tensor.shape)
        made = self._permuted(tensor, [rank - 1, *range(rank - 1)])
        return made._replace(is_first=False)

    def as_map(self, tensor: Tensor, *, is_first: bool) -> Tensor:
        """The tensor as a layer reads it that has its channels first, or last."""
        if tensor.is_first == is_first:
            return tensor
        if not is_first:
            return self.as_model(tensor)
        if tensor.shape is None or len(tensor.shape) < 2:
            return tensor
        made = self._permuted(tensor, [*range(1, len(tensor.shape)), 0])
        return made._replace(is_first=True)

    def _permuted(self, tensor: Tensor, order: list[int]) -> Tensor:
        return self.builder.add("permute", {"order": order}, [tensor], f"{self.name}/permute")

    def map(self) -> Tensor:
        """What enters, with the channels where the layer's `data_format` says."""
        return self.as_map(self.x, is_first=self.config.channels_first())

    def axis(self, tensor: Tensor, axis: object) -> int | None:
        """Our number of one of Keras's axes, which count the batch; None if it is none of ours."""
        if type(axis) is not int or tensor.shape is None:
            return None
        rank = len(tensor.shape)
        position = axis - 1 if axis >= 0 else axis + rank
        if not 0 <= position < rank:
            return None
        return (position - 1) % rank if tensor.is_first else position

    def is_channels(self, tensor: Tensor, axis: object) -> bool:
        """Whether one of Keras's axes is the channels."""
        if isinstance(axis, list) and len(axis) == 1:
            axis = axis[0]
        if tensor.shape is None:
            return axis == -1 and not tensor.is_first
        return self.axis(tensor, axis) == len(tensor.shape) - 1


def _kind(text: str) -> str:
    """A kind that the spec language takes as it stands."""
    text = text.encode("utf-8", "replace").decode("utf-8")[:100]
    return f"_{text}" if text.startswith("$") else text

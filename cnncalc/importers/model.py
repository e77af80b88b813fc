"""What an importer makes of a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cnncalc.ir.shapes import Sizes


class Model(NamedTuple):
    """A model as the data of a flat spec.

    Attributes:
        name: Name of the model, or None.
        format: What it was read from, with the version where the file tells: `Keras 3.8.0`.
        inputs: Shape of every input by name, channels last, without the batch.
        outputs: Names of the layers that the model gives out.
        layers: The layers in order, as they would stand in a spec: `{op: {argument: value}}`.
        weights: Arrays by `<layer>.<weight>`, in the shapes that the layer table says; each is read
            when it is asked for. Empty where the file holds none.
    """

    name: str | None
    format: str
    inputs: dict[str, Sizes]
    outputs: tuple[str, ...]
    layers: list[dict[str, dict[str, Any]]]
    weights: Mapping[str, Any] = {}

    def spec(self) -> dict[str, Any]:
        """The document that says so."""
        data: dict[str, Any] = {} if self.name is None else {"name": self.name}
        if list(self.inputs) == ["input"]:
            data["input"] = list(self.inputs["input"])
        else:
            data["inputs"] = {name: list(shape) for name, shape in self.inputs.items()}
        data["outputs"] = list(self.outputs)
        data["layers"] = self.layers
        return data

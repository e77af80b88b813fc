"""Flattening."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.ir.primitives import Primitive, Reshape
from cnncalc.ir.shapes import Shape, n_elements
from cnncalc.layers.base import Layer


class Flatten(Layer):
    """Put all values into one vector, row by row, the channels of a position together.

    `y_[(h·W + w)·C + c] = x_[h, w, c]`. No parameters, no operations.

    Shapes:
        H×W×C → H·W·C

    Example:
        ```yaml
        input: 5x5x16
        layers:
          - flatten
          - dense: 120
        ```

    Reference:
        Keras, Flatten; PyTorch, torch.nn.Flatten (which has the channels first).
    """

    op: ClassVar[str] = "flatten"

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One reshape."""
        return (Reshape((n_elements(inputs[0]),)),)

"""Normalisation of the input."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.ir.primitives import Normalization, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer

_EPSILON = 1e-7  # Keras's


class Normalize(Layer):
    """Shift and scale every channel by the mean and variance of the training data.

    `y = (x - mean) / max(sqrt(variance), 1e-7)`. No parameters: mean and variance per channel and
    the number of examples behind them are `2C + 1` statistics, as in Keras. 2 operations
    per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 224x224x3
        layers:
          - normalize
        ```

    Reference:
        Keras, Normalization.
    """

    op: ClassVar[str] = "normalize"
    keeps_shape: ClassVar[bool] = True

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One normalisation."""
        return (Normalization("input", _EPSILON, scale=False, center=False),)

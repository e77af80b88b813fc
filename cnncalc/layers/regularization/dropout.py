"""Dropout."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Dropout as DropoutPrimitive
from cnncalc.ir.primitives import Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer
from cnncalc.layers.fields import Rate


class Dropout(Layer):
    """In training, set every value to zero with probability `rate`.

    What is left is divided by `1 - rate`, so that at inference nothing is left to do: `y = x`. No
    parameters, no operations.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 128
        layers:
          - dropout: 0.5
        ```

    Reference:
        Srivastava et al., Dropout: a simple way to prevent neural networks from overfitting, 2014.
    """

    op: ClassVar[str] = "dropout"
    main: ClassVar[str | None] = "rate"
    keeps_shape: ClassVar[bool] = True

    rate: Rate = Field(description="share of the values that is dropped")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One dropout."""
        return (DropoutPrimitive("element", self.rate),)

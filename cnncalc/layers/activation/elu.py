"""The exponential linear unit."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Activation, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.activation._activation import ActivationLayer
from cnncalc.layers.fields import Positive


class Elu(ActivationLayer):
    """Negative values run smoothly into a floor: `alpha·(exp(x) - 1)`.

    Positive ones stay. No parameters; 1 operation per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 8x8x4
        layers:
          - elu
        ```

    Reference:
        Clevert, Unterthiner and Hochreiter, Fast and accurate deep network learning by exponential
        linear units, 2016 (arXiv 1511.07289).
    """

    op: ClassVar[str] = "elu"
    main: ClassVar[str | None] = "alpha"

    alpha: Positive = Field(1.0, description="depth of the floor")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One activation, with its alpha."""
        return (Activation(self.op, self.alpha),)

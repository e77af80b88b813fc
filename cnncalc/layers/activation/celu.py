"""The continuously differentiable exponential linear unit."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Activation, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.activation._activation import ActivationLayer
from cnncalc.layers.fields import Positive


class Celu(ActivationLayer):
    """An elu without a kink at 0: `max(x, 0) + min(alpha·(exp(x/alpha) - 1), 0)`.

    With alpha 1 it is `elu`. No parameters; 1 operation per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 8x8x4
        layers:
          - celu: 2
        ```

    Reference:
        Barron, Continuously differentiable exponential linear units, 2017 (arXiv 1704.07483).
    """

    op: ClassVar[str] = "celu"
    main: ClassVar[str | None] = "alpha"

    alpha: Positive = Field(1.0, description="depth of the floor")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One activation, with its alpha."""
        return (Activation(self.op, self.alpha),)

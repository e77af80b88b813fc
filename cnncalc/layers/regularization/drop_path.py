"""Stochastic depth."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Dropout as DropoutPrimitive
from cnncalc.ir.primitives import Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer
from cnncalc.layers.fields import Rate


class DropPath(Layer):
    """In training, set the whole output to zero with probability `rate`, per example.

    At the end of the body of a `residual`, that leaves the shortcut alone: stochastic depth. What
    is left is divided by `1 - rate`, and at inference `y = x`. No parameters, no operations.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 56x56x96
        layers:
          - residual:
              body:
                - conv: {filters: 96, kernel: 3, padding: same}
                - drop_path: 0.1
        ```

    Reference:
        Huang et al., Deep networks with stochastic depth, 2016 (arXiv 1603.09382).
    """

    op: ClassVar[str] = "drop_path"
    main: ClassVar[str | None] = "rate"
    keeps_shape: ClassVar[bool] = True

    rate: Rate = Field(description="share of the examples that lose the path")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One dropout."""
        return (DropoutPrimitive("path", self.rate),)

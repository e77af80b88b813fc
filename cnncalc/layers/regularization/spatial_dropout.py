"""Dropout of channels."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Dropout as DropoutPrimitive
from cnncalc.ir.primitives import Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer, spatial_rank
from cnncalc.layers.fields import Rate


class SpatialDropout(Layer):
    """In training, set whole channels to zero with probability `rate`.

    Neighbouring cells are much alike, so that dropping single ones would not matter. At inference
    `y = x`. No parameters, no operations.

    Shapes:
        H×W×C → H×W×C

    Example:
        ```yaml
        input: 28x28x32
        layers:
          - spatial_dropout: 0.2
        ```

    Reference:
        Tompson et al., Efficient object localization using convolutional networks, 2015
        (arXiv 1411.4280), section 3.2.
    """

    op: ClassVar[str] = "spatial_dropout"
    main: ClassVar[str | None] = "rate"
    keeps_shape: ClassVar[bool] = True

    rate: Rate = Field(description="share of the channels that is dropped")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One dropout."""
        spatial_rank(inputs[0])
        return (DropoutPrimitive("channel", self.rate),)

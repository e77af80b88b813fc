"""A trainable factor per channel."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import ChannelScale, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer


class Scale(Layer):
    """Multiply every channel by a trainable factor, and perhaps add a trainable offset.

    `y_c = a_c·x_c`, with `bias: true` `+ b_c`. C parameters, 2C with offsets; 1 operation per
    value, 2 with offsets.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 56x56x96
        layers:
          - scale
        ```

    Reference:
        Touvron et al., Going deeper with image transformers, 2021 (arXiv 2103.17239), section 2
        (LayerScale).
    """

    op: ClassVar[str] = "scale"
    keeps_shape: ClassVar[bool] = True

    bias: bool = Field(False, description="whether every channel has an offset")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One scaling."""
        return (ChannelScale(self.bias),)

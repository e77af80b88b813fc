"""A trainable factor per channel, an offset per channel, or both."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.faults import BadValue
from cnncalc.ir.primitives import ChannelScale, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer


class Scale(Layer):
    """Multiply every channel by a trainable factor, and perhaps add a trainable offset.

    `y_c = a_c·x_c`, with `bias: true` `+ b_c`, and with `scale: false` as well `x_c + b_c` alone.
    C parameters, 2C with both; 1 operation per value, 2 with both.

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
    scale: bool = Field(True, description="whether every channel has a factor")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One scaling."""
        if not self.scale and not self.bias:
            raise BadValue("scale", "without a factor there must be an offset: bias: true")
        return (ChannelScale(self.bias, factor=self.scale),)

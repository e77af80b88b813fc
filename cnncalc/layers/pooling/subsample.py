"""LeNet's trainable subsampling."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import ChannelScale, Pooling, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer, spatial_rank
from cnncalc.layers.fields import PerAxis, per_axis


class Subsample(Layer):
    """Sum up every window, times a trainable coefficient, plus a trainable bias, per channel.

    `y = a_c·sum(window) + b_c`, and `O = floor((W - F) / S) + 1`. 2C parameters; `∏F - 1`
    operations per output value for the sum, and 2 for coefficient and bias. The squashing
    function that follows in LeNet-5 is a layer of its own.

    Shapes:
        H×W×C → O_h×O_w×C

    Example:
        LeNet-5's S2 has 12 parameters.

        ```yaml
        input: 28x28x6
        layers:
          - subsample: 2
        ```

    Reference:
        LeCun et al., Gradient-based learning applied to document recognition, 1998, section II.B.
    """

    op: ClassVar[str] = "subsample"
    main: ClassVar[str | None] = "size"

    size: PerAxis = Field(description="size of the window")
    stride: PerAxis | None = Field(None, description="step of the window; default: its size")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """A pooling, then a factor and an offset per channel."""
        rank = spatial_rank(inputs[0])
        size = per_axis("size", self.size, rank)
        stride = size if self.stride is None else per_axis("stride", self.stride, rank)
        pooling = Pooling("sum", size, stride, (1,) * rank, ((0, 0),) * rank)
        return (pooling, ChannelScale(bias=True))

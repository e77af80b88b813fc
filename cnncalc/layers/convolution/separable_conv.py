"""The depthwise separable convolution."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Convolution, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.activations import activate
from cnncalc.layers.convolution._sliding import Sliding
from cnncalc.layers.fields import Count, known_channels


class SeparableConv(Sliding):
    """A depthwise convolution, then a 1×1 convolution that mixes the channels.

    Weights: `F·F·C_in·multiplier + C_in·multiplier·filters`, and one bias per filter, after the
    pointwise part. Against a full convolution that saves a factor of about
    `1 / (1/filters + 1/F²)`.

    Shapes:
        H×W×C_in → O_h×O_w×filters

    Example:
        ```yaml
        input: 32x32x16
        layers:
          - separable_conv: {filters: 64, kernel: 3, padding: same}
        ```

    Reference:
        Chollet, Xception, 2017 (arXiv 1610.02357), section 1.
    """

    op: ClassVar[str] = "separable_conv"
    main: ClassVar[str | None] = "filters"

    filters: Count = Field(description="number of filters, the output channels")
    multiplier: Count = Field(1, description="depthwise filters per input channel")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """A depthwise and a pointwise convolution, then the activation."""
        (shape,) = inputs
        geometry = self.geometry(shape)
        channels = known_channels(shape)
        depthwise = Convolution(
            channels * self.multiplier,
            *geometry,
            groups=channels,
            bias=False,
            weight_name="depthwise_kernel",
        )
        ones = (1,) * len(geometry.kernel)
        pointwise = Convolution(
            self.filters,
            kernel=ones,
            stride=ones,
            dilation=ones,
            padding=((0, 0),) * len(ones),
            bias=self.bias,
            weight_name="pointwise_kernel",
        )
        return (depthwise, pointwise, *activate(self.activation))

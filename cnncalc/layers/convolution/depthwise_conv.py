"""The depthwise convolution."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Convolution, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.activations import activate
from cnncalc.layers.convolution._sliding import OneKernel
from cnncalc.layers.fields import Count, known_channels
from cnncalc.layers.weights import check_weights


class DepthwiseConv(OneKernel):
    """Slide `multiplier` small windows over every channel by itself; nothing mixes the channels.

    A convolution with `C_in` groups: `F·F·C_in·multiplier` weights, `C_in·multiplier` biases, and
    `F·F` multiply-accumulates per output value. The size is that of `conv`. Output channel
    `c·multiplier + m` sees input channel c.

    Shapes:
        H×W×C_in → O_h×O_w×(C_in·multiplier)

    Example:
        ```yaml
        input: 112x112x32
        layers:
          - depthwise_conv: {kernel: 3, padding: 1, bias: false}
        ```

    Reference:
        Howard et al., MobileNets, 2017 (arXiv 1704.04861), section 3.1.
    """

    op: ClassVar[str] = "depthwise_conv"
    main: ClassVar[str | None] = "kernel"

    multiplier: Count = Field(1, description="filters per input channel")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """A convolution with as many groups as channels, then its activation."""
        (shape,) = inputs
        geometry = self.geometry(shape)
        channels = known_channels(shape)
        filters = channels * self.multiplier
        check_weights(self.weights, geometry.kernel, shape, channels, filters)
        convolution = Convolution(filters, *geometry, groups=channels, bias=self.bias)
        return (convolution, *activate(self.activation))

"""The convolution."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Convolution, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.activations import activate
from cnncalc.layers.convolution._sliding import OneKernel
from cnncalc.layers.fields import Count
from cnncalc.layers.weights import Table, check_weights


class Conv(OneKernel):
    """Slide `filters` small windows over the map; each gives one output channel.

    Along every axis `O = floor((W - F_eff + P_begin + P_end) / S) + 1` with
    `F_eff = D(F - 1) + 1`. A filter sees `C_in / groups` channels, so there are
    `F·F·C_in/groups·C_out` weights and `C_out` biases, and every output value costs
    `F·F·C_in/groups` multiply-accumulates. 1-D, 2-D and 3-D follow from the input.

    Like every deep-learning library this correlates: the kernel is not flipped.

    Shapes:
        H×W×C_in → O_h×O_w×filters

    Example:
        Ten 5×5 filters on a 32×32 colour picture have (5·5·3 + 1)·10 = 760 parameters.

        ```yaml
        input: 32x32x3
        layers:
          - conv: {filters: 10, kernel: 5, padding: 2}
        ```

    Reference:
        LeCun et al., Gradient-based learning applied to document recognition, 1998, section II.
    """

    op: ClassVar[str] = "conv"
    main: ClassVar[str | None] = "filters"

    filters: Count = Field(description="number of filters, the output channels")
    groups: Count = Field(1, description="parts that channels and filters are split into")
    connections: Table | None = Field(None, description="per filter, the input channels it sees")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """A convolution, then its activation."""
        (shape,) = inputs
        geometry = self.geometry(shape)
        check_weights(self.weights, geometry.kernel, shape, self.groups, self.filters)
        convolution = Convolution(
            self.filters,
            *geometry,
            groups=self.groups,
            bias=self.bias,
            connections=self.connections,
        )
        return (convolution, *activate(self.activation))

"""Average pooling."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.pooling._pool import Pool


class AvgPool(Pool):
    """Take the mean of every window, channel by channel.

    `O = floor((W - F + P_begin + P_end) / S) + 1`; with `rounding: ceil` rounded up, less one if
    the last window would start in the end padding. The mean is over the input cells of the
    window; with `count_padding: true` padding counts as zeros, as it does by default in PyTorch.
    No parameters; `∏F` operations per output value.

    Shapes:
        H×W×C → O_h×O_w×C

    Example:
        ```yaml
        input: 28x28x6
        layers:
          - avg_pool: 2
        ```

    Reference:
        PyTorch, torch.nn.AvgPool2d; Keras, AveragePooling2D.
    """

    op: ClassVar[str] = "avg_pool"

    count_padding: bool = Field(False, description="whether padding counts as zeros in the mean")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One pooling."""
        return (self.pooling("average", inputs[0], count_padding=self.count_padding),)

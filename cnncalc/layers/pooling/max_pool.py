"""Max pooling."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.fields import PerAxis
from cnncalc.layers.pooling._pool import Pool


class MaxPool(Pool):
    """Keep the largest value of every window, channel by channel.

    `O = floor((W - F_eff + P_begin + P_end) / S) + 1`; with `rounding: ceil` rounded up, less one
    if the last window would start in the end padding. Padding counts as minus infinity. No
    parameters; `∏F - 1` comparisons per output value.

    Shapes:
        H×W×C → O_h×O_w×C

    Example:
        ```yaml
        input: 28x28x6
        layers:
          - max_pool: 2
        ```

    Reference:
        PyTorch, torch.nn.MaxPool2d; Keras, MaxPooling2D.
    """

    op: ClassVar[str] = "max_pool"

    dilation: PerAxis = Field(1, description="distance between the window's cells")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One pooling."""
        return (self.pooling("max", inputs[0], self.dilation),)

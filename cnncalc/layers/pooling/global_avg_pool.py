"""Global average pooling."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.ir.primitives import Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.pooling._global_pool import GlobalPool


class GlobalAvgPool(GlobalPool):
    """Take the mean of the whole map, channel by channel.

    `y_c = sum(x_c) / (H·W)`. The result is a vector; with `keep_dims: true` it is a map of one
    cell. No parameters; `H·W` operations per channel.

    Shapes:
        H×W×C → C, with `keep_dims` 1×1×C

    Example:
        ```yaml
        input: 7x7x512
        layers:
          - global_avg_pool
          - dense: 10
        ```

    Reference:
        Lin, Chen and Yan, Network in network, 2014 (arXiv 1312.4400), section 3.2.
    """

    op: ClassVar[str] = "global_avg_pool"

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """A pooling to one cell, then its axes go."""
        return self.pooling("average", inputs[0])

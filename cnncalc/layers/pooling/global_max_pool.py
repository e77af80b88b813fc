"""Global max pooling."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.ir.primitives import Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.pooling._global_pool import GlobalPool


class GlobalMaxPool(GlobalPool):
    """Keep the largest value of the whole map, channel by channel.

    `y_c = max(x_c)`. The result is a vector; with `keep_dims: true` it is a map of one cell. No
    parameters; `H·W - 1` comparisons per channel.

    Shapes:
        H×W×C → C, with `keep_dims` 1×1×C

    Example:
        ```yaml
        input: 7x7x512
        layers:
          - global_max_pool
          - dense: 10
        ```

    Reference:
        Keras, GlobalMaxPooling2D.
    """

    op: ClassVar[str] = "global_max_pool"

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """A pooling to one cell, then its axes go."""
        return self.pooling("max", inputs[0])

"""Adaptive max pooling."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.ir.primitives import Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.pooling._adaptive_pool import AdaptivePool


class AdaptiveMaxPool(AdaptivePool):
    """Keep the largest value of windows that are laid out so that `size` cells come out.

    Window i covers the cells from `floor(i·W/O)` to `ceil((i + 1)·W/O) - 1`: they may overlap and
    differ in size, and a smaller map is enlarged. No parameters; per output value one
    comparison less than its window has cells.

    Shapes:
        H×W×C → size_h×size_w×C

    Example:
        ```yaml
        input: 10x13x256
        layers:
          - adaptive_max_pool: 6
        ```

    Reference:
        PyTorch, torch.nn.AdaptiveMaxPool2d.
    """

    op: ClassVar[str] = "adaptive_max_pool"

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One pooling."""
        return (self.pooling("max", inputs[0]),)

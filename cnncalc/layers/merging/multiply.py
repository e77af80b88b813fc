"""Multiplication."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.ir.primitives import Merge, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.merging._merging import Merging


class Multiply(Merging):
    """Multiply the maps of all paths, value by value.

    `y = x_1·x_2·…`. The shapes must be equal; a vector or 1×1×C is a gate that multiplies the
    channels of every cell. No parameters; `paths - 1` operations per value.

    Shapes:
        H×W×C, H×W×C, … → H×W×C; 1×1×C or C merge with H×W×C too

    Example:
        ```yaml
        input: 28x28x64
        layers:
          - multiply:
              - prev
              - [global_avg_pool, dense: {units: 64, activation: sigmoid}]
        ```

    Reference:
        Hu, Shen and Sun, Squeeze-and-excitation networks, 2018 (arXiv 1709.01507), section 3.
    """

    op: ClassVar[str] = "multiply"

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One merge."""
        return (Merge("multiply"),)

"""Subtraction."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.ir.primitives import Merge, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.merging._merging import Merging


class Subtract(Merging):
    """Subtract the maps of all further paths from the first, value by value.

    `y = x_1 - x_2 - …`. The shapes must be equal. No parameters; `paths - 1` operations per value.

    Shapes:
        H×W×C, H×W×C, … → H×W×C

    Example:
        ```yaml
        input: 28x28x64
        layers:
          - subtract:
              - prev
              - [avg_pool: {size: 3, stride: 1, padding: same}]
        ```

    Reference:
        Keras, Subtract (which takes two).
    """

    op: ClassVar[str] = "subtract"

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One merge."""
        return (Merge("subtract"),)

"""A residual connection."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Merge, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer
from cnncalc.layers.merging._merging import Path


class Residual(Layer):
    """Add a body to its shortcut: `y = body(x) + shortcut(x)`.

    A missing or empty shortcut is the identity; the shapes must be equal, so a body that changes
    the size or the channels needs a projection beside it. No parameters of its own; 1 operation
    per value.

    Shapes:
        H×W×C, H×W×C → H×W×C

    Example:
        ```yaml
        input: 56x56x64
        layers:
          - residual:
              body:
                - conv: {filters: 128, kernel: 3, stride: 2, padding: 1}
                - relu
                - conv: {filters: 128, kernel: 3, padding: 1}
              shortcut:
                - conv: {filters: 128, kernel: 1, stride: 2}
          - relu
        ```

    Reference:
        He et al., Deep residual learning for image recognition, 2016 (arXiv 1512.03385), section
        3.2.
    """

    op: ClassVar[str] = "residual"
    path_fields: ClassVar[tuple[str, ...]] = ("body", "shortcut")

    body: Path = Field((), description="the layers that are learned: a list of layers, or a name")
    shortcut: Path = Field((), description="what runs beside them; none is the identity")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One merge."""
        return (Merge("add"),)

"""Addition."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.ir.primitives import Merge, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.merging._merging import Merging


class Add(Merging):
    """Add up the maps of all paths, value by value.

    `y = x_1 + x_2 + …`. The shapes must be equal; a vector or 1×1×C is added to every cell. A body
    with a shortcut is shorter as `residual`. No parameters; `paths - 1` operations per value.

    Shapes:
        H×W×C, H×W×C, … → H×W×C; 1×1×C or C merge with H×W×C too

    Example:
        ```yaml
        input: 28x28x64
        layers:
          - add:
              - [conv: {filters: 64, kernel: 3, padding: same}]
              - prev
        ```

    Reference:
        He et al., Deep residual learning for image recognition, 2016 (arXiv 1512.03385), section
        3.2.
    """

    op: ClassVar[str] = "add"

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One merge."""
        return (Merge("add"),)

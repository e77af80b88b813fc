"""The mean of several maps."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.ir.primitives import Merge, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.merging._merging import Merging


class Average(Merging):
    """Take the mean of all paths at every place.

    `y = (x_1 + … + x_n) / n`. The shapes must be equal. No parameters; `paths - 1` operations per
    value.

    Shapes:
        H×W×C, H×W×C, … → H×W×C

    Example:
        ```yaml
        input: 28x28x64
        layers:
          - average:
              - [conv: {filters: 64, kernel: 3, padding: same}]
              - [conv: {filters: 64, kernel: 5, padding: same}]
        ```

    Reference:
        Keras, Average.
    """

    op: ClassVar[str] = "average"

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One merge."""
        return (Merge("average"),)

"""The maximum of several maps."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.ir.primitives import Merge, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.merging._merging import Merging


class Maximum(Merging):
    """Keep the largest value of all paths at every place.

    `y = max(x_1, x_2, …)`. The shapes must be equal. No parameters; `paths - 1` operations per
    value.

    Shapes:
        H×W×C, H×W×C, … → H×W×C

    Example:
        ```yaml
        input: 28x28x64
        layers:
          - maximum:
              - [conv: {filters: 64, kernel: 3, padding: same}]
              - [conv: {filters: 64, kernel: 5, padding: same}]
        ```

    Reference:
        Keras, Maximum.
    """

    op: ClassVar[str] = "maximum"

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One merge."""
        return (Merge("maximum"),)

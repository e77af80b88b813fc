"""Concatenation."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from cnncalc.ir.primitives import Merge, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import axis_index
from cnncalc.layers.merging._merging import Merging


class Concat(Merging):
    """Put the maps of all paths behind one another along one axis, the channels by default.

    The shapes must be equal but for that axis, along which the sizes add up.

    Shapes:
        H×W×C_1, H×W×C_2, … → H×W×(C_1 + C_2 + …)

    Example:
        ```yaml
        input: 28x28x192
        layers:
          - concat:
              - [conv: {filters: 64, kernel: 1}]
              - [conv: {filters: 128, kernel: 3, padding: 1}]
              - prev
        ```

    Reference:
        Szegedy et al., Going deeper with convolutions, 2015 (arXiv 1409.4842), section 4.
    """

    op: ClassVar[str] = "concat"

    axis: int | Literal["channels"] = Field("channels", description="axis to join along, from 0")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One merge."""
        return (Merge("concat", axis_index("axis", self.axis, inputs[0])),)

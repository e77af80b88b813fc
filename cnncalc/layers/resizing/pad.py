"""Padding."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from cnncalc.ir.primitives import Pad as PadPrimitive
from cnncalc.ir.primitives import Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer, spatial_rank
from cnncalc.layers.fields import Amount, amount_per_axis


class Pad(Layer):
    """Add cells around the map.

    `O = W + P_begin + P_end` along every axis. The new cells are zeros, the map mirrored without
    its outermost cells (`reflect`), or copies of those (`edge`). No parameters, no operations.

    Shapes:
        H×W×C → (H + P)×(W + P)×C

    Example:
        ```yaml
        input: 224x224x3
        layers:
          - pad: [[0, 1], [0, 1]]
        ```

    Reference:
        Keras, ZeroPadding2D; NumPy, numpy.pad.
    """

    op: ClassVar[str] = "pad"
    main: ClassVar[str | None] = "amount"

    amount: Amount = Field(description="cells added, in the numeric forms of padding")
    mode: Literal["zero", "reflect", "edge"] = Field("zero", description="what the new cells hold")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One padding."""
        amount = amount_per_axis("amount", self.amount, spatial_rank(inputs[0]))
        return (PadPrimitive(amount, self.mode),)

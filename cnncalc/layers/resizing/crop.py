"""Cropping."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Crop as CropPrimitive
from cnncalc.ir.primitives import Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer, spatial_rank
from cnncalc.layers.fields import Amount, amount_per_axis


class Crop(Layer):
    """Cut cells off around the map.

    `O = W - P_begin - P_end` along every axis. No parameters, no operations.

    Shapes:
        H×W×C → (H - P)×(W - P)×C

    Example:
        The skip connections of U-Net are cropped before they are concatenated.

        ```yaml
        input: 64x64x512
        layers:
          - crop: 4
        ```

    Reference:
        Ronneberger, Fischer and Brox, U-Net, 2015 (arXiv 1505.04597), figure 1; Keras, Cropping2D.
    """

    op: ClassVar[str] = "crop"
    main: ClassVar[str | None] = "amount"

    amount: Amount = Field(description="cells cut off, in the numeric forms of padding")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One crop."""
        return (CropPrimitive(amount_per_axis("amount", self.amount, spatial_rank(inputs[0]))),)

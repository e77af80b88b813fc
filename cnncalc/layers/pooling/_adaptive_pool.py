"""What the adaptive poolings have in common."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import AdaptivePooling, PoolKind
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer, spatial_rank
from cnncalc.layers.fields import PerAxis, per_axis


class AdaptivePool(Layer):
    """A layer that pools to a given size."""

    main: ClassVar[str | None] = "size"

    size: PerAxis = Field(description="size of the output")

    def pooling(self, kind: PoolKind, shape: Shape) -> AdaptivePooling:
        """The pooling, resolved for a map of this shape.

        Raises:
            Fault: The size does not suit the number of axes.
        """
        return AdaptivePooling(kind, per_axis("size", self.size, spatial_rank(shape)))

"""What the global poolings have in common."""

from __future__ import annotations

from pydantic import Field

from cnncalc.ir.primitives import AdaptivePooling, PoolKind, Primitive, Reshape
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer, spatial_rank


class GlobalPool(Layer):
    """A layer that sums up the whole map in one value per channel."""

    keep_dims: bool = Field(False, description="whether the axes stay, with size 1")

    def pooling(self, kind: PoolKind, shape: Shape) -> tuple[Primitive, ...]:
        """A pooling to one cell, and the vector of its channels.

        Raises:
            InputRank: What arrives is a vector.
        """
        pooling = AdaptivePooling(kind, (1,) * spatial_rank(shape))
        return (pooling,) if self.keep_dims else (pooling, Reshape(shape[-1:]))

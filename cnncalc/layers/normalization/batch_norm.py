"""Batch normalisation."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Normalization, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer
from cnncalc.layers.fields import Epsilon


class BatchNorm(Layer):
    """Normalise every channel over the batch and the map, then scale and shift it.

    `y = gamma·(x - mean) / sqrt(variance + epsilon) + beta`. 2C parameters (gamma and beta), and
    beside them 2C running statistics that are not learned by gradient. At inference it folds into
    the layer before, so it costs 2 operations per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 8x8x16
        layers:
          - batch_norm
        ```

    Reference:
        Ioffe and Szegedy, Batch normalization, 2015 (arXiv 1502.03167). The default epsilon is
        Keras's; PyTorch has 1e-5.
    """

    op: ClassVar[str] = "batch_norm"
    keeps_shape: ClassVar[bool] = True

    epsilon: Epsilon = Field(1e-3, description="added to the variance")
    scale: bool = Field(True, description="whether there is a gamma")
    center: bool = Field(True, description="whether there is a beta")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One normalisation."""
        return (Normalization("batch", self.epsilon, self.scale, self.center),)

"""L2 normalisation."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Normalization, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer
from cnncalc.layers.fields import Epsilon


class L2Norm(Layer):
    """Divide the channels of every position by their Euclidean length.

    `y = x / max(sqrt(sum_c(x_c²)), epsilon)`. No parameters, as SSD's factor per channel is
    a `scale` after it; 3 operations per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 38x38x512
        layers:
          - l2_norm
          - scale
        ```

    Reference:
        Liu, Rabinovich and Berg, ParseNet, 2015 (arXiv 1506.04579), section 3.2; PyTorch,
        torch.nn.functional.normalize; Keras, UnitNormalization.
    """

    op: ClassVar[str] = "l2_norm"
    keeps_shape: ClassVar[bool] = True

    epsilon: Epsilon = Field(1e-12, description="smallest length to divide by")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One normalisation."""
        return (Normalization("l2", self.epsilon, scale=False, center=False),)

"""Instance normalisation."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Normalization, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer, spatial_rank
from cnncalc.layers.fields import Epsilon


class InstanceNorm(Layer):
    """Normalise every channel of every example over the map, then scale and shift it.

    `y = gamma·(x - mean) / sqrt(variance + epsilon) + beta`: group normalisation with one channel
    per group. 2C parameters; 5 operations per value.

    Shapes:
        H×W×C → H×W×C

    Example:
        PyTorch's `InstanceNorm2d` has no gamma and beta unless told.

        ```yaml
        input: 64x64x32
        layers:
          - instance_norm: {scale: false, center: false}
        ```

    Reference:
        Ulyanov, Vedaldi and Lempitsky, Instance normalization, 2016 (arXiv 1607.08022). Gamma and
        beta are there by default as in ONNX and in Keras's GroupNormalization(groups=-1).
    """

    op: ClassVar[str] = "instance_norm"
    keeps_shape: ClassVar[bool] = True

    epsilon: Epsilon = Field(1e-5, description="added to the variance")
    scale: bool = Field(True, description="whether there is a gamma")
    center: bool = Field(True, description="whether there is a beta")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One normalisation."""
        spatial_rank(inputs[0])
        return (Normalization("instance", self.epsilon, self.scale, self.center),)

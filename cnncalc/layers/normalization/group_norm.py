"""Group normalisation."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Normalization, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer
from cnncalc.layers.fields import Count, Epsilon


class GroupNorm(Layer):
    """Normalise every group of channels over the map, then scale and shift every channel.

    `y = gamma·(x - mean) / sqrt(variance + epsilon) + beta`, with mean and variance of the
    `C / groups` channels of a group; `groups` must divide the channels. 2C parameters; 5
    operations per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 56x56x64
        layers:
          - group_norm: 32
        ```

    Reference:
        Wu and He, Group normalization, 2018 (arXiv 1803.08494). The default epsilon is the
        paper's and PyTorch's; Keras has 1e-3.
    """

    op: ClassVar[str] = "group_norm"
    main: ClassVar[str | None] = "groups"
    keeps_shape: ClassVar[bool] = True

    groups: Count = Field(description="number of groups")
    epsilon: Epsilon = Field(1e-5, description="added to the variance")
    scale: bool = Field(True, description="whether there is a gamma")
    center: bool = Field(True, description="whether there is a beta")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One normalisation."""
        normalization = Normalization(
            "group", self.epsilon, self.scale, self.center, groups=self.groups
        )
        return (normalization,)

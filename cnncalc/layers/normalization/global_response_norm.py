"""Global response normalisation."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Normalization, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer, spatial_rank
from cnncalc.layers.fields import Epsilon


class GlobalResponseNorm(Layer):
    """Let the channels compete by their strength over the whole map.

    `y_c = gamma_c·x_c·g_c / (mean_k(g_k) + epsilon) + beta_c + x_c` with the Euclidean length over
    the map `g_c = sqrt(sum(x_c²))`. 2C parameters; 5 operations per value.

    Shapes:
        H×W×C → H×W×C

    Example:
        ```yaml
        input: 56x56x384
        layers:
          - global_response_norm
        ```

    Reference:
        Woo et al., ConvNeXt V2, 2023 (arXiv 2301.00808), section 3.
    """

    op: ClassVar[str] = "global_response_norm"
    keeps_shape: ClassVar[bool] = True

    epsilon: Epsilon = Field(1e-6, description="added to the mean length")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One normalisation."""
        spatial_rank(inputs[0])
        return (Normalization("response", self.epsilon),)

"""The rectified linear unit with a trainable slope."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Activation, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.activation._activation import ActivationLayer


class Prelu(ActivationLayer):
    """Negative values are multiplied by a slope that is learned: `max(x, 0) + a·min(x, 0)`.

    There is one slope per channel, as in the paper, or with `shared: true` one for all of them, as
    in PyTorch unless `num_parameters` says otherwise. Keras's PReLU has these with `shared_axes`
    over the map, or over the channels too. C parameters, or 1; 1 operation per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 8x8x4
        layers:
          - prelu
        ```

    Reference:
        He et al., Delving deep into rectifiers, 2015 (arXiv 1502.01852), section 2.1.
    """

    op: ClassVar[str] = "prelu"

    shared: bool = Field(False, description="whether all channels have one slope")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One activation, with its variant."""
        return (Activation(self.op, variant="shared" if self.shared else None),)

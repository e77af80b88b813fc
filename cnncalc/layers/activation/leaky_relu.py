"""The leaky rectified linear unit."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Activation, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.activation._activation import ActivationLayer
from cnncalc.layers.fields import Number


class LeakyRelu(ActivationLayer):
    """Negative values are multiplied by a small slope: `max(x, 0) + slope·min(x, 0)`.

    No parameters; 1 operation per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 8x8x4
        layers:
          - leaky_relu: 0.1
        ```

    Reference:
        Maas, Hannun and Ng, Rectifier nonlinearities improve neural network acoustic models, 2013.
        The default slope is that of PyTorch and ONNX; Keras's layer has 0.3, its function 0.2.
    """

    op: ClassVar[str] = "leaky_relu"
    main: ClassVar[str | None] = "slope"

    slope: Number = Field(0.01, description="factor of negative values")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One activation, with its slope."""
        return (Activation(self.op, self.slope),)

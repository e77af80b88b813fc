"""The Gaussian error linear unit."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Activation, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.activation._activation import ActivationLayer


class Gelu(ActivationLayer):
    """Weigh every value by the normal distribution's share below it: `x·Phi(x)`.

    Exactly `x/2·(1 + erf(x/sqrt(2)))`; with `approximate: true`
    `x/2·(1 + tanh(sqrt(2/pi)·(x + 0.044715·x³)))`, which gives slightly other numbers. No
    parameters; 1 operation per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 8x8x4
        layers:
          - gelu: {approximate: true}
        ```

    Reference:
        Hendrycks and Gimpel, Gaussian error linear units, 2016 (arXiv 1606.08415). Exact by
        default, as in Keras and PyTorch.
    """

    op: ClassVar[str] = "gelu"
    main: ClassVar[str | None] = "approximate"

    approximate: bool = Field(False, description="whether to use the tanh approximation")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One activation; the approximation is its variant `tanh`."""
        return (Activation(self.op, variant="tanh" if self.approximate else None),)

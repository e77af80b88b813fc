"""The piecewise linear logistic function."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from cnncalc.ir.primitives import Activation, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.activation._activation import ActivationLayer


class HardSigmoid(ActivationLayer):
    """A straight line from 0 to 1: `min(max(x/6 + 1/2, 0), 1)`.

    With `variant: keras2` the line is `0.2·x + 0.5`, as in Keras 2 and by default in ONNX. No
    parameters; 1 operation per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 8x8x4
        layers:
          - hard_sigmoid: {variant: keras2}
        ```

    Reference:
        PyTorch, torch.nn.Hardsigmoid; Keras 3, keras.activations.hard_sigmoid; ONNX, HardSigmoid.
    """

    op: ClassVar[str] = "hard_sigmoid"
    main: ClassVar[str | None] = "variant"

    variant: Literal["keras2"] | None = Field(None, description="`keras2` for its other slope")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One activation, with its variant."""
        return (Activation(self.op, variant=self.variant),)

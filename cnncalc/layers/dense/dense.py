"""The fully connected layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Dense as DensePrimitive
from cnncalc.ir.primitives import Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.activations import ActivationField, activate
from cnncalc.layers.base import Layer
from cnncalc.layers.fields import Count, is_count
from cnncalc.layers.weights import GivenWeights, Scale, check_weights


class Dense(Layer):
    """Connect every feature to every unit: `y = xW + b` along the last axis.

    `C_in·units` weights and as many multiply-accumulates per position, and `units` biases. On a
    map it acts on every cell alone, like a 1×1 convolution.

    Shapes:
        …×C_in → …×units

    Example:
        ```yaml
        input: 1024
        layers:
          - dense: 10
        ```

    Reference:
        Keras, Dense; PyTorch, torch.nn.Linear.
    """

    op: ClassVar[str] = "dense"
    main: ClassVar[str | None] = "units"

    units: Count = Field(description="number of units, the output features")
    bias: bool = Field(True, description="whether every unit has a bias")
    activation: ActivationField = Field(None, description="activation applied to the result")
    weights: GivenWeights | None = Field(None, description="the matrix itself, as nested lists")
    weights_scale: Scale | None = Field(None, description="a factor for `weights`, such as 1/5")

    @classmethod
    def outline(cls, shape: Shape, arguments: Mapping[str, object]) -> Shape | None:
        """Everything but perhaps the features."""
        units = arguments.get("units")
        return (*shape[:-1], units if isinstance(units, int) and is_count(units) else None)

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """A matrix product, then its activation."""
        check_weights(self.weights, (), inputs[0], 1, self.units)
        return (DensePrimitive(self.units, self.bias), *activate(self.activation))

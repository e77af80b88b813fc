"""What all activation functions have in common."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.ir.primitives import Activation, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer


class ActivationLayer(Layer):
    """A layer that applies the function of the op's name to every value."""

    keeps_shape: ClassVar[bool] = True

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One activation."""
        return (Activation(self.op),)

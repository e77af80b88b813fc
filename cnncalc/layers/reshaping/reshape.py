"""Reshaping."""

from __future__ import annotations

from math import prod
from typing import ClassVar

from pydantic import Field

from cnncalc.ir.faults import ElementCount
from cnncalc.ir.primitives import Primitive
from cnncalc.ir.primitives import Reshape as ReshapePrimitive
from cnncalc.ir.shapes import Shape, Size, n_elements
from cnncalc.layers.base import Layer
from cnncalc.layers.fields import TargetShape


class Reshape(Layer):
    """Read the same values, in the same order, as another shape.

    One size may be -1: it is what the others leave, `-1 = n / ∏others`. The last axis varies
    fastest and holds the channels. No parameters, no operations.

    Shapes:
        any → shape

    Example:
        ```yaml
        input: 100
        layers:
          - dense: 12544
          - reshape: [7, 7, -1]
        ```

    Reference:
        Keras, Reshape; PyTorch, torch.reshape.
    """

    op: ClassVar[str] = "reshape"
    main: ClassVar[str | None] = "shape"

    shape: TargetShape = Field(description="the new shape; one size may be -1, the rest")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One reshape, its sizes all resolved if those that arrive are known."""
        return (ReshapePrimitive(self._resolve(inputs[0])),)

    def _resolve(self, before: Shape) -> Shape:
        if -1 not in self.shape:
            return self.shape
        n, others = n_elements(before), prod(size for size in self.shape if size != -1)
        rest: Size = None if n is None else n // others
        target = tuple(rest if size == -1 else size for size in self.shape)
        if n is not None and n % others:
            fault = ElementCount(before, tuple(None if size == -1 else size for size in self.shape))
            fault.shape = fault.after
            raise fault
        return target

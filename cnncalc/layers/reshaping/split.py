"""Splitting."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from cnncalc.ir.faults import BadValue, Indivisible
from cnncalc.ir.primitives import Primitive, Slice
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer, all_sizes, axis_index
from cnncalc.layers.fields import Count, Index


class Split(Layer):
    """Cut one axis into equal parts and keep one of them.

    `y_i = x_[take·C/parts + i]`; `parts` must divide the axis. The other parts are further
    `split` layers with the same `from`. No parameters, no operations.

    Shapes:
        H×W×C → H×W×(C/parts)

    Example:
        ```yaml
        input: 28x28x116
        layers:
          - split: {parts: 2, take: 1}
        ```

    Reference:
        PyTorch, torch.chunk; ONNX, Split.
    """

    op: ClassVar[str] = "split"
    main: ClassVar[str | None] = "parts"

    parts: Count = Field(description="number of parts")
    take: Index = Field(0, description="which part is kept, from 0")
    axis: int | Literal["channels"] = Field("channels", description="axis to cut, from 0")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One slice."""
        (shape,) = inputs
        if self.take >= self.parts:
            message = f"part {self.take} does not exist: parts are numbered 0 to {self.parts - 1}"
            raise BadValue("take", message)
        axis = axis_index("axis", self.axis, shape)
        (size,) = all_sizes(shape[axis : axis + 1])
        if size % self.parts:
            what = "channels" if axis == len(shape) - 1 else "cells of the axis"
            raise Indivisible("parts", self.parts, what, size)
        part = size // self.parts
        return (Slice(axis, self.take * part, (self.take + 1) * part),)

"""Slicing."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from cnncalc.ir.faults import BadValue
from cnncalc.ir.primitives import Primitive
from cnncalc.ir.primitives import Slice as SlicePrimitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer, all_sizes, axis_index
from cnncalc.layers.fields import Count, Index


class Slice(Layer):
    """Keep the cells from `start` up to, but without, `stop` of one axis.

    `y_i = x_[start + i]`. No parameters, no operations.

    Shapes:
        H×W×C → H×W×(stop - start)

    Example:
        ```yaml
        input: 28x28x64
        layers:
          - slice: {start: 16, stop: 48}
        ```

    Reference:
        NumPy, indexing on ndarrays; ONNX, Slice.
    """

    op: ClassVar[str] = "slice"

    axis: int | Literal["channels"] = Field("channels", description="axis to cut, from 0")
    start: Index = Field(0, description="first cell that is kept")
    stop: Count | None = Field(None, description="first cell after it that is not; default: none")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One slice."""
        (shape,) = inputs
        axis = axis_index("axis", self.axis, shape)
        stop = self.stop
        if stop is None:
            (stop,) = all_sizes(shape[axis : axis + 1])
        if self.start >= stop:
            raise BadValue("start", f"start {self.start} leaves nothing: the slice ends at {stop}")
        return (SlicePrimitive(axis, self.start, stop),)

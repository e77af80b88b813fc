"""Space to depth."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Primitive
from cnncalc.ir.primitives import SpaceToDepth as SpaceToDepthPrimitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer
from cnncalc.layers.fields import Count


class SpaceToDepth(Layer):
    """Put the cells of every block of `factor × factor` behind one another as channels.

    Row i and column j of a block become channels `(i·factor + j)·C + c`, TensorFlow's and ONNX's
    order; `factor` must divide every axis. No parameters, no operations.

    Shapes:
        H×W×C → (H/factor)×(W/factor)×(C·factor²)

    Example:
        ```yaml
        input: 416x416x3
        layers:
          - space_to_depth: 2
        ```

    Reference:
        TensorFlow, tf.nn.space_to_depth; ONNX, SpaceToDepth. PyTorch's PixelUnshuffle has the
        channels in another order.
    """

    op: ClassVar[str] = "space_to_depth"
    main: ClassVar[str | None] = "factor"

    factor: Count = Field(description="cells of a block along every axis")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One rearrangement."""
        return (SpaceToDepthPrimitive(self.factor),)

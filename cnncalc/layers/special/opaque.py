"""A layer that no op covers."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Opaque as OpaquePrimitive
from cnncalc.ir.primitives import Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer
from cnncalc.layers.fields import GivenShape, Index


class Opaque(Layer):
    """Declare what no op covers: the shape that comes out, and what it costs where that is known.

    `params` parameters and `macs` multiply-accumulates are added to the totals as they stand. A
    figure left out makes the totals *partial*; a receptive field through it is *unavailable*.

    Shapes:
        any → output

    Example:
        ```yaml
        input: 224x224x3
        layers:
          - opaque: {output: 7x7x512, params: 1200, macs: 3400}
          - global_avg_pool
          - dense: 10
        ```

    Reference:
        The language reference, on the rest of the document.
    """

    op: ClassVar[str] = "opaque"
    needs_input_shape: ClassVar[bool] = False

    output: GivenShape = Field(description="shape of what comes out")
    params: Index | None = Field(None, description="number of parameters, where it is known")
    macs: Index | None = Field(None, description="multiply-accumulates, where they are known")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One opaque layer."""
        return (OpaquePrimitive(self.output, self.params, self.macs),)

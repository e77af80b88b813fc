"""A layer that no op covers."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.faults import UnknownInput
from cnncalc.ir.primitives import Opaque as OpaquePrimitive
from cnncalc.ir.primitives import Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer
from cnncalc.layers.fields import GivenShape, Index
from cnncalc.layers.merging._merging import Paths


class Opaque(Layer):
    """Declare what no op covers: the shape that comes out, and what it costs where that is known.

    `params` parameters and `macs` multiply-accumulates are added to the totals as they stand. A
    figure left out makes the totals *partial*; a receptive field through it is *unavailable*, and
    without `output` so is the shape of all that follows. `kind` says what the layer is in the model
    that it was imported from. Several inputs are given as `paths`, as to a merge.

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
    path_fields: ClassVar[tuple[str, ...]] = ("paths",)
    needs_paths: ClassVar[bool] = False

    output: GivenShape | None = Field(None, description="shape of what comes out, where known")
    params: Index | None = Field(None, description="number of parameters, where it is known")
    macs: Index | None = Field(None, description="multiply-accumulates, where they are known")
    kind: str | None = Field(None, description="what it is in the model it was imported from")
    paths: Paths = Field((), description="what enters it, if that is more than one thing")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One opaque layer."""
        if self.output is None:
            raise UnknownInput
        return (OpaquePrimitive(self.output, self.params, self.macs),)

"""Maxout."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import Maxout as MaxoutPrimitive
from cnncalc.ir.primitives import Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer
from cnncalc.layers.fields import Count


class Maxout(Layer):
    """Keep the largest of every `pieces` neighbouring channels.

    `y_c = max(x_[c·pieces], …, x_[c·pieces + pieces - 1])`; `pieces` must divide the channels. No
    parameters of its own, but the layer before needs `pieces` times as many filters; `pieces - 1`
    comparisons per output value.

    Shapes:
        …×C → …×C/pieces

    Example:
        ```yaml
        input: 8x8x16
        layers:
          - conv: {filters: 64, kernel: 3, padding: same}
          - maxout: 2
        ```

    Reference:
        Goodfellow et al., Maxout networks, 2013 (arXiv 1302.4389), section 3.
    """

    op: ClassVar[str] = "maxout"
    main: ClassVar[str | None] = "pieces"

    pieces: Count = Field(description="channels that compete for one output channel")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One maxout."""
        return (MaxoutPrimitive(self.pieces),)

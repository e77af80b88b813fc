"""Pixel shuffling."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import DepthToSpace, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer
from cnncalc.layers.fields import Count


class PixelShuffle(Layer):
    """Lay `factor²` channels out as a block of cells: channels become resolution.

    Input channel `c·factor² + i·factor + j` goes to row i and column j of the block in output
    channel c, PyTorch's order; `factor²` (`factor` in 1-D, `factor³` in 3-D) must divide the
    channels. No parameters, no operations.

    Shapes:
        H×W×C → (H·factor)×(W·factor)×(C/factor²)

    Example:
        ```yaml
        input: 32x32x64
        layers:
          - conv: {filters: 12, kernel: 3, padding: same}
          - pixel_shuffle: 2
        ```

    Reference:
        Shi et al., Real-time single image and video super-resolution using an efficient sub-pixel
        convolutional neural network, 2016 (arXiv 1609.05158); PyTorch, torch.nn.PixelShuffle;
        ONNX, DepthToSpace in mode CRD.
    """

    op: ClassVar[str] = "pixel_shuffle"
    main: ClassVar[str | None] = "factor"

    factor: Count = Field(description="how many cells a cell becomes along every axis")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One rearrangement."""
        return (DepthToSpace(self.factor),)

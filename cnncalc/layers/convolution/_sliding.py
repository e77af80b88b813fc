"""What all convolutions have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import Field

from cnncalc.ir.shapes import Pair, Shape, Sizes
from cnncalc.layers.activations import ActivationField
from cnncalc.layers.base import Layer, spatial_rank
from cnncalc.layers.fields import Padding, PerAxis, is_count, per_axis, resolve_padding
from cnncalc.layers.weights import GivenWeights, Scale


class Geometry(NamedTuple):
    """Kernel, stride, dilation and padding, one entry per spatial axis."""

    kernel: Sizes
    stride: Sizes
    dilation: Sizes
    padding: tuple[Pair, ...]


class Sliding(Layer):
    """A layer that slides a kernel with weights over the map."""

    kernel: PerAxis = Field(description="size of the window")
    stride: PerAxis = Field(1, description="step of the window")
    padding: Padding = Field("valid", description="cells added around the map")
    dilation: PerAxis = Field(1, description="distance between the window's cells")
    bias: bool = Field(True, description="whether every filter has a bias")
    activation: ActivationField = Field(None, description="activation applied to the result")

    @classmethod
    def outline(cls, shape: Shape, arguments: Mapping[str, object]) -> Shape | None:
        """A map of as many axes, with the channels that the filters give."""
        filters = arguments.get("filters")
        channels = filters if isinstance(filters, int) and is_count(filters) else None
        return (*(None,) * (len(shape) - 1), channels)

    def geometry(self, shape: Shape) -> Geometry:
        """The window, resolved for a map of this shape.

        Raises:
            Fault: The arguments do not suit the number of axes.
        """
        rank = spatial_rank(shape)
        kernel = per_axis("kernel", self.kernel, rank)
        stride = per_axis("stride", self.stride, rank)
        dilation = per_axis("dilation", self.dilation, rank)
        padding = resolve_padding(self.padding, shape, kernel, stride, dilation)
        return Geometry(kernel, stride, dilation, padding)


class OneKernel(Sliding):
    """A layer that slides a single kernel, which may be written out in the spec."""

    weights: GivenWeights | None = Field(None, description="the kernel itself, as nested lists")
    weights_scale: Scale | None = Field(None, description="a factor for `weights`, such as 1/5")

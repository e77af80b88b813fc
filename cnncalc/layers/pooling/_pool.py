"""What max and average pooling have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from cnncalc.ir.primitives import Pooling, PoolKind
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer, spatial_rank
from cnncalc.layers.fields import JsonSchema, Padding, PerAxis, per_axis, resolve_padding


def _parse_rounding(value: object) -> str:
    if value in ("floor", "ceil"):
        return str(value)
    if isinstance(value, bool):  # PyTorch's ceil_mode
        return "ceil" if value else "floor"
    raise PydanticCustomError("allowed", "{allowed}", {"allowed": "floor or ceil"})


Rounding: TypeAlias = Annotated[
    Literal["floor", "ceil"],
    PlainValidator(_parse_rounding),
    JsonSchema({"enum": ["floor", "ceil"]}),
]


class Pool(Layer):
    """A layer that sums up windows of the map, channel by channel."""

    main: ClassVar[str | None] = "size"

    size: PerAxis = Field(description="size of the window")
    stride: PerAxis | None = Field(None, description="step of the window; default: its size")
    padding: Padding = Field("valid", description="cells around the map that windows may cover")
    rounding: Rounding = Field("floor", description="what becomes of a window that fits in part")

    @classmethod
    def outline(cls, shape: Shape, arguments: Mapping[str, object]) -> Shape | None:
        """A map of as many axes and channels."""
        return (*(None,) * (len(shape) - 1), shape[-1])

    def pooling(
        self,
        kind: PoolKind,
        shape: Shape,
        dilation: int | tuple[int, ...] = 1,
        *,
        count_padding: bool = False,
    ) -> Pooling:
        """The pooling, resolved for a map of this shape.

        Raises:
            Fault: The arguments do not suit the number of axes.
        """
        rank = spatial_rank(shape)
        size = per_axis("size", self.size, rank)
        stride = size if self.stride is None else per_axis("stride", self.stride, rank)
        dilations = per_axis("dilation", dilation, rank)
        padding = resolve_padding(self.padding, shape, size, stride, dilations)
        ceil = self.rounding == "ceil"
        return Pooling(kind, size, stride, dilations, padding, ceil, count_padding)

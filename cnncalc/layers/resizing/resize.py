"""Resizing."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, ClassVar, Literal, Self, TypeAlias

from pydantic import Field, PlainValidator, model_validator
from pydantic_core import PydanticCustomError

from cnncalc.ir.faults import BadValue, EmptyOutput
from cnncalc.ir.primitives import Primitive
from cnncalc.ir.primitives import Resize as ResizePrimitive
from cnncalc.ir.shapes import LARGEST, Shape, Size
from cnncalc.layers.base import Layer, spatial_rank
from cnncalc.layers.fields import JsonSchema, PerAxis, per_axis

_DENOMINATOR = 10**9  # so that 0.1 is a tenth, and 0.6666666666666666 two thirds


def _is_factor(value: object) -> bool:
    # the bound refuses nan and infinity too
    return type(value) in (int, float) and 0 < value <= LARGEST  # type: ignore[operator]


def _parse_factor(value: object) -> object:
    if _is_factor(value):
        return value
    if isinstance(value, (list, tuple)) and 0 < len(value) <= 3 and all(map(_is_factor, value)):
        return tuple(value)
    allowed = "a number above 0, or one per axis such as [1, 2]"
    raise PydanticCustomError("allowed", "{allowed}", {"allowed": allowed})


_NUMBER = {"type": "number", "exclusiveMinimum": 0, "maximum": LARGEST}
_LIST = {"type": "array", "items": _NUMBER, "minItems": 1, "maxItems": 3}

Factor: TypeAlias = Annotated[
    float | tuple[float, ...],
    PlainValidator(_parse_factor),
    JsonSchema({"anyOf": [_NUMBER, _LIST]}),
]


class Resize(Layer):
    """Sample the map at another size: the nearest cell, or linear interpolation along every axis.

    `O = floor(W·factor)`, or the given size. Output cell u takes the nearest cell `floor(u·W/O)`;
    for `bilinear` its centre lies at `(u + 1/2)·W/O - 1/2` of the input, with `align_corners` at
    `u·(W - 1)/(O - 1)`. No parameters; `nearest` moves data only, `bilinear` costs 7 operations
    per value.

    Shapes:
        H×W×C → O_h×O_w×C

    Example:
        ```yaml
        input: 14x14x512
        layers:
          - resize: {factor: 2, mode: bilinear}
        ```

    Reference:
        PyTorch, torch.nn.Upsample; Keras, UpSampling2D and Resizing.
    """

    op: ClassVar[str] = "resize"
    main: ClassVar[str | None] = "factor"

    factor: Factor | None = Field(None, description="output over input size; decimals are allowed")
    size: PerAxis | None = Field(None, description="size of the output, instead of a factor")
    mode: Literal["nearest", "bilinear"] = Field("nearest", description="what a new cell holds")
    align_corners: bool = Field(False, description="bilinear: whether the corner cells stay put")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.factor is None) == (self.size is None):
            raise ValueError("give either factor or size")
        if self.align_corners and self.mode != "bilinear":
            raise ValueError("align_corners is for mode: bilinear")
        return self

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One resizing, to a size."""
        (shape,) = inputs
        rank = spatial_rank(shape)
        if self.size is not None:
            size: Shape = per_axis("size", self.size, rank)
            return (ResizePrimitive(size, self.mode, self.align_corners, by_factor=False),)
        factors = self.factor if isinstance(self.factor, tuple) else (self.factor or 1,) * rank
        if len(factors) != rank:
            message = f"factor has {len(factors)} entries, but what arrives has {rank} spatial axes"
            raise BadValue("factor", message)
        size = tuple(map(_scaled, shape, factors))
        for axis, cells in enumerate(size):
            if cells == 0:
                raise EmptyOutput(axis, rank, cells)
        return (ResizePrimitive(size, self.mode, self.align_corners),)


def _scaled(size: Size, factor: float) -> Size:
    """`floor(size·factor)`, with the factor as it is written and not its binary neighbour."""
    if size is None:
        return None
    return int(size * Fraction(repr(factor)).limit_denominator(_DENOMINATOR))

"""Permutation of axes."""

from __future__ import annotations

from typing import Annotated, ClassVar, TypeAlias

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from cnncalc.ir.primitives import Permute as PermutePrimitive
from cnncalc.ir.primitives import Primitive
from cnncalc.ir.shapes import Shape, Sizes
from cnncalc.layers.base import Layer
from cnncalc.layers.fields import JsonSchema, is_count


def _parse_order(value: object) -> object:
    if isinstance(value, (list, tuple)) and value and all(is_count(axis, 0) for axis in value):
        if sorted(value) == list(range(len(value))):
            return tuple(value)
    allowed = "every axis from 0 once, such as [2, 0, 1]"
    raise PydanticCustomError("allowed", "{allowed}", {"allowed": allowed})


_ITEM = {"type": "integer", "minimum": 0}

Order: TypeAlias = Annotated[
    Sizes,
    PlainValidator(_parse_order),
    JsonSchema({"type": "array", "items": _ITEM, "uniqueItems": True, "minItems": 1}),
]


class Permute(Layer):
    """Put the axes into another order: axis i of the result is axis `order[i]` of the input.

    Axes count from 0, without the batch (Keras's Permute counts them from 1), and whichever comes
    last holds the channels then. No parameters, no operations.

    Shapes:
        n_0×n_1×n_2 → n_order[0]×n_order[1]×n_order[2]

    Example:
        ```yaml
        input: 32x48x3
        layers:
          - permute: [2, 0, 1]
        ```

    Reference:
        Keras, Permute; NumPy, numpy.transpose.
    """

    op: ClassVar[str] = "permute"
    main: ClassVar[str | None] = "order"

    order: Order = Field(description="the axes, from 0, in their new order")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One permutation."""
        return (PermutePrimitive(self.order),)

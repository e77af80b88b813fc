"""A fixed factor and offset."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from cnncalc.ir.faults import BadValue
from cnncalc.ir.primitives import Primitive
from cnncalc.ir.primitives import Rescale as RescalePrimitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer
from cnncalc.layers.fields import JsonSchema
from cnncalc.layers.weights import parse_scale


def _parse_numbers(value: object) -> object:
    try:
        if isinstance(value, (list, tuple)) and value:
            return tuple(map(parse_scale, value))
        return parse_scale(value)
    except PydanticCustomError:
        allowed = "a number, a ratio like 1/255, or a list with one per channel"
        raise PydanticCustomError("allowed", "{allowed}", {"allowed": allowed}) from None


_NUMBER: dict[str, Any] = {"type": ["number", "string"]}

PerChannel: TypeAlias = Annotated[
    float | str | tuple[float | str, ...],
    PlainValidator(_parse_numbers),
    JsonSchema({"anyOf": [_NUMBER, {"type": "array", "items": _NUMBER, "minItems": 1}]}),
]


class Rescale(Layer):
    """Multiply by a fixed factor and add a fixed offset, both perhaps per channel.

    `y_c = scale_c·x_c + offset_c`. Nothing is trained: no parameters, no statistics. 1
    operation per value, 2 with an offset.

    Shapes:
        any → the same

    Example:
        Bytes become numbers from 0 to 1.

        ```yaml
        input: 224x224x3
        layers:
          - rescale: {scale: 1/255}
        ```

    Reference:
        Keras, Rescaling.
    """

    op: ClassVar[str] = "rescale"
    keeps_shape: ClassVar[bool] = True

    scale: PerChannel = Field(1.0, description="factor, or one per channel")
    offset: PerChannel = Field(0.0, description="what is added, or one per channel")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One rescaling."""
        channels = inputs[0][-1]
        scale = _resolve("scale", self.scale, channels)
        return (RescalePrimitive(scale, _resolve("offset", self.offset, channels)),)


def _resolve(field: str, value: object, channels: int | None) -> tuple[float, ...]:
    if not isinstance(value, tuple):
        return (value,)  # type: ignore[return-value]
    if channels not in (None, len(value)):
        message = f"{field} has {len(value)} entries, but {channels} channels arrive"
        raise BadValue(field, message)
    return value

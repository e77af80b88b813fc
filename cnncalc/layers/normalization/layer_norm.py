"""Layer normalisation."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from cnncalc.ir.faults import BadValue
from cnncalc.ir.primitives import Normalization, Primitive
from cnncalc.ir.shapes import Shape, Sizes
from cnncalc.layers.base import Layer, axis_index
from cnncalc.layers.fields import Epsilon, JsonSchema


def _parse_axes(value: object) -> object:
    if value in ("channels", "all"):
        return value
    if isinstance(value, (list, tuple)) and value and all(type(item) is int for item in value):
        return tuple(value)
    raise PydanticCustomError(
        "allowed", "{allowed}", {"allowed": "channels, all, or a list of axes from 0"}
    )


_LIST = {"type": "array", "items": {"type": "integer"}, "minItems": 1}

Axes: TypeAlias = Annotated[
    Literal["channels", "all"] | tuple[int, ...],
    PlainValidator(_parse_axes),
    JsonSchema({"anyOf": [{"enum": ["channels", "all"]}, _LIST]}),
]


class LayerNorm(Layer):
    """Normalise every example over some of its axes, then scale and shift it.

    `y = gamma·(x - mean) / sqrt(variance + epsilon) + beta`. Over the channels, as in ConvNeXt,
    every position is normalised by itself, with 2C parameters; over all axes there are a gamma
    and a beta for every value, 2·H·W·C. 5 operations per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 56x56x96
        layers:
          - layer_norm
        ```

    Reference:
        Ba, Kiros and Hinton, Layer normalization, 2016 (arXiv 1607.06450). The default epsilon is
        ConvNeXt's; PyTorch has 1e-5, Keras 1e-3.
    """

    op: ClassVar[str] = "layer_norm"
    keeps_shape: ClassVar[bool] = True

    axes: Axes = Field("channels", description="axes to normalise over: channels, all, or a list")
    epsilon: Epsilon = Field(1e-6, description="added to the variance")
    scale: bool = Field(True, description="whether there is a gamma")
    center: bool = Field(True, description="whether there is a beta")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One normalisation."""
        axes = self._resolve(inputs[0])
        return (Normalization("layer", self.epsilon, self.scale, self.center, axes),)

    def _resolve(self, shape: Shape) -> Sizes:
        if self.axes == "all":
            return tuple(range(len(shape)))
        given = ("channels",) if isinstance(self.axes, str) else self.axes
        axes = sorted({axis_index("axes", axis, shape) for axis in given})
        if len(axes) < len(given):
            raise BadValue("axes", f"axes {list(given)} name an axis twice")
        return tuple(axes)

"""Types of the arguments that a person writes, and how they resolve against what arrives."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from cnncalc.ir.faults import BadValue, UnknownInput
from cnncalc.ir.shapes import LARGEST, Pair, Shape, Sizes
from cnncalc.ir.windows import same_padding

_MOST_AXES = 8
_BY_X = re.compile(r"[0-9]{1,16}(x[0-9]{1,16})+")


def _invalid(allowed: str, value: object) -> PydanticCustomError:
    return PydanticCustomError("allowed", "{allowed}", {"allowed": allowed, "value": value})


def is_count(value: object, least: int = 1) -> bool:
    """Whether `value` is an integer (a bool is none) from `least` up to the largest allowed."""
    return type(value) is int and least <= value <= LARGEST


def _sizes(least: int, allowed: str) -> Callable[[object], object]:
    def parse(value: object) -> object:
        if is_count(value, least):
            return value
        if isinstance(value, str) and _BY_X.fullmatch(value):
            value = [int(part) for part in value.split("x")]
        if isinstance(value, (list, tuple)) and 0 < len(value) <= 3:
            if all(is_count(item, least) for item in value):
                return tuple(value)
        raise _invalid(allowed, value)

    return parse


def _pair(value: object) -> object:
    if is_count(value, 0):
        return value
    if isinstance(value, (list, tuple)) and len(value) == 2:
        if all(is_count(item, 0) for item in value):
            return tuple(value)
    return None


_AMOUNT = "an integer from 0, one per axis, or a [begin, end] pair per axis"


def _amount(value: object) -> object:
    if is_count(value, 0):
        return value
    if isinstance(value, (list, tuple)) and 0 < len(value) <= 3:
        entries = tuple(_pair(item) for item in value)
        if None not in entries and len({type(entry) for entry in entries}) == 1:
            return entries
    raise _invalid(_AMOUNT, value)


def _padding(value: object) -> object:
    if value in ("valid", "same", "causal"):
        return value
    try:
        return _amount(value)
    except PydanticCustomError:
        raise _invalid(f"valid, same, causal, {_AMOUNT}", value) from None


def _shape(allowed: str, *, rest: bool) -> Callable[[object], object]:
    def parse(value: object) -> object:
        if isinstance(value, str) and _BY_X.fullmatch(value):
            value = [int(part) for part in value.split("x")]
        if type(value) is int:
            value = [value]
        if isinstance(value, (list, tuple)) and 0 < len(value) <= _MOST_AXES:
            counts = sum(is_count(item) for item in value)
            rests = sum(type(item) is int and item == -1 for item in value) if rest else 0
            if rests <= 1 and counts + rests == len(value):
                return tuple(value)
        raise _invalid(allowed, value)

    return parse


def _integer_schema(least: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": LARGEST}


def _sizes_schema(least: int) -> dict[str, Any]:
    array = {"type": "array", "items": _integer_schema(least), "minItems": 1, "maxItems": 3}
    text = {"type": "string", "pattern": f"^{_BY_X.pattern}$"}
    return {"anyOf": [_integer_schema(least), array, text]}


def _amount_schema() -> dict[str, Any]:
    pair = {"type": "array", "items": _integer_schema(0), "minItems": 2, "maxItems": 2}
    entries = {"anyOf": [_integer_schema(0), pair]}
    array = {"type": "array", "items": entries, "minItems": 1, "maxItems": 3}
    return {"anyOf": [_integer_schema(0), array]}


def _shape_schema(*, rest: bool) -> dict[str, Any]:
    size = {"anyOf": [_integer_schema(1), {"const": -1}]} if rest else _integer_schema(1)
    array = {"type": "array", "items": size, "minItems": 1, "maxItems": _MOST_AXES}
    return {"anyOf": [size, array, {"type": "string", "pattern": f"^{_BY_X.pattern}$"}]}


class JsonSchema:
    """Replaces the JSON schema of a type whose validator takes more than the type says."""

    __slots__ = ("schema",)

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Any]:
        """Give the replacement; the validator's own schema is not asked."""
        return dict(self.schema)


Count: TypeAlias = Annotated[int, Field(ge=1, le=LARGEST)]
Index: TypeAlias = Annotated[int, Field(ge=0, le=LARGEST)]
Rate: TypeAlias = Annotated[float, Field(ge=0, lt=1)]
Epsilon: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Number: TypeAlias = Annotated[float, Field(ge=-LARGEST, le=LARGEST, allow_inf_nan=False)]
Positive: TypeAlias = Annotated[float, Field(gt=0, le=LARGEST, allow_inf_nan=False)]

_SIZES = "an integer from 1, one per axis such as [1, 7], or 1x7"
PerAxis: TypeAlias = Annotated[
    int | tuple[int, ...], PlainValidator(_sizes(1, _SIZES)), JsonSchema(_sizes_schema(1))
]
PerAxisFromZero: TypeAlias = Annotated[
    int | tuple[int, ...],
    PlainValidator(_sizes(0, "an integer from 0, or one per axis")),
    JsonSchema(_sizes_schema(0)),
]
Amount: TypeAlias = Annotated[
    int | tuple[int, ...] | tuple[Pair, ...], PlainValidator(_amount), JsonSchema(_amount_schema())
]
Padding: TypeAlias = Annotated[
    Literal["valid", "same", "causal"] | int | tuple[int, ...] | tuple[Pair, ...],
    PlainValidator(_padding),
    JsonSchema({"anyOf": [{"enum": ["valid", "same", "causal"]}, *_amount_schema()["anyOf"]]}),
]

_SHAPE = "a shape such as 7x7x512 or [7, 7, 512]"
GivenShape: TypeAlias = Annotated[
    Sizes, PlainValidator(_shape(_SHAPE, rest=False)), JsonSchema(_shape_schema(rest=False))
]
TargetShape: TypeAlias = Annotated[
    Sizes,
    PlainValidator(_shape(f"{_SHAPE}, with at most one -1", rest=True)),
    JsonSchema(_shape_schema(rest=True)),
]


def per_axis(field: str, value: int | tuple[int, ...], rank: int) -> Sizes:
    """One number per spatial axis; a single one holds for all.

    Raises:
        BadValue: There are more or fewer numbers than axes.
    """
    if isinstance(value, int):
        return (value,) * rank
    if len(value) != rank:
        raise BadValue(field, _count_message(field, len(value), rank))
    return value


def _count_message(field: str, received: int, rank: int) -> str:
    axes = "1 spatial axis" if rank == 1 else f"{rank} spatial axes"
    return f"{field} has {received} entries, but what arrives has {axes}"


def amount_per_axis(
    field: str, value: int | tuple[int, ...] | tuple[Pair, ...], rank: int
) -> tuple[Pair, ...]:
    """A (begin, end) pair per spatial axis from any of the forms of a padding in numbers.

    Raises:
        BadValue: There are more or fewer entries than axes.
    """
    if isinstance(value, int):
        return ((value, value),) * rank
    if len(value) != rank:
        raise BadValue(field, _count_message(field, len(value), rank))
    return tuple((item, item) if isinstance(item, int) else item for item in value)


def resolve_padding(
    padding: str | int | tuple[int, ...] | tuple[Pair, ...],
    shape: Shape,
    kernel: Sizes,
    stride: Sizes,
    dilation: Sizes,
) -> tuple[Pair, ...]:
    """A (begin, end) pair per spatial axis for a window over a map of this shape.

    `valid` is none, `same` TensorFlow's (`cnncalc.ir.windows.same_padding`), `causal` all of it
    before the first cell.

    Raises:
        BadValue: The form does not suit the number of axes.
    """
    rank = len(kernel)
    if not isinstance(padding, str):
        return amount_per_axis("padding", padding, rank)
    if padding == "valid":
        return ((0, 0),) * rank
    if padding == "same":
        return tuple(map(same_padding, shape, kernel, stride, dilation))
    if rank != 1:
        raise BadValue("padding", f"causal is for 1-D, but what arrives has {rank} spatial axes")
    return ((dilation[0] * (kernel[0] - 1), 0),)


def known_channels(shape: Shape) -> int:
    """Number of channels that arrive.

    Raises:
        UnknownInput: It is not known, because a layer before is broken.
    """
    if shape[-1] is None:
        raise UnknownInput
    return shape[-1]

"""The `weights` argument: a small kernel written out in the spec."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Any, TypeAlias

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from cnncalc.ir.faults import BadValue
from cnncalc.ir.shapes import LARGEST, Shape, Size, Sizes, format_shape
from cnncalc.layers.fields import JsonSchema, is_count

_RATIO = re.compile(r"[+-]?[0-9]{1,15}/[0-9]{1,15}")
_DEEPEST = 5  # three kernel axes, channels in, channels out


def _is_number(value: object) -> bool:
    # the bound refuses nan and the infinities too
    return type(value) in (int, float) and -LARGEST <= value <= LARGEST  # type: ignore[operator]


def _parse_weights(value: object) -> object:
    if isinstance(value, (list, tuple)) and nested_shape(value) is not None:
        return _freeze(value)
    allowed = "nested lists of numbers (kernel axes, in, out), all rows of one length"
    raise PydanticCustomError("allowed", "{allowed}", {"allowed": allowed})


def _freeze(value: object) -> object:
    return tuple(map(_freeze, value)) if isinstance(value, (list, tuple)) else value


def nested_shape(value: object, depth: int = 0) -> Sizes | None:
    """Shape of nested lists of numbers; None where they are ragged, empty or too deep."""
    if not isinstance(value, (list, tuple)):
        return () if _is_number(value) else None
    if not value or depth == _DEEPEST:
        return None
    shapes = {nested_shape(item, depth + 1) for item in value}
    inner = shapes.pop()
    return None if shapes or inner is None else (len(value), *inner)


def parse_scale(value: object) -> object:
    """A number, or the value of a ratio such as `1/5`."""
    if _is_number(value):
        return value
    if isinstance(value, str) and _RATIO.fullmatch(value) and int(value.split("/")[1]):
        return float(Fraction(value))
    raise PydanticCustomError("allowed", "{allowed}", {"allowed": "a number or a ratio like 1/5"})


def _parse_table(value: object) -> object:
    if isinstance(value, (list, tuple)) and value:
        rows = tuple(tuple(row) if isinstance(row, (list, tuple)) else () for row in value)
        if all(row and all(is_count(item, 0) for item in row) for row in rows):
            if all(len(set(row)) == len(row) for row in rows):
                return rows
    allowed = "a list per filter of the channels it sees, from 0, each channel once"
    raise PydanticCustomError("allowed", "{allowed}", {"allowed": allowed})


_NUMBERS: dict[str, Any] = {"type": "array", "items": {"type": ["number", "array"]}}

GivenWeights: TypeAlias = Annotated[
    tuple[Any, ...], PlainValidator(_parse_weights), JsonSchema(_NUMBERS)
]
Scale: TypeAlias = Annotated[
    float | str, PlainValidator(parse_scale), JsonSchema({"type": ["number", "string"]})
]
Table: TypeAlias = Annotated[
    tuple[Sizes, ...],
    PlainValidator(_parse_table),
    JsonSchema({"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}),
]


def check_weights(weights: object, kernel: Sizes, shape: Shape, groups: int, filters: int) -> None:
    """Check a written kernel against (*kernel axes, channels in / groups, filters).

    For one channel in and one filter the kernel axes alone do.

    Raises:
        BadValue: It has another shape.
    """
    if weights is None:
        return
    channels: Size = None if shape[-1] is None else shape[-1] // groups
    given = nested_shape(weights)
    needed = (*kernel, channels, filters)
    if given == kernel and channels in (1, None) and filters == 1:
        return
    if (
        given is None
        or len(given) != len(needed)
        or any(size not in (have, None) for size, have in zip(needed, given, strict=True))
    ):
        message = f"weights are {format_shape(given)}, but {format_shape(needed)} are needed"
        raise BadValue("weights", message)

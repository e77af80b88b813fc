"""What all merges have in common."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from cnncalc.layers.base import Layer
from cnncalc.layers.fields import JsonSchema


def _parse_path(value: object) -> object:
    if isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)):
        return tuple(value)
    allowed = "a list of layers, a name or prev"
    raise PydanticCustomError("allowed", "{allowed}", {"allowed": allowed})


def _parse_paths(value: object) -> object:
    if isinstance(value, (list, tuple)) and all(
        isinstance(path, (str, list, tuple)) for path in value
    ):
        return tuple(map(_parse_path, value))
    allowed = "a list of paths, each a list of layers, a name or prev"
    raise PydanticCustomError("allowed", "{allowed}", {"allowed": allowed})


_PATH: dict[str, Any] = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"$ref": "#/$defs/layer"}}]
}

Path: TypeAlias = Annotated[
    str | list[Layer | str] | tuple[Layer | str, ...],
    PlainValidator(_parse_path),
    JsonSchema(_PATH),
]
Paths: TypeAlias = Annotated[
    list[str | list[Layer | str]] | tuple[str | tuple[Layer | str, ...], ...],
    PlainValidator(_parse_paths),
    JsonSchema({"type": "array", "items": _PATH, "minItems": 2}),
]


class Merging(Layer):
    """A layer that makes one map of several."""

    main: ClassVar[str | None] = "paths"
    path_fields: ClassVar[tuple[str, ...]] = ("paths",)

    paths: Paths = Field((), description="what to merge: lists of layers, names, or prev")

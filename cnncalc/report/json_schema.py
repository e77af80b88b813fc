"""A JSON Schema of the spec language, for editors that check and complete YAML with one.

It is built from the layer types and the sections' own models, so it cannot lag behind them. It is a
little more generous than `cnncalc check`: which arguments a layer needs depends on `defaults` and
blocks, and that a name exists no schema can say.
"""

from __future__ import annotations

from typing import Any

from cnncalc.ir.shapes import LARGEST
from cnncalc.layers import families, find
from cnncalc.layers.base import Layer
from cnncalc.report.layer_schema import (
    BLOCK_NAME,
    EXPRESSION,
    Schema,
    cleaned,
    described,
    layer_definitions,
    substitutable,
)
from cnncalc.spec.declarations import Budget, Targets, Task
from cnncalc.spec.document import FLOW_WORDS

DIALECT = "http://json-schema.org/draft-07/schema#"  # what the YAML modes of editors understand
_VALUE_NAME = "^(?!in_channels$)[A-Za-z_][A-Za-z0-9_]*$"
_PARAM_NAME = f"^(?!(?:in_channels|{'|'.join(FLOW_WORDS)})$)[A-Za-z_][A-Za-z0-9_]*$"


def language_schema() -> Schema:
    """The schema of a whole document."""
    types = {op: _layer_type(op) for op in families()}
    definitions: Schema = {"shape": _shape(), **layer_definitions(types)}
    return {
        "$schema": DIALECT,
        "title": "cnncalc network",
        "description": "A convolutional network for cnncalc.",
        "type": "object",
        "properties": _sections(types),
        "patternProperties": {"^x-": True},
        "additionalProperties": False,
        "required": ["layers"],
        "oneOf": [{"required": ["input"]}, {"required": ["inputs"]}],
        "definitions": definitions,
    }


def _layer_type(op: str) -> type[Layer]:
    layer_type = find(op)
    assert layer_type is not None  # `families` lists nothing else
    return layer_type


def _sections(types: dict[str, type[Layer]]) -> Schema:
    shape: Schema = {"$ref": "#/definitions/shape"}
    names: Schema = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    sections = {
        "name": ({"type": "string", "minLength": 1}, "what the network is called in reports"),
        "input": (shape, "height x width x channels of what enters; also 1-D, 3-D, or a vector"),
        "inputs": (_map(shape, minProperties=1), "several inputs by name"),
        "outputs": ({"anyOf": [{"type": "string"}, names]}, "names of the layers that come out"),
        "layers": ({"$ref": "#/definitions/layers"}, "the layers, in order"),
        "blocks": (_or_null(_map(_block(), BLOCK_NAME)), "layers with parameters, by name"),
        "vars": (_or_null(_map(True, _VALUE_NAME)), "named values"),
        "variants": (_or_null(_map(_variant())), "presets of variables and input"),
        "defaults": (_or_null(_defaults(types)), "arguments that hold for every layer of an op"),
        "budget": (_model(Budget), "limits that the network has to keep"),
        "task": (_model(Task), "what the network is trained for"),
        "target": (_target(), "where the network has to run"),
    }
    return {key: described(schema, text) for key, (schema, text) in sections.items()}


def _map(values: Schema | bool, names: str | None = None, **more: Any) -> Schema:
    schema: Schema = {"type": "object", "additionalProperties": values, **more}
    return schema if names is None else {**schema, "propertyNames": {"pattern": names}}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _shape() -> Schema:
    size: Schema = {"type": "integer", "minimum": 1, "maximum": LARGEST}
    sizes: Schema = {"type": "array", "items": substitutable(size), "minItems": 1, "maxItems": 4}
    text: Schema = {"type": "string", "pattern": "^[0-9]+(x[0-9]+){0,3}$"}
    return {"anyOf": [text, size, sizes, EXPRESSION]}


def _block() -> Schema:
    return {
        "type": "object",
        "properties": {
            "params": described(
                _or_null(_map(True, _PARAM_NAME)), "parameters and their defaults; null: required"
            ),
            "layers": {"$ref": "#/definitions/layers"},
        },
        "additionalProperties": False,
        "required": ["layers"],
    }


def _variant() -> Schema:
    properties = {"vars": _map(True), "input": {"$ref": "#/definitions/shape"}}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _defaults(types: dict[str, type[Layer]]) -> Schema:
    properties = {op: {"$ref": f"#/definitions/{op}.arguments"} for op in types}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _model(model: type[Budget] | type[Task]) -> Schema:
    fields = model.model_json_schema()["properties"]
    properties = {name: substitutable(cleaned(field)) for name, field in fields.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _target() -> Schema:
    several = cleaned(Targets.model_json_schema()["properties"]["target"])
    return substitutable({"anyOf": [several["items"], several]})

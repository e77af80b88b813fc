"""A JSON Schema of the spec language, for editors that check and complete YAML with one.

It is built from the layer types and the sections' own models, so it cannot lag behind them. It is a
little more generous than `cnncalc check`: which arguments a layer needs depends on `defaults` and
blocks, and that a name exists no schema can say.
"""

from __future__ import annotations

import inspect
from typing import Annotated, Any

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from cnncalc.layers import families, find
from cnncalc.layers.base import SPELLINGS, Layer
from cnncalc.layers.fields import LARGEST
from cnncalc.spec.declarations import Budget, Targets, Task
from cnncalc.spec.document import FLOW_WORDS

Schema = dict[str, Any]

DIALECT = "http://json-schema.org/draft-07/schema#"  # what the YAML modes of editors understand
_EXPRESSION: Schema = {"$ref": "#/definitions/expression"}
_BLOCK_NAME = "^[A-Z][A-Za-z0-9_]*$"
_VALUE_NAME = "^(?!in_channels$)[A-Za-z_][A-Za-z0-9_]*$"
_PARAM_NAME = f"^(?!(?:in_channels|{'|'.join(FLOW_WORDS)})$)[A-Za-z_][A-Za-z0-9_]*$"


def language_schema() -> Schema:
    """The schema of a whole document."""
    types = {op: _layer_type(op) for op in families()}
    definitions: Schema = {
        "expression": _described(
            {"type": "string", "pattern": r"^\$"},
            "$name, $name.0, $(expression) or $function(expression)",
        ),
        "shape": _shape(),
        "path": _path(),
        "activation": _activation(),
        "flow": {"type": "object", "properties": _flow_words()},
        "common": {"properties": _own(Layer)},
        "block_call": _block_call(),
        "layer": _layer(types),
        "layers": {"type": "array", "items": {"$ref": "#/definitions/layer"}},
    }
    for op, layer_type in types.items():
        definitions[f"{op}.arguments"] = _arguments(layer_type)
        definitions[op] = _op(op, layer_type)
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


def _described(schema: Schema, text: str) -> Schema:
    return {"description": text, **schema}


# -- the document --------------------------------------------------------------------------------


def _sections(types: dict[str, type[Layer]]) -> Schema:
    shape: Schema = {"$ref": "#/definitions/shape"}
    names: Schema = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    sections = {
        "name": ({"type": "string", "minLength": 1}, "what the network is called in reports"),
        "input": (shape, "height x width x channels of what enters; also 1-D, 3-D, or a vector"),
        "inputs": (_map(shape, minProperties=1), "several inputs by name"),
        "outputs": ({"anyOf": [{"type": "string"}, names]}, "names of the layers that come out"),
        "layers": ({"$ref": "#/definitions/layers"}, "the layers, in order"),
        "blocks": (_or_null(_map(_block(), _BLOCK_NAME)), "layers with parameters, by name"),
        "vars": (_or_null(_map(True, _VALUE_NAME)), "named values"),
        "variants": (_or_null(_map(_variant())), "presets of variables and input"),
        "defaults": (_or_null(_defaults(types)), "arguments that hold for every layer of an op"),
        "budget": (_model(Budget), "limits that the network has to keep"),
        "task": (_model(Task), "what the network is trained for"),
        "target": (_target(), "where the network has to run"),
    }
    return {key: _described(schema, text) for key, (schema, text) in sections.items()}


def _map(values: Schema | bool, names: str | None = None, **more: Any) -> Schema:
    schema: Schema = {"type": "object", "additionalProperties": values, **more}
    return schema if names is None else {**schema, "propertyNames": {"pattern": names}}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _shape() -> Schema:
    size: Schema = {"type": "integer", "minimum": 1, "maximum": LARGEST}
    sizes: Schema = {"type": "array", "items": substitutable(size), "minItems": 1, "maxItems": 4}
    text: Schema = {"type": "string", "pattern": "^[0-9]+(x[0-9]+){0,3}$"}
    return {"anyOf": [text, size, sizes, _EXPRESSION]}


def _block() -> Schema:
    return {
        "type": "object",
        "properties": {
            "params": _described(
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
    properties = {name: substitutable(_cleaned(field)) for name, field in fields.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _target() -> Schema:
    several = _cleaned(Targets.model_json_schema()["properties"]["target"])
    return substitutable({"anyOf": [several["items"], several]})


# -- layers --------------------------------------------------------------------------------------


def _layer(types: dict[str, type[Layer]]) -> Schema:
    return {
        "anyOf": [
            {"enum": list(types)},
            {"type": "string", "pattern": _BLOCK_NAME},
            {
                "type": "object",
                "properties": {op: {"$ref": f"#/definitions/{op}"} for op in types},
                "patternProperties": {_BLOCK_NAME: {"$ref": "#/definitions/block_call"}},
                "additionalProperties": False,
                "minProperties": 1,
                "maxProperties": 1,
            },
        ]
    }


def _op(op: str, layer_type: type[Layer]) -> Schema:
    """What may stand under an op: nothing, its main argument, or a map of arguments."""
    place = f"#/definitions/{op}.arguments"
    arguments = _arguments(layer_type)
    words = {word: {"$ref": f"#/definitions/flow/properties/{word}"} for word in FLOW_WORDS}
    properties = {
        **{name: {"$ref": f"{place}/properties/{name}"} for name in arguments["properties"]},
        **words,
        "first": {"$ref": place},
    }
    whole: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if "allOf" in arguments:
        whole["allOf"] = arguments["allOf"]
    choices: list[Schema] = [whole, {"type": "null"}]
    if layer_type.main is not None:
        choices.append({"$ref": f"{place}/properties/{layer_type.main}"})
    text = inspect.cleandoc(layer_type.__doc__ or "").partition("\n\n")[0].replace("\n", " ")
    return {"description": text, "anyOf": choices}


def _arguments(layer_type: type[Layer]) -> Schema:
    """The arguments of an op in all their spellings."""
    own = _own(layer_type)
    place = f"#/definitions/{layer_type.op}.arguments/properties"
    others = {
        spelling: name
        for spelling in SPELLINGS
        if spelling not in own and (name := layer_type.canonical(spelling)) is not None
    }
    schema: Schema = {
        "type": "object",
        "properties": {
            **{
                name: {"$ref": f"#/definitions/common/properties/{name}"}
                if name in Layer.model_fields
                else field
                for name, field in own.items()
            },
            **{spelling: {"$ref": f"{place}/{name}"} for spelling, name in others.items()},
        },
        "additionalProperties": False,
    }
    if others:
        pairs = [[name, spelling] for spelling, name in others.items()]
        schema["allOf"] = [{"not": {"required": pair}} for pair in pairs]
    return schema


def _own(layer_type: type[Layer]) -> Schema:
    """The arguments by the names that they have here."""
    return {
        name: _described(_argument(name, field, layer_type), field.description or name)
        for name, field in layer_type.model_fields.items()
        if name not in layer_type.flow_words
    }


def _argument(name: str, field: FieldInfo, layer_type: type[Layer]) -> Schema:
    if name == "activation":
        return {"$ref": "#/definitions/activation"}
    if name in layer_type.path_fields:
        path: Schema = {"$ref": "#/definitions/path"}
        if name != layer_type.main:
            return path
        return substitutable({"type": "array", "items": path, "minItems": 2})
    # field by field: a model as a whole refuses the references of its paths
    typed: Any = Annotated[(field.annotation, *field.metadata, "")]
    return substitutable(_cleaned(TypeAdapter(typed).json_schema()))


def _activation() -> Schema:
    ops = [op for op, family in families().items() if family == "activation"]
    called: Schema = {
        "type": "object",
        "properties": {op: {"$ref": f"#/definitions/{op}"} for op in ops},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    return {"anyOf": [{"enum": [*ops, "none", None]}, called, _EXPRESSION]}


def _path() -> Schema:
    return {
        "description": "a list of layers, the name of one, or prev",
        "anyOf": [{"type": "string"}, {"$ref": "#/definitions/layers"}, {"type": "null"}],
    }


def _block_call() -> Schema:
    """What may stand under a block's name: nothing, its first parameter, or a map."""
    others: Schema = {"type": ["null", "boolean", "number", "string", "array"]}
    return {"anyOf": [{"$ref": "#/definitions/flow"}, others]}


def _flow_words() -> Schema:
    words: dict[str, tuple[Schema, str]] = {
        "name": ({"type": "string", "minLength": 1}, "name of the layer, unique in its scope"),
        "from": ({"type": "string", "minLength": 1}, "name of the layer that feeds this one"),
        "repeat": ({"type": "integer", "minimum": 0}, "number of copies in a row"),
        "first": ({"type": "object"}, "arguments of the first copy"),
        "when": ({"type": "boolean"}, "false drops the layer"),
        "share": ({"type": "string", "minLength": 1}, "name of the layer whose weights it uses"),
    }
    assert set(words) == set(FLOW_WORDS)
    return {
        word: _described(substitutable(schema) if word != "first" else schema, text)
        for word, (schema, text) in words.items()
    }


# -- values --------------------------------------------------------------------------------------


def _cleaned(field: Schema) -> Schema:
    """A field's schema without titles, defaults and the null that stands for "not given"."""
    schema = {k: v for k, v in field.items() if k not in ("title", "default", "description")}
    if "anyOf" in schema and len(schema["anyOf"]) > 1:
        given = [choice for choice in schema["anyOf"] if choice != {"type": "null"}]
        schema["anyOf"] = [_cleaned(choice) for choice in given]
    return schema


def substitutable(schema: Schema) -> Schema:
    """The same schema where any value, also one in a list, may be an expression."""
    schema = dict(schema)
    if isinstance(schema.get("items"), dict):
        schema["items"] = substitutable(schema["items"])
    if "anyOf" in schema:
        choices = [_within(choice) for choice in schema.pop("anyOf")]
        return {**schema, "anyOf": [*choices, _EXPRESSION]}
    return {"anyOf": [schema, _EXPRESSION]}


def _within(choice: Schema) -> Schema:
    """A choice of several, of which expressions are one already."""
    if isinstance(choice.get("items"), dict):
        return {**choice, "items": substitutable(choice["items"])}
    return choice

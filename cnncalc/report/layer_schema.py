"""What the JSON Schema says about layers: every op, its arguments and their spellings."""

from __future__ import annotations

import inspect
from typing import Annotated, Any

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from cnncalc.layers import families
from cnncalc.layers.base import SPELLINGS, Layer
from cnncalc.spec.document import FLOW_WORDS

Schema = dict[str, Any]

EXPRESSION: Schema = {"$ref": "#/definitions/expression"}
BLOCK_NAME = "^[A-Z][A-Za-z0-9_]*$"


def layer_definitions(types: dict[str, type[Layer]]) -> Schema:
    """Everything that may stand in a list of layers, by the name under which it is referred to."""
    definitions: Schema = {
        "expression": described(
            {"type": "string", "pattern": r"^\$"},
            "$name, $name.0, $(expression) or $function(expression)",
        ),
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
    return definitions


def described(schema: Schema, text: str) -> Schema:
    """The same schema with a description, which editors show."""
    return {"description": text, **schema}


def _layer(types: dict[str, type[Layer]]) -> Schema:
    return {
        "anyOf": [
            {"enum": list(types)},
            {"type": "string", "pattern": BLOCK_NAME},
            {
                "type": "object",
                "properties": {op: {"$ref": f"#/definitions/{op}"} for op in types},
                "patternProperties": {BLOCK_NAME: {"$ref": "#/definitions/block_call"}},
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
        name: described(_argument(name, field, layer_type), field.description or name)
        for name, field in layer_type.model_fields.items()
        if name not in layer_type.flow_words
    }


def _argument(name: str, field: FieldInfo, layer_type: type[Layer]) -> Schema:
    if name == "activation":
        return {"$ref": "#/definitions/activation"}
    if name in layer_type.path_fields:
        path: Schema = {"$ref": "#/definitions/path"}
        if name != "paths":
            return path
        return substitutable({"type": "array", "items": path, "minItems": 2})
    # field by field: a model as a whole refuses the references of its paths
    typed: Any = Annotated[(field.annotation, *field.metadata, "")]
    return substitutable(cleaned(TypeAdapter(typed).json_schema()))


def _activation() -> Schema:
    ops = [op for op, family in families().items() if family == "activation"]
    called: Schema = {
        "type": "object",
        "properties": {op: {"$ref": f"#/definitions/{op}"} for op in ops},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    return {"anyOf": [{"enum": [*ops, "none", None]}, called, EXPRESSION]}


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
        word: described(substitutable(schema) if word != "first" else schema, text)
        for word, (schema, text) in words.items()
    }


def cleaned(field: Schema) -> Schema:
    """A field's schema without titles, defaults and the null that stands for "not given"."""
    schema = {k: v for k, v in field.items() if k not in ("title", "default", "description")}
    if "anyOf" in schema and len(schema["anyOf"]) > 1:
        given = [choice for choice in schema["anyOf"] if choice != {"type": "null"}]
        schema["anyOf"] = [cleaned(choice) for choice in given]
    return schema


def substitutable(schema: Schema) -> Schema:
    """The same schema where any value, also one in a list, may be an expression."""
    schema = dict(schema)
    if isinstance(schema.get("items"), dict):
        schema["items"] = substitutable(schema["items"])
    if "anyOf" in schema:
        choices = [_within(choice) for choice in schema.pop("anyOf")]
        return {**schema, "anyOf": [*choices, EXPRESSION]}
    return {"anyOf": [schema, EXPRESSION]}


def _within(choice: Schema) -> Schema:
    """A choice of several, of which expressions are one already."""
    if isinstance(choice.get("items"), dict):
        return {**choice, "items": substitutable(choice["items"])}
    return choice

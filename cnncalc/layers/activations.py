"""The `activation` argument: an activation op that belongs to another layer."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import PlainValidator, ValidationError
from pydantic_core import PydanticCustomError

from cnncalc.ir.primitives import Primitive
from cnncalc.layers import families, find
from cnncalc.layers.base import Layer
from cnncalc.layers.fields import JsonSchema


def _parse(value: object) -> Layer | None:
    match value:
        case None | "none":
            return None
        case Layer():
            return value
        case str():
            return _make(value, {})
        case dict() if len(value) == 1:
            [(op, argument)] = value.items()
            return _make(str(op), argument)
    raise _not_an_activation(value)


def _make(op: str, argument: object) -> Layer:
    layer_type = find(op) if families().get(op) == "activation" else None
    if layer_type is None:
        raise _not_an_activation(op)
    if not isinstance(argument, dict):
        argument = {layer_type.main or "": argument}
    try:
        return layer_type.model_validate(
            {layer_type.canonical(str(key)) or key: value for key, value in argument.items()}
        )
    except ValidationError as error:
        message = f"arguments that {op} takes ({error.errors()[0]['msg']})"
        raise PydanticCustomError("allowed", "{allowed}", {"allowed": message}) from None


def _not_an_activation(value: object) -> PydanticCustomError:
    import difflib

    names = [op for op, family in families().items() if family == "activation"]
    near = difflib.get_close_matches(str(value)[:40], names, 1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    allowed = f"an activation op such as relu, or none{hint}"
    return PydanticCustomError("allowed", "{allowed}", {"allowed": allowed})


def _schema() -> dict[str, Any]:
    return {"anyOf": [{"type": "string"}, {"type": "object", "maxProperties": 1}, {"type": "null"}]}


ActivationField: TypeAlias = Annotated[
    str | dict[str, Any] | Layer | None, PlainValidator(_parse), JsonSchema(_schema())
]


def activate(activation: object) -> tuple[Primitive, ...]:
    """The primitives of an `activation` argument, which no shape can change."""
    return activation.lower(()) if isinstance(activation, Layer) else ()

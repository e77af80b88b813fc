"""Pydantic's errors in our words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from cnncalc.spec.problems import show


def explain(what: str, error: ValidationError, model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """The top-level field and the message of every error in `what`, a layer or a section."""
    seen = set()
    for detail in error.errors(include_url=False):
        field = str(detail["loc"][0]) if detail["loc"] else ""
        if field in seen:  # the members of a union complain one by one
            continue
        seen.add(field)
        if detail["type"] == "missing":
            meaning = model.model_fields[field].description
            yield field, f"{what} needs {field}" + (f", the {meaning}" if meaning else "")
        elif detail["type"] == "value_error":
            yield field, f"{what}: {detail['ctx']['error']}"
        else:
            allowed = _allowed(str(detail["type"]), detail.get("ctx", {}))
            name = field if field == what else f"{what}: {field}"
            yield field, f"{name} must be {allowed}, not {show(detail['input'])}"


def _allowed(kind: str, context: dict[str, Any]) -> str:
    match kind:
        case "allowed":
            return str(context["allowed"])
        case "int_type" | "int_from_float":
            return "an integer"
        case "float_type" | "finite_number":
            return "a number"
        case "bool_type":
            return "true or false"
        case "string_type":
            return "a text"
        case "literal_error":
            return str(context["expected"]).replace("'", "")
        case "greater_than_equal":
            return f"at least {context['ge']}"
        case "greater_than":
            return f"more than {context['gt']}"
        case "less_than_equal":
            return f"at most {context['le']}"
        case "less_than":
            return f"less than {context['lt']}"
        case _:
            return "another value"

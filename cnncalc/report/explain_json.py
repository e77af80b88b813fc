"""A worked answer as JSON, for programs; docs/explain.md describes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from cnncalc.report.explain_formula import latex, text
from cnncalc.report.json_report import SCHEMA_VERSION
from cnncalc.teaching.worked import LeftOut, Line, Part, Recurrence, Worked


def write_json(write: Callable[[str], object], worked: Worked) -> None:
    """Write a worked answer as one object."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "network": worked.network,
        "layer": worked.name,
        "op": worked.op,
        "input_shapes": [_shape(shape) for shape in worked.input_shapes],
        "output_shape": _shape(worked.output_shape),
        "faults": list(worked.faults),
        "parts": {part.key: _part(part) for part in worked.parts},
    }
    write(json.dumps(document, allow_nan=False) + "\n")


def _shape(shape: tuple[int | None, ...] | None) -> list[int | None] | None:
    return None if shape is None else list(shape)


def _part(part: Part) -> dict[str, Any]:
    return {
        "title": part.title,
        "lines": [_line(line) for line in part.lines],
        "result": _number(part.result),
        "notes": list(part.notes),
        "left_out": [_left_out(drawn) for drawn in part.pictures],
        "recurrences": [_recurrence(recurrence) for recurrence in part.recurrences],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "label": line.label,
        "symbol": line.symbol,
        "formula": text(line.formula),
        "put_in": text(line.formula, put_in=True),
        "latex": latex(line.formula),
        "value": _number(line.value),
        "note": line.note,
    }


def _left_out(drawn: LeftOut) -> dict[str, Any]:
    return {"axes": drawn.axes, **drawn.window._asdict()}


def _recurrence(recurrence: Recurrence) -> dict[str, Any]:
    steps = []
    for step in recurrence.steps:
        kernel, stride, padding = step.window or (None, None, None)
        steps.append(
            {
                "layer": step.layer,
                "effective_kernel": kernel,
                "stride": stride,
                "padding": padding,
                "size": step.size,
                "jump": _number(step.jump),
                "start": step.start,
                "note": step.note,
            }
        )
    return {"axes": recurrence.axes, "steps": steps}


def _number(value: int | Fraction | None) -> int | float | None:
    return float(value) if isinstance(value, Fraction) else value

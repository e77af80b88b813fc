"""What the page's script needs to know of a network, as plain data.

The script counts *positions*: the inputs of the network and then its layers, in order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from math import isfinite, prod
from typing import Any

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.drawing.palette import role_of
from cnncalc.drawing.scene import Mark
from cnncalc.drawing.series import FieldStep, field_step, live_memory, sights
from cnncalc.ir.shapes import Shape, Size
from cnncalc.report.columns import Column
from cnncalc.report.numbers import human_bytes
from cnncalc.report.page.marks import Marks
from cnncalc.report.page.tree import Branch
from cnncalc.source.printable import printable

_EXACT = 2**53  # whole numbers up to here are the same in JavaScript
_AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def page_data(
    facts: NetworkFacts,
    found: Sequence[Branch],
    columns: Sequence[Column],
    marks: Sequence[Mark],
    image: str | None,
) -> dict[str, Any]:
    """All of it.

    Args:
        facts: The facts of the network.
        found: The rows of the table; positions that none of them has are left out.
        columns: The columns of the table.
        marks: The drawing.
        image: A picture to show as the input, as a data URL; or None.
    """
    n_inputs = len(facts.inputs)
    n_shown = n_inputs + sum(not branch.is_block for branch in found)
    layers = facts.layers[: n_shown - n_inputs]
    names = list(facts.inputs)
    fields = [_input_field(index, shape) for index, shape in enumerate(facts.inputs.values())]
    seen = sights(facts)
    fields += [
        _field(field_step(facts, layer, seen[layer.node.index]), layer, names) for layer in layers
    ]
    return {
        "inputs": [
            {"name": printable(name), "sizes": _spatial(shape)}
            for name, shape in facts.inputs.items()
        ],
        "steps": _steps(facts, layers, fields),
        "rows": _rows(facts, found, columns, Marks(marks)),
        "axes": _AXES.get(len(_spatial(next(iter(facts.inputs.values()), None)) or ()), ()),
        "peak": human_bytes(facts.totals.peak_memory_bytes),
        "image": image,
    }


def as_json(data: object) -> str:
    """Plain data as JSON that can stand in a script element: nothing in it can end that."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    for char in "<>&":  # what is not ASCII, U+2028 too, is escaped already
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _steps(
    facts: NetworkFacts, layers: Iterable[LayerFacts], fields: list[dict[str, Any] | None]
) -> list[dict[str, Any]]:
    live = [step.live_bytes for step in live_memory(facts).steps]
    steps: list[dict[str, Any]] = [
        {"name": printable(name), "role": "input", "macs": 0, "params": 0} for name in facts.inputs
    ]
    steps += [
        {
            "name": printable(layer.name),
            "role": role_of(layer.op),
            "macs": _number(layer.n_macs),
            "params": _number(layer.n_params),
        }
        for layer in layers
    ]
    for index, step in enumerate(steps):
        step["live"] = _number(live[index])
        step["field"] = fields[index]
    return steps


def _input_field(index: int, shape: Shape | None) -> dict[str, Any] | None:
    rank = len(_spatial(shape) or ())
    if not rank:
        return None
    ones = [1] * rank
    return {"input": index, "sizes": ones, "smallest": ones, "all": False, "span": None}


def _field(step: FieldStep, layer: LayerFacts, inputs: list[str]) -> dict[str, Any] | None:
    if step.input is None or not step.input_sizes:
        return None
    field: dict[str, Any] = {
        "input": inputs.index(step.input),
        "sizes": _numbers(step.size),
        "smallest": _numbers(step.smallest),
        "all": layer.sees_all,
        "span": step.span and [_numbers(span) for span in step.span],
        "at": _numbers(step.middle),
    }
    if step.narrow_span != step.span:
        field["narrow"] = step.narrow_span and [_numbers(span) for span in step.narrow_span]
    if step.whole_input and not field["all"]:
        field["gate"] = True
    return field


def _rows(
    facts: NetworkFacts, found: Sequence[Branch], columns: Sequence[Column], marks: Marks
) -> list[dict[str, Any]]:
    position = len(facts.inputs)
    rows = []
    for branch in found:
        row = branch.row
        rows.append(
            {
                "parent": branch.parent,
                "first": position,
                "last": position + len(row.layers) - 1,
                "block": branch.is_block,
                "mark": marks.block(branch.scope) if branch.is_block else marks.layer(row.last),
                "keys": [_sort_key(branch, column) for column in columns],
            }
        )
        position += not branch.is_block
    return rows


def _sort_key(branch: Branch, column: Column) -> float | None:
    """What a column is sorted by; None where nothing is known, or where the text decides."""
    row = branch.row
    if column.field is not None:
        return _number(row.figure(column.field)[0])
    shape: Iterable[Size] | None = None
    if column.key == "output":
        shape = row.last.output_shape
    elif column.key == "field" and row.last.receptive_field is not None:
        shape = row.last.receptive_field.size
    known = [] if shape is None else [size for size in shape if size is not None]
    return _number(prod(known)) if known else None


def _spatial(shape: Shape | None) -> list[int | float | None] | None:
    """The sizes of a map without its channels; None where one is not known."""
    if shape is None or None in shape[:-1]:
        return None
    return _numbers(shape[:-1])


def _numbers(values: Iterable[Size] | None) -> list[int | float | None] | None:
    return None if values is None else [_number(value) for value in values]


def _number(value: Size) -> int | float | None:
    """A number as JavaScript has it; None for one that is not known, or too large for it."""
    if value is None or abs(value) <= _EXACT:
        return value
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) else None

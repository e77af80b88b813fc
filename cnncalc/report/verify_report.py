"""What `cnncalc verify` found: a table, and JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from cnncalc.ir.shapes import Sizes, format_shape
from cnncalc.report.grid import draw_grid, write_grid
from cnncalc.report.json_report import SCHEMA_VERSION
from cnncalc.report.numbers import UNKNOWN, exact, per_axis
from cnncalc.source.printable import printable

if TYPE_CHECKING:
    from cnncalc.numeric.verify import Figure, LayerCheck, Verification

Write = Callable[[str], object]

_TITLES = ("Layer", "Op", "Output", "Params", "Statistics", "Bytes", "Field", "")
_AGREES, _DIFFERS = "ok", "DIFFERS"
_LISTED = 5
_CHOSEN = {
    "lines": "all those on the lines through the middle, and those that decide where fields end",
    "deciding": "those that decide where fields end",
    "some": "those that decide where most fields end; a smaller input makes it possible to try all",
}


class Row(NamedTuple):
    """A line of the table.

    Attributes:
        cells: The texts.
        differs: Which of them tell of a difference.
        agrees: Whether none does.
    """

    cells: tuple[str, ...]
    differs: tuple[bool, ...]
    agrees: bool


def table(outcome: Verification) -> tuple[tuple[str, ...], list[Row]]:
    """Titles and rows; running statistics have a column where there are any."""
    rows = [_row(layer) for layer in outcome.layers]
    if any(layer.n_statistics != (0, 0) for layer in outcome.layers):
        return _TITLES, rows
    column = _TITLES.index("Statistics")
    titles = (*_TITLES[:column], *_TITLES[column + 1 :])
    return titles, [_without(row, column) for row in rows]


def _without(row: Row, column: int) -> Row:
    return Row(
        (*row.cells[:column], *row.cells[column + 1 :]),
        (*row.differs[:column], *row.differs[column + 1 :]),
        row.agrees,
    )


def _row(layer: LayerCheck) -> Row:
    figures = (layer.shape, layer.n_params, layer.n_statistics, layer.activation_bytes)
    texts = [_figure(figure) for figure in figures]
    wrong = layer.field.status == "differs"
    return Row(
        (
            printable(layer.name),
            layer.op,
            *texts,
            _field(layer),
            _AGREES if layer.agrees else _DIFFERS,
        ),
        (False, False, *(not figure.agrees for figure in figures), wrong, not layer.agrees),
        layer.agrees,
    )


def _figure(figure: Figure) -> str:
    if figure.agrees:
        return _text(figure.predicted)
    return f"{_text(figure.predicted)} predicted, {_text(figure.found)} found"


def _text(value: int | Sizes | None) -> str:
    if isinstance(value, tuple):
        return format_shape(value) or "()"
    return exact(value)


def _field(layer: LayerCheck) -> str:
    field = layer.field
    predicted = UNKNOWN if field.predicted is None else per_axis(field.predicted) or "all"
    match field.status:
        case "agrees":
            return "all" if field.whole_input else per_axis(field.found or ()) or predicted
        case "at_least":
            return f"{predicted} (≥ {per_axis(field.found or ())})"
        case "differs":
            found = per_axis(field.found) if field.found else "another"
            return f"{predicted} predicted, {found} found"
        case "unknown":
            return UNKNOWN


def conclusion(outcome: Verification) -> list[str]:
    """What it comes to, in words; the verdict comes last."""
    lines = [
        f"note: {printable(layer.name)}: {note}" for layer in outcome.layers for note in layer.notes
    ]
    n_beyond = sum(layer.field.status == "at_least" for layer in outcome.layers)
    if n_beyond:
        lines.append(
            f"≥: {n_beyond} {'fields reach' if n_beyond > 1 else 'field reaches'} beyond the input"
            " or the cells that were tried, and agree as far as these go"
        )
    cells_tried = (
        "1 input cell was" if outcome.n_cells == 1 else f"{outcome.n_cells} input cells were"
    )
    lines.append(f"{cells_tried} perturbed, one at a time: {_CHOSEN[outcome.chosen]}")
    wrong = [printable(layer.name) for layer in outcome.layers if not layer.agrees]
    count = len(outcome.layers)
    if not wrong:
        lines.append(
            f"all {count} layers agree: shapes, parameters, bytes, receptive fields"
            if count != 1
            else "the layer agrees: shape, parameters, bytes, receptive field"
        )
        return lines
    more = f" and {len(wrong) - _LISTED} more" if len(wrong) > _LISTED else ""
    listed = ", ".join(wrong[:_LISTED]) + more
    lines.append(f"{len(wrong)} of {count} layers differ: {listed}")
    return lines


def title(outcome: Verification) -> str:
    """The first line."""
    facts = outcome.facts
    inputs = ", ".join(format_shape(shape) for shape in facts.inputs.values())
    return f"{printable(facts.name or 'network')}: input {inputs}, random weights"


def write_plain(write: Write, outcome: Verification) -> None:
    """Write the table, complete at any width."""
    titles, rows = table(outcome)
    write(f"{title(outcome)}\n\n")
    write_grid(write, titles, [row.cells for row in rows], (0, 1, len(titles) - 1))
    write("".join(f"{line}\n" for line in conclusion(outcome)))


def print_drawn(outcome: Verification) -> None:
    """Print the table on a terminal: what agrees in green, what differs in red."""
    from cnncalc.report.terminal import make_console, print_line

    console = make_console()
    print_line(console, title(outcome) + "\n", "bold")
    titles, rows = table(outcome)
    styles = []
    for row in rows:
        of_row = ["bold red" if wrong else "" for wrong in row.differs]
        of_row[1], of_row[-1] = "cyan", "bold green" if row.agrees else "bold red"
        styles.append(of_row)
    draw_grid(console, titles, [row.cells for row in rows], (0, 1, len(titles) - 1), styles)
    *rest, verdict = conclusion(outcome)
    console.print()
    for line in rest:
        print_line(console, line, "dim")
    print_line(console, verdict, "bold green" if outcome.agrees else "bold red")


def write_json(write: Write, outcome: Verification) -> None:
    """Write the outcome as one JSON object."""
    facts = outcome.facts
    head = {
        "schema_version": SCHEMA_VERSION,
        "name": facts.name,
        "inputs": facts.inputs,
        "agrees": outcome.agrees,
        "n_cells": outcome.n_cells,
        "cells": outcome.chosen,
        "layers": [_layer_data(layer) for layer in outcome.layers],
    }
    write(json.dumps(head, allow_nan=False) + "\n")


def _layer_data(layer: LayerCheck) -> dict[str, Any]:
    return {
        "name": layer.name,
        "op": layer.op,
        "agrees": layer.agrees,
        "output_shape": layer.shape._asdict(),
        "n_params": layer.n_params._asdict(),
        "n_statistics": layer.n_statistics._asdict(),
        "activation_bytes": layer.activation_bytes._asdict(),
        "receptive_field": layer.field._asdict(),
        "notes": layer.notes,
    }

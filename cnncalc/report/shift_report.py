"""What `cnncalc shift` found: a table, and JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cnncalc.ir.shapes import format_shape
from cnncalc.report.grid import draw_grid, write_grid
from cnncalc.report.json_report import SCHEMA_VERSION
from cnncalc.source.printable import printable

if TYPE_CHECKING:
    from cnncalc.numeric.shift import LayerShift

Write = Callable[[str], object]

_TITLES = ("Layer", "Op", "Output", "Stride", "Inside", "Changed", "In place", "Moved along")
_WORDS = (0, 1)
_NONE = "-"
_ROUNDING = 1e-6  # in single precision
_NOTES = (
    "Inside: cells in a row that see no border; where there are none, all outputs are compared",
    "Changed: share of the outputs that are no longer what they were at their place",
    "In place: ‖f(shift x) - f(x)‖ / ‖f(x)‖, 0 for an output that does not notice the move",
    "Moved along: ‖f(shift x) - shift f(x)‖ / ‖f(x)‖, 0 but for rounding if the output moves, too",
)


def title(name: str | None, by: int) -> str:
    """The first line."""
    return f"{printable(name or 'network')}: input moved by {by} to the right"


def _cells(layer: LayerShift) -> tuple[str, ...]:
    return (
        printable(layer.name),
        layer.op,
        format_shape(layer.output_shape),
        _NONE if layer.stride is None else str(layer.stride),
        str(layer.n_inside) if layer.n_inside else _NONE,
        f"{100 * layer.changed:.1f} %",
        f"{layer.difference:.3g}",
        _error(layer),
    )


def _error(layer: LayerShift) -> str:
    if layer.error is None:
        return _NONE
    return "0" if _is_exact(layer) else f"{layer.error:.3g}"


def _is_exact(layer: LayerShift) -> bool:
    return layer.error is not None and layer.error < _ROUNDING


def write_plain(write: Write, name: str | None, by: int, layers: Sequence[LayerShift]) -> None:
    """Write the table, complete at any width."""
    write(f"{title(name, by)}\n\n")
    write_grid(write, _TITLES, list(map(_cells, layers)), _WORDS)
    write("".join(f"{note}\n" for note in _NOTES))


def print_drawn(name: str | None, by: int, layers: Sequence[LayerShift]) -> None:
    """Print the table on a terminal: what moves along exactly in green."""
    from cnncalc.report.terminal import make_console, print_line

    console = make_console()
    print_line(console, f"{title(name, by)}\n", "bold")
    rows = list(map(_cells, layers))
    styles = [["", "cyan", *[""] * 5, "bold green" if layer.error == 0 else ""] for layer in layers]
    draw_grid(console, _TITLES, rows, _WORDS, styles)
    console.print()
    for note in _NOTES:
        print_line(console, note, "dim")


def write_json(write: Write, name: str | None, by: int, layers: Sequence[LayerShift]) -> None:
    """Write what was found as one JSON object; strides are numbers."""
    rows = [
        {
            **layer._asdict(),
            "stride": None if layer.stride is None else float(layer.stride),
        }
        for layer in layers
    ]
    document = {"schema_version": SCHEMA_VERSION, "name": name, "by": by, "layers": rows}
    write(json.dumps(document, allow_nan=False) + "\n")

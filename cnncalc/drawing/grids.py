"""How the cells of a grid are painted, by what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.drawing.cells import State, View
from cnncalc.drawing.hatching import hatched
from cnncalc.drawing.scene import Area, Box, Line, Mark, rectangle


def both(row: State, column: State) -> State:
    """What becomes of a cell, from what becomes of its row and of its column."""
    outside = any(one in ("padding", "lost padding") for one in (row, column))
    if any(one in ("lost", "lost padding") for one in (row, column)):
        return "lost padding" if outside else "lost"
    if outside:
        return "padding"
    return "gap" if "gap" in (row, column) else "read"


def painted(what: State, box: Box, cell: float) -> Iterator[Mark]:
    """Cells in a row of which the same becomes, without the lines between them.

    Args:
        what: What becomes of them.
        box: The place that they take.
        cell: Points that one of them takes.
    """
    match what:
        case "read":
            yield Area(rectangle(box), "input", stroke=None)
        case "gap":
            yield Area(rectangle(box), "paper", stroke=None)
        case "padding":
            yield from hatched(box, cell / 2)
        case "lost":
            yield Area(rectangle(box), "lost", stroke=None)
        case "lost padding":
            yield from hatched(box, cell / 2)
            yield Area(rectangle(box), "lost", stroke=None, opacity=0.45)


def lines(down: View, across: View) -> Iterator[Mark]:
    """The lines between cells; none over a break, which has three dots in it."""
    for rows in down.parts:
        top, bottom = down.at(rows[0]), down.at(rows[-1]) + down.cell
        for columns in across.parts:
            left, right = across.at(columns[0]), across.at(columns[-1]) + across.cell
            for row in rows:
                yield Line(((left, down.at(row)), (right, down.at(row))), "line", 0.5)
            for column in columns:
                yield Line(((across.at(column), top), (across.at(column), bottom)), "line", 0.5)
            box = rectangle(Box(left, top, right, bottom))
            yield Line((*box, box[0]), "line", 0.5)
    for hole, view, upright in ((down.hole, across, True), (across.hole, down, False)):
        if hole is None:
            continue
        middle = (view.origin + view.end) / 2
        for step in (-4, 0, 4):
            along, beside = (hole[0] + hole[1]) / 2 + step, middle
            x, y = (beside, along) if upright else (along, beside)
            yield Area(rectangle(Box(x - 0.8, y - 0.8, x + 0.8, y + 0.8)), "faint", stroke=None)

"""The picture of a network as a flow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.drawing.flow.columns import cuts_of
from cnncalc.drawing.flow.folding import Path
from cnncalc.drawing.flow.frames import Framed, frames_of
from cnncalc.drawing.flow.lanes import lanes_of, ranks_of, trunk_of
from cnncalc.drawing.flow.planning import plan_of
from cnncalc.drawing.flow.rows import (
    NOTE,
    SMALL,
    STRIP,
    TEXT,
    fitting,
    has_label,
    head_height,
)
from cnncalc.drawing.flow.sheet import Sheet, placed
from cnncalc.drawing.flow.strips import Strip, short_name
from cnncalc.drawing.flow.units import Unit, Units, units_of
from cnncalc.drawing.flow.upage import u_sheet
from cnncalc.drawing.flow.ushape import u_of
from cnncalc.drawing.palette import Role
from cnncalc.drawing.scene import (
    Area,
    Box,
    Group,
    Line,
    Mark,
    Scene,
    Words,
    bounds,
    moved,
    rectangle,
)
from cnncalc.drawing.words import width_of
from cnncalc.source.printable import printable

_MARGIN = 14.0  # around the picture
_ROUND, _BEND = 2.5, 5.0  # radii of boxes and of lines
_LEGEND_BOX = 8.0
_LEGEND: dict[Role, str] = {
    "convolution": "convolution",
    "pooling": "pooling and resizing",
    "dense": "dense",
    "normalization": "normalisation",
    "activation": "activation",
    "merging": "merging",
    "reshaping": "reshaping",
    "other": "other",
    "block": "block, not opened",
    "field": "has a fault",
}


def flow_scene(facts: NetworkFacts, depth: int | None = None) -> Scene:
    """The network as a flow of boxes, from above to below, with branches side by side.

    A box has the op with its key arguments and the layer's name; below it stands the shape that it
    gives where that is another than it was fed. A block that is not opened is one box, equal ones
    in a row are one box, `Bottleneck ×3`. A long flow is broken into columns. A flow of more than
    300 boxes has those in the middle left out.

    Args:
        facts: The network; it may have faults, what is not known of a shape is shown as `?`.
        depth: How many levels of blocks are opened, 0 for none. Without it as many as leave no more
            than 90 boxes, and of equal opened blocks in a row one is drawn, with the shapes of
            the last.

    Units:
        Points.

    Raises:
        UsageError: The depth is negative.
    """
    found = units_of(facts, depth)
    return _scene(facts, found, sheet_of(found))


def sheet_of(found: Units) -> Sheet:
    """Where boxes and lines are on the page: in a U if they make one, in columns else."""
    shape = u_of(found.units)
    return _columns(found) if shape is None else u_sheet(found, shape)


def _columns(found: Units) -> Sheet:
    inputs = [unit.inputs for unit in found.units]
    lanes = lanes_of(inputs, ranks_of(inputs), trunk_of(inputs))
    plan = plan_of(found, found.units, inputs, lanes)
    return placed(plan, cuts_of(plan, found.units), (0.0, 0.0))


def _scene(facts: NetworkFacts, found: Units, sheet: Sheet) -> Scene:
    marks: list[Mark] = []
    frames = frames_of(found, sheet)
    for framed in frames:
        marks += _frame(framed)
    drawn = {framed.path for framed in frames}
    marks += [Line(arrow.points, arrow=True, radius=_BEND) for arrow in sheet.arrows]
    for unit, box, column in zip(found.units, sheet.boxes, sheet.column_of, strict=True):
        frame = unit.frame if unit.frame in drawn else ()
        marks += _box(unit, box, frame, up=column in sheet.upward)
    left, top, right, bottom = bounds(marks)
    marks = list(moved(marks, _MARGIN - left, _MARGIN - top))
    marks += _legend(found.units, _MARGIN + right - left, _MARGIN + bottom - top + 16.0)
    _, _, width, height = bounds(marks)
    name = printable(facts.name or "network")
    text = f"{len(facts.layers):,} layers in {len(found.units):,} boxes, with what flows between."
    return Scene(width + _MARGIN, height + _MARGIN, tuple(marks), f"{name} as a flow", text)


def _frame(framed: Framed) -> Iterator[Mark]:
    area = Area(rectangle(framed.box), "block", "line", width=0.5, radius=4.0)
    yield Group((area, *framed.words), layer=framed.path[0])


def _box(unit: Unit, box: Box, frame: Path, *, up: bool) -> Iterator[Mark]:
    round_ = box.bottom / 2 - box.top / 2 if unit.is_input or unit.is_output else _ROUND
    top = box.top
    for place, strip in enumerate(unit.strips):
        bottom = top + (STRIP if place else head_height(unit))
        part = Box(box.left, top, box.right, bottom)
        name = "" if place else short_name(strip, frame)
        marks = _strip(strip, name, part, 0.0 if place else round_)
        yield Group(tuple(marks), strip.layer, strip.title)
        top = bottom
    if has_label(unit):
        x = (box.left + box.right) / 2 + 4.0
        yield Words((x, box.top - 3.0 if up else box.bottom + 7.5), unit.shape, SMALL, role="faint")


def _strip(strip: Strip, name: str, box: Box, round_: float) -> Iterator[Mark]:
    """A layer in its part of a box; only the first of a box has round corners and a name."""
    left, top, right, bottom = box
    x, width = (left + right) / 2, right - left
    stroke: Role | None = "field" if strip.fault else "line"
    if strip.role == "paper":
        stroke = None
    yield Area(rectangle(box), strip.role, stroke, 1.4 if strip.fault else 0.7, radius=round_)
    size = TEXT if round_ else NOTE
    baseline = top + 10.5 if name else (top + bottom) / 2 + 0.36 * size
    yield Words((x, baseline), fitting(strip.text, size, width), size, "middle")
    if name:
        yield Words((x, bottom - 4.5), fitting(name, SMALL, width), SMALL, "middle", "faint")


def _legend(units: Sequence[Unit], width: float, top: float) -> Iterator[Mark]:
    """What the colours in use stand for, in as many lines as the page's width asks for."""
    strips = [strip for unit in units for strip in unit.strips]
    used = {strip.role for strip in strips} | {"field" for strip in strips if strip.fault}
    x, y = _MARGIN, top
    for role, text in _LEGEND.items():
        if role not in used:
            continue
        room = _LEGEND_BOX + 4.0 + width_of(text, NOTE)
        if x > _MARGIN and x + room > width:
            x, y = _MARGIN, y + 13.0
        swatch = Box(x, y, x + _LEGEND_BOX, y + _LEGEND_BOX)
        fault = role == "field"
        fill: Role | None = None if fault else role
        yield Area(rectangle(swatch), fill, "field" if fault else "line", 1.4 if fault else 0.7)
        yield Words((x + _LEGEND_BOX + 4.0, y + 6.6), text, NOTE, role="faint")
        x += room + 12.0

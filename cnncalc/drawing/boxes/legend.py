"""What the colours of the boxes mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from cnncalc.drawing.boxes.captions import SMALL
from cnncalc.drawing.boxes.chain import FeatureMap
from cnncalc.drawing.boxes.rows import MARGIN, Station
from cnncalc.drawing.boxes.shapes import Shapes
from cnncalc.drawing.palette import Role
from cnncalc.drawing.scene import Area, Box, Mark, Words, rectangle
from cnncalc.drawing.words import shortened, width_of
from cnncalc.layers import families

_SWATCH, _LINE, _APART = 7.0, 12.0, 12.0
_LONGEST = 220.0  # entry


def legend(stations: Sequence[Station], shapes: Shapes, top: float, width: float) -> list[Mark]:
    """A swatch for each colour with what it means, in lines below the picture."""
    marks: list[Mark] = []
    x, y = MARGIN, top
    for role, text in _entries(stations, bands=not shapes.as_sheets):
        long = _SWATCH + 4 + width_of(text, SMALL)
        if x > MARGIN and x + long > width - MARGIN:
            x, y = MARGIN, y + _LINE
        swatch = rectangle(Box(x, y, x + _SWATCH, y + _SWATCH))
        marks.append(Area(swatch, role, "ink", 0.5))
        marks.append(Words((x + _SWATCH + 4, y + _SWATCH - 0.8), text, SMALL))
        x += long + _APART
    note = _note(shapes)
    if note:
        if x > MARGIN and x + width_of(note, SMALL) > width - MARGIN:
            x, y = MARGIN, y + _LINE
        marks.append(Words((x, y + _SWATCH - 0.8), note, SMALL, role="faint"))
    return marks


def width_of_legend(stations: Sequence[Station], shapes: Shapes) -> float:
    """What the legend needs at least: the width of its longest entry."""
    texts = [text for _, text in _entries(stations, bands=not shapes.as_sheets)]
    return 2 * MARGIN + _SWATCH + 4 + max(width_of(text, SMALL) for text in [*texts, _note(shapes)])


def _entries(stations: Sequence[Station], *, bands: bool) -> list[tuple[Role, str]]:
    kinds: dict[Role, dict[str, None]] = {}  # families of layers that have a box of this colour
    words: dict[Role, dict[str, None]] = {}  # what bands of this colour stand for
    for station in stations:
        if isinstance(station.map, FeatureMap):
            role = station.solid.role
            kinds.setdefault(role, {})[_family(station.map, role)] = None
            for part in station.map.folded if bands else ():
                words.setdefault(part.role, {})[part.word] = None
    found = []
    for role in get_args(Role):
        if role in kinds or role in words:
            text = _entry(role, list(kinds.get(role, ())), list(words.get(role, ())))
            found.append((role, shortened(text, SMALL, _LONGEST)))
    return found


def _family(one: FeatureMap, role: Role) -> str:
    """A colour may stand for layers of two families."""
    return role if role in ("input", "other") else families().get(one.node.op, role)


def _entry(role: Role, kinds: list[str], words: list[str]) -> str:
    name = ", ".join(kinds)
    if role == "other":
        return ", ".join([*kinds, *words])
    return f"{name or role}: {', '.join(words)}" if words else name


def _note(shapes: Shapes) -> str:
    if shapes.length.exponent == 1:
        return ""
    return f"side lengths ∝ size^{shapes.length.exponent:.2f}"

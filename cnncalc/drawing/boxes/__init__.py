"""A chain of layers as papers draw it: its feature maps as boxes, one after the other.

Reference:
    LeCun, Bottou, Bengio, Haffner, Gradient-based learning applied to document recognition,
    Proceedings of the IEEE 86 (11), 1998, figure 2.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.drawing.boxes.chain import FeatureMap, Omitted, is_chain, maps_of
from cnncalc.drawing.boxes.legend import legend, width_of_legend
from cnncalc.drawing.boxes.row import row_marks
from cnncalc.drawing.boxes.rows import MARGIN, in_rows, right_end, stations_of
from cnncalc.drawing.boxes.shapes import Shapes
from cnncalc.drawing.scene import Line, Mark, Point, Scene, bounds, moved
from cnncalc.ir.shapes import format_shape

__all__ = ["boxes_scene", "is_chain"]

_BETWEEN_ROWS = 26.0
_INDENT = 8.0  # of rows, where an arrow leads to the next one
_MOST_TOLD = 24


def boxes_scene(facts: NetworkFacts) -> Scene:
    """The maps of a chain as boxes, in rows of at most 800 points.

    Heights and widths are to scale where sizes are at most 8 times apart, and grow with a power of
    the size where they are further apart; so do channels and the lengths of vectors, each by a
    scale of its own. On each map lies the window that the next layer slides over it, with lines to
    the cell that it gives. Of more than 160 maps the middle is left out.

    Raises:
        UsageError: The network is no chain.
    """
    maps = maps_of(facts)
    shapes = Shapes(maps)
    stations = stations_of(maps, shapes)
    rows = in_rows(stations, 20.0 if shapes.as_sheets else 13.0)
    indent = _INDENT if len(rows) > 1 else 0.0
    wide = [right_end(row) + MARGIN + indent for row in rows]
    width = max(width_of_legend(stations, shapes), *wide)
    marks: list[Mark] = []
    end, bottom = None, MARGIN  # where the row above ends
    for row in rows:
        own = row_marks(row, bands=not shapes.as_sheets)
        if end is not None:
            bottom += _BETWEEN_ROWS
        middle = bottom - bounds(own).top
        if end is not None:
            start = (row[0].solid.box.left + indent, middle)
            marks.append(_joint(end, bottom - _BETWEEN_ROWS / 2, start, width))
        marks += moved(own, indent, middle)
        end, bottom = (row[-1].solid.box.right + indent, middle), middle + bounds(own).bottom
    marks += legend(stations, shapes, bottom + 10, width)
    bottom = bounds(marks).bottom + MARGIN
    title = f"{facts.name or 'network'}: feature maps"
    return Scene(width, bottom, tuple(marks), title, _told(maps))


def _joint(end: Point, between: float, start: Point, width: float) -> Line:
    """An arrow from the end of a row, between the rows, to the start of the next."""
    left, right = MARGIN / 2, width - MARGIN / 2
    points = (
        (end[0] + 2, end[1]),
        (right, end[1]),
        (right, between),
        (left, between),
        (left, start[1]),
        (start[0] - 1, start[1]),
    )
    return Line(points, "line", 0.7, arrow=True, radius=4.0)


def _told(maps: Sequence[FeatureMap | Omitted]) -> str:
    """The first maps in words."""
    found = [one for one in maps if isinstance(one, FeatureMap)]
    told = [f"{one.node.name} {format_shape(one.shape)}" for one in found[:_MOST_TOLD]]
    return ", ".join(told) + ("" if len(maps) <= _MOST_TOLD else ", …")

"""A flow with rows, lanes and lines, before it has a place on the page."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.drawing.flow.channels import channels_of
from cnncalc.drawing.flow.lanes import Lanes
from cnncalc.drawing.flow.packing import Sides, pack
from cnncalc.drawing.flow.rows import (
    channel_heights,
    extents_of,
    height_of,
    row_heights,
    widths_of,
)
from cnncalc.drawing.flow.sheet import Plan
from cnncalc.drawing.flow.units import Unit, Units


def plan_of(
    found: Units,
    units: Sequence[Unit],
    inputs: Sequence[Sequence[int]],
    lanes: Lanes,
    sides: Sides = "both",
    n_rows: int | None = None,
) -> Plan:
    """Pack the lanes, route the lines and measure the rows.

    Args:
        found: All boxes, with the titles of frames.
        units: Those that are in this flow.
        inputs: What feeds them.
        lanes: Their lanes.
        sides: Where lanes may stand beside the trunk.
        n_rows: How many rows there are; as many as the boxes take when left out.
    """
    n_rows = 1 + max(lanes.ranks, default=-1) if n_rows is None else n_rows
    widths = widths_of(found, units, lanes)
    extents = extents_of(units, widths)
    pack(lanes, extents, sides)
    channels = channels_of(lanes, widths, inputs, n_rows)
    rows = row_heights(units, lanes.ranks, n_rows)
    between = channel_heights(units, lanes.ranks, channels)
    heights = [height_of(unit) for unit in units]
    return Plan(lanes, extents, widths, heights, channels, rows, between)

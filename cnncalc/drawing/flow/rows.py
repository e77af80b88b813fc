"""How high rows and the channels between them are, and how wide boxes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cnncalc.drawing.flow.channels import Channels
from cnncalc.drawing.flow.folding import Path
from cnncalc.drawing.flow.lanes import Lanes
from cnncalc.drawing.flow.packing import Extent
from cnncalc.drawing.flow.strips import short_name
from cnncalc.drawing.flow.units import Unit, Units
from cnncalc.drawing.words import shortened, width_of

TEXT, SMALL, NOTE = 8.5, 6.5, 7.0  # sizes of what a box is, of names and shapes, of strips
HEAD, HEAD_NAMED, STRIP = 15.0, 24.0, 11.5  # heights
LABEL, TITLE, TRACK = 10.0, 12.0, 6.0  # of a shape below a box, a frame's title, a track
PAD = 5.0  # between a frame and what is in it
_FORK = 4.0  # from a box to a track, where no shape stands between
_ARROW = 9.0  # for the head of an arrow, straight
_LEAST = 15.0  # height of a channel
_MARGIN = 6.0  # between a box and its words
_NARROWEST, _WIDEST = 52.0, 190.0


class Channel(NamedTuple):
    """Heights in a channel, from above to below.

    Attributes:
        label: Of the shapes that are written below the boxes.
        end: Of what frames that end here keep free.
        tracks: Of the tracks.
        begin: Of what frames that begin below keep free, and of the heads of arrows.
    """

    label: float
    end: float
    tracks: float
    begin: float

    @property
    def height(self) -> float:
        """Of all of it."""
        return max(sum(self), _LEAST)


def height_of(unit: Unit) -> float:
    """Height of a box."""
    return head_height(unit) + STRIP * (len(unit.strips) - 1)


def head_height(unit: Unit) -> float:
    """Height of the first layer in a box."""
    return HEAD_NAMED if unit.strips[0].name else HEAD


def widths_of(found: Units, units: Sequence[Unit], lanes: Lanes) -> list[float]:
    """Widths of the boxes: on a lane all are as wide as the widest, but for inputs and outputs."""
    own = [own_width(unit, found.titles.get(unit.frame, "")) for unit in units]
    widest = [0.0] * len(lanes.lanes)
    for unit, lane in enumerate(lanes.lane_of):
        if _is_even(units[unit]):
            widest[lane] = max(widest[lane], own[unit])
    return [
        widest[lane] if _is_even(units[unit]) else own[unit]
        for unit, lane in enumerate(lanes.lane_of)
    ]


def own_width(unit: Unit, title: str = "") -> float:
    """Width of a box that its words ask for, and the title of a frame that it stands in."""
    widest = max(_head_width(unit), *(width_of(strip.text, NOTE) for strip in unit.strips[1:]), 0.0)
    beside = 2 * width_of(title, SMALL, bold=True)  # it stands beside the line into the box
    return min(max(widest + 2 * _MARGIN, beside + _MARGIN, _NARROWEST), _WIDEST)


def extents_of(units: Sequence[Unit], widths: Sequence[float]) -> list[Extent]:
    """How far boxes reach to the sides with the shapes that are written below."""
    return [
        Extent(width / 2, max(width / 2, label_width(unit) + 6))
        for unit, width in zip(units, widths, strict=True)
    ]


def label_width(unit: Unit) -> float:
    """Width of the shape below a box, 0 for none."""
    return width_of(unit.shape, SMALL) if has_label(unit) else 0.0


def has_label(unit: Unit) -> bool:
    """Whether the shape is written below a box."""
    return unit.changes and not unit.is_output


def fitting(text: str, size: float, width: float) -> str:
    """As much of a text as a box of this width holds."""
    return shortened(text, size, width - _MARGIN)


def row_heights(units: Sequence[Unit], ranks: Sequence[int], n_rows: int) -> list[float]:
    """Height of every row."""
    heights = [0.0] * n_rows
    for unit, rank in zip(units, ranks, strict=True):
        heights[rank] = max(heights[rank], height_of(unit))
    return heights


def channel_heights(
    units: Sequence[Unit], ranks: Sequence[int], channels: Channels
) -> list[Channel]:
    """Heights of the channel below every row."""
    labels = [_FORK if count else 0.0 for count in channels.counts]
    ends, begins = ([0.0] * len(channels.counts) for _ in range(2))
    frames: dict[Path, list[int]] = {}
    for unit, rank in zip(units, ranks, strict=True):
        if has_label(unit):
            labels[rank] = LABEL
        if unit.frame:
            frames.setdefault(unit.frame, []).append(rank)
    for rows in frames.values():
        ends[max(rows)] = PAD
        if min(rows):
            begins[min(rows) - 1] = TITLE
    return [
        Channel(label, end, TRACK * count, begin + _ARROW)
        for label, end, count, begin in zip(labels, ends, channels.counts, begins, strict=True)
    ]


def _is_even(unit: Unit) -> bool:
    return not (unit.is_input or unit.is_output or unit.strips[0].role == "paper")


def _head_width(unit: Unit) -> float:
    strip = unit.strips[0]
    return max(width_of(strip.text, TEXT), width_of(short_name(strip, unit.frame), SMALL))

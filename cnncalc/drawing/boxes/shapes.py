"""The solids of a chain's maps, all of them to the same scales."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from cnncalc.drawing.boxes.chain import FeatureMap, Omitted
from cnncalc.drawing.boxes.scale import Scale
from cnncalc.drawing.boxes.solids import Sheets, Slab, Solid, Unknown
from cnncalc.drawing.palette import Role, role_of
from cnncalc.drawing.scene import Point
from cnncalc.ir.shapes import Shape

_LONGEST, _SMALLER = 104.0, 8.0  # points of the largest map, and how much smaller the smallest is
_THICKEST, _THINNER = 26.0, 12.0  # the same for channels
_VECTOR, _SHORTER = 90.0, 6.0  # the same for vectors
_USUAL = 64  # units that vectors are measured against: one of 2 is short, though it be the only one
_FEW, _LEAST = 24, 0.45  # maps that are drawn at full size, and what is left of it for many
_MOST_SHEETS = 32
_MOST_FRAMES = 4  # of a 3-D map that are drawn
_ROOM = 560.0  # that stacks of sheets may take up altogether
_AWAY = (0.30, 0.21)  # how far right and up a length goes that leads away from the viewer


class Extent(NamedTuple):
    """What is drawn of a map's shape.

    Attributes:
        rows: Its height; of a 1-D map its length.
        columns: Its width; None for a 1-D map.
        channels: Its channels.
        frames: How many such maps there are; more than 1 for 3-D maps only.
    """

    rows: int
    columns: int | None
    channels: int
    frames: int = 1


class Vector(NamedTuple):
    """What is drawn of a vector, or of a map of one cell."""

    units: int


def extent(shape: Shape | None) -> Extent | Vector | None:
    """What can be drawn of a shape; None if something of it is not known."""
    if shape is None:
        return None
    sizes = [size for size in shape if size is not None]
    if len(sizes) < len(shape):
        return None
    *spatial, channels = sizes or [1]
    if all(size == 1 for size in spatial):
        return Vector(channels)
    if len(spatial) == 1:
        return Extent(spatial[0], None, channels)
    return Extent(spatial[-2], spatial[-1], channels, prod(spatial[:-2]))


class Shapes:
    """Makes the solids of the maps.

    Attributes:
        length: Scale of heights and widths.
        as_sheets: Whether maps are stacks of sheets, as in LeCun et al. (1998, figure 2): where
            there are few channels and few maps. They are slabs in perspective elsewhere.
    """

    def __init__(self, maps: Sequence[FeatureMap | Omitted]) -> None:
        found = [extent(one.shape) for one in maps if isinstance(one, FeatureMap)]
        extents = [one for one in found if isinstance(one, Extent)]
        vectors = [one.units for one in found if isinstance(one, Vector)]
        sides = [size for one in extents for size in (one.rows, one.columns) if size is not None]
        channels = [one.channels for one in extents]
        crowd = min(1.0, max(_LEAST, (_FEW / len(maps)) ** 0.5))
        self.length = Scale(sides, crowd * _LONGEST, _SMALLER)
        self._thickness = Scale(channels, crowd * _THICKEST, _THINNER)
        self._units = Scale([_USUAL, *vectors], crowd * _VECTOR, _SHORTER)
        self._offset = max(1.6, min(4.0, 40 / max(channels, default=1)))
        self.as_sheets = bool(extents) and self._fit_as_sheets(extents)

    def _fit_as_sheets(self, extents: list[Extent]) -> bool:
        if any(one.columns is None or one.frames > 1 for one in extents):
            return False
        if max(one.channels for one in extents) > _MOST_SHEETS:
            return False
        wide = sum(self.length(one.columns or 1) for one in extents)
        return wide + sum(one.channels * self._offset for one in extents) <= _ROOM

    def solid(self, one: FeatureMap) -> Solid:
        """The solid of a map, at no place yet."""
        role: Role = "input" if one.node.op == "input" else role_of(one.node.op)
        found = extent(one.shape)
        if found is None:
            return Unknown(role)
        if isinstance(found, Vector):
            away: Point = (0.0, 0.0) if self.as_sheets else (3.0, 2.1)
            return Slab(role, thick=7.0, high=self._units(found.units), away=away)
        if self.as_sheets:
            wide, high = self.length(found.columns or 1), self.length(found.rows)
            return Sheets(role, count=found.channels, wide=wide, high=high, offset=self._offset)
        return Slab(
            role,
            thick=max(self._thickness(found.channels), 1.5),
            high=self.length(found.rows),
            away=self._away(found.columns),
            frames=min(found.frames, _MOST_FRAMES),
        )

    def _away(self, columns: int | None) -> Point:
        length = 8.0 if columns is None else self.length(columns)
        return length * _AWAY[0], length * _AWAY[1]

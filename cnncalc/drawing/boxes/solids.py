"""What a feature map looks like: a slab in perspective, a stack of sheets, or a dashed outline."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cnncalc.drawing.palette import Role
from cnncalc.drawing.scene import Area, Box, Line, Mark, Point, Words, rectangle

_BAND = 1.8  # width of the band of a folded layer
_THIN = 0.5  # of outlines
_PATCH = 4.0  # width of what stands for a piece of a side that is hidden


class Span(NamedTuple):
    """A piece of a map, as shares of its height and its width, each from 0 to 1."""

    top: float
    left: float
    bottom: float
    right: float


@dataclass
class Solid(ABC):
    """A map on the page.

    Attributes:
        role: Its colour.
        x: Its left end.
        y: Its middle.
    """

    role: Role
    x: float = 0.0
    y: float = 0.0

    @property
    @abstractmethod
    def width(self) -> float:
        """How wide it is on the page."""

    @property
    @abstractmethod
    def height(self) -> float:
        """How high it is on the page."""

    @abstractmethod
    def marks(self, bands: Sequence[Role]) -> list[Mark]:
        """How it is drawn, with a band for what is folded into it."""

    @abstractmethod
    def window(self, span: Span) -> tuple[Point, Point, Point, Point]:
        """A piece of the map where the next layer's window lies: from top left, clockwise."""

    def patch(self, span: Span) -> tuple[Point, Point, Point, Point]:
        """A piece of the map that one cell of the map before gives."""
        return self.window(span)

    @abstractmethod
    def cell(self, row: float, column: float) -> Point:
        """A cell of the map that the layer before gives, at these shares of height and width."""

    @property
    def box(self) -> Box:
        """What it takes up of the page."""
        top = self.y - self.height / 2
        return Box(self.x, top, self.x + self.width, top + self.height)

    @property
    def middle(self) -> float:
        """Half way between its left and its right end."""
        return self.x + self.width / 2


@dataclass
class Slab(Solid):
    """A box: channels from left to right, height upright, width away from who looks at it.

    Attributes:
        thick: Length for the channels.
        high: Length for the height.
        away: How far right, and up, the width goes.
        frames: How many such maps there are, one behind another: those of a 3-D map.
    """

    thick: float = 0.0
    high: float = 0.0
    away: Point = (0.0, 0.0)
    frames: int = 1
    behind: float = 2.6  # distance of a frame from the one before it

    @property
    def width(self) -> float:
        """How wide it is on the page."""
        return self.thick + self.away[0] + self._behind

    @property
    def height(self) -> float:
        """How high it is on the page."""
        return self.high + self.away[1] + self._behind

    @property
    def _behind(self) -> float:
        return self.behind * (self.frames - 1)

    @property
    def _corner(self) -> Point:
        """The front's left upper corner."""
        return self.x + self._behind, self.y + self.height / 2 - self.high

    @property
    def front(self) -> tuple[Point, ...]:
        """The corners of its front, from top left, clockwise."""
        x, y = self._corner
        return rectangle(Box(x, y, x + self.thick, y + self.high))

    def marks(self, bands: Sequence[Role]) -> list[Mark]:
        """Three sides, and behind them those of the other frames."""
        marks: list[Mark] = []
        for frame in range(self.frames - 1, 0, -1):
            marks += self._faces(-frame * self.behind, ())
        return marks + self._faces(0.0, bands)

    def _faces(self, shift: float, bands: Sequence[Role]) -> list[Mark]:
        x, y = self._corner
        x, y = x + shift, y + shift
        right, bottom = x + self.thick, y + self.high
        dx, dy = self.away
        marks: list[Mark] = []
        if dx:
            side = ((right, y), (right + dx, y - dy), (right + dx, bottom - dy), (right, bottom))
            top = ((x, y), (x + dx, y - dy), (right + dx, y - dy), (right, y))
            marks += [Area(side, self.role, None), Area(side, "ink", "ink", _THIN, 0.13)]
            marks += [Area(top, "paper", None), Area(top, self.role, "ink", _THIN, 0.55)]
        marks.append(Area(rectangle(Box(x, y, right, bottom)), self.role, None))
        for number, role in enumerate(reversed(bands)):
            end = right - number * self._band(len(bands))
            start = end - self._band(len(bands))
            marks.append(Area(rectangle(Box(start, y, end, bottom)), role, None))
            if dx:
                top = ((start, y), (start + dx, y - dy), (end + dx, y - dy), (end, y))
                marks.append(Area(top, role, None))
        outline = rectangle(Box(x, y, right, bottom))
        return [*marks, Area(outline, None, "ink", _THIN)]

    def _band(self, count: int) -> float:
        return min(_BAND, 0.6 * self.thick / count)

    def window(self, span: Span) -> tuple[Point, Point, Point, Point]:
        """A piece of its right side, which height and width span."""
        return (
            self._on_side(span.top, span.left),
            self._on_side(span.top, span.right),
            self._on_side(span.bottom, span.right),
            self._on_side(span.bottom, span.left),
        )

    def patch(self, span: Span) -> tuple[Point, Point, Point, Point]:
        """A piece of the left of its front, as its left side is hidden."""
        x, y = self._corner
        right = x + min(self.thick, _PATCH)
        top, bottom = y + span.top * self.high, y + span.bottom * self.high
        return (x, top), (right, top), (right, bottom), (x, bottom)

    def _on_side(self, row: float, column: float) -> Point:
        x, y = self._corner
        dx, dy = self.away
        return x + self.thick + column * dx, y + row * self.high - column * dy

    def cell(self, row: float, column: float) -> Point:
        """A cell at the left of its front."""
        x, y = self._corner
        return x + min(self.thick / 2, 2.5), y + row * self.high


@dataclass
class Sheets(Solid):
    """A sheet for every channel, facing who looks at it, the last one in front.

    Attributes:
        count: How many sheets.
        wide: Length for the width.
        high: Length for the height.
        offset: By how much a sheet is further right and down than the one behind it.
    """

    count: int = 1
    wide: float = 0.0
    high: float = 0.0
    offset: float = 0.0

    @property
    def width(self) -> float:
        """How wide it is on the page."""
        return self.wide + (self.count - 1) * self.offset

    @property
    def height(self) -> float:
        """How high it is on the page."""
        return self.high + (self.count - 1) * self.offset

    def _sheet(self, number: int) -> Box:
        left = self.x + number * self.offset
        top = self.y - self.height / 2 + number * self.offset
        return Box(left, top, left + self.wide, top + self.high)

    def marks(self, bands: Sequence[Role]) -> list[Mark]:
        """The sheets, from the one behind; they have no bands."""
        sheets = (rectangle(self._sheet(number)) for number in range(self.count))
        return [Area(sheet, self.role, "ink", _THIN) for sheet in sheets]

    def window(self, span: Span) -> tuple[Point, Point, Point, Point]:
        """A piece of the sheet in front."""
        left, top, _, _ = self._sheet(self.count - 1)
        box = Box(
            left + span.left * self.wide,
            top + span.top * self.high,
            left + span.right * self.wide,
            top + span.bottom * self.high,
        )
        first, second, third, fourth = rectangle(box)
        return first, second, third, fourth

    def cell(self, row: float, column: float) -> Point:
        """A cell of the sheet in front."""
        left, top, _, _ = self._sheet(self.count - 1)
        return left + column * self.wide, top + row * self.high


@dataclass
class Unknown(Solid):
    """A map that cannot be drawn to scale: too little is known of it, or it stands for many.

    Attributes:
        side: Length of its sides.
        sign: What is written in it.
    """

    side: float = 30.0
    sign: str = "?"

    @property
    def width(self) -> float:
        """How wide it is on the page."""
        return self.side

    @property
    def height(self) -> float:
        """How high it is on the page."""
        return self.side

    def marks(self, bands: Sequence[Role]) -> list[Mark]:
        """A dashed outline with a sign."""
        corners = rectangle(self.box)
        outline = Line((*corners, corners[0]), "ink", 0.7, dashed=True)
        return [
            Area(corners, self.role, None, opacity=0.5),
            outline,
            Words((self.middle, self.y + 4), self.sign, 11, "middle"),
        ]

    def window(self, span: Span) -> tuple[Point, Point, Point, Point]:
        """All of it: which piece is not known."""
        first, second, third, fourth = rectangle(self.box)
        return first, second, third, fourth

    def cell(self, row: float, column: float) -> Point:
        """The middle of its left side."""
        return self.x, self.y

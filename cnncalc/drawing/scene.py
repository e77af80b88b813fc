"""What a picture is made of: a few kinds of marks on a page, in points, with y downwards.

Whoever lays out a picture makes a `Scene`; `svg.py` and `printing.py` turn it into bytes. A scene
knows the extent of every word in it, so that overlaps can be computed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple, TypeAlias

from cnncalc.drawing.palette import Role
from cnncalc.drawing.words import line_height, width_of

Point: TypeAlias = tuple[float, float]
Anchor: TypeAlias = Literal["start", "middle", "end"]


class Box(NamedTuple):
    """A rectangle: left, top, right and bottom."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Whether the two have more than a border in common."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds(self, other: Box) -> bool:
        """Whether the other is nowhere outside this one."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )


class Area(NamedTuple):
    """A filled polygon.

    Attributes:
        points: Its corners, in order.
        fill: What it stands for; None fills nothing.
        stroke: What its border stands for; None draws none.
        width: Width of the border.
        opacity: Of the filling, 0 to 1.
        radius: By how much the corners are rounded.
    """

    points: tuple[Point, ...]
    fill: Role | None
    stroke: Role | None = "line"
    width: float = 0.8
    opacity: float = 1.0
    radius: float = 0.0


class Line(NamedTuple):
    """A line through points.

    Attributes:
        points: Its points, in order.
        stroke: What it stands for.
        width: How thick it is.
        dashed: Whether it is.
        arrow: Whether it ends in a head.
        radius: By how much its bends are rounded.
    """

    points: tuple[Point, ...]
    stroke: Role = "line"
    width: float = 0.8
    dashed: bool = False
    arrow: bool = False
    radius: float = 0.0


class Words(NamedTuple):
    """One line of text; what is not printable in it is escaped already.

    Attributes:
        at: Where its baseline starts, has its middle or ends, by `anchor`.
        text: The text.
        size: Height of the letters, in points.
        anchor: What of the text is at `at`.
        role: Its colour.
        bold: Whether it is.
    """

    at: Point
    text: str
    size: float = 9.0
    anchor: Anchor = "start"
    role: Role = "ink"
    bold: bool = False

    @property
    def box(self) -> Box:
        """What the text takes up, measured in the widest of the fonts that it may be shown in."""
        width = width_of(self.text, self.size, bold=self.bold)
        left = self.at[0] - {"start": 0.0, "middle": width / 2, "end": width}[self.anchor]
        top = self.at[1] - 0.8 * line_height(self.size)
        return Box(left, top, left + width, top + line_height(self.size))


class Group(NamedTuple):
    """Marks that belong to one layer, or to one block.

    Attributes:
        marks: The marks, the last on top.
        layer: Name of the layer or block, which a page lights up; None for neither.
        title: What is said where the mouse rests, if anything.
    """

    marks: tuple[Mark, ...]
    layer: str | None = None
    title: str | None = None


Mark: TypeAlias = Area | Line | Words | Group


class Scene(NamedTuple):
    """A picture.

    Attributes:
        width: Its width, in points.
        height: Its height.
        marks: What is on it, the last on top.
        title: What it shows, in a few words, for whoever cannot see it.
        text: The same in a sentence or two.
    """

    width: float
    height: float
    marks: tuple[Mark, ...]
    title: str
    text: str = ""

    def words(self) -> Iterator[Words]:
        """Every text on it."""
        for mark in flat(self.marks):
            if isinstance(mark, Words):
                yield mark


def flat(marks: Iterable[Mark]) -> Iterator[Area | Line | Words]:
    """The marks with those in groups, from below to above."""
    for mark in marks:
        if isinstance(mark, Group):
            yield from flat(mark.marks)
        else:
            yield mark


def rectangle(box: Box) -> tuple[Point, ...]:
    """The corners of a rectangle, clockwise from top left."""
    left, top, right, bottom = box
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def bounds(marks: Iterable[Mark]) -> Box:
    """The smallest rectangle that holds all marks, of which there is at least one."""
    corners: list[Point] = []
    for mark in flat(marks):
        if isinstance(mark, Words):
            left, top, right, bottom = mark.box
            corners += ((left, top), (right, bottom))
        else:
            corners += mark.points
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return Box(min(xs), min(ys), max(xs), max(ys))


def moved(marks: Iterable[Mark], right: float, down: float) -> tuple[Mark, ...]:
    """The same marks elsewhere."""
    return tuple(_moved(mark, right, down) for mark in marks)


def _moved(mark: Mark, right: float, down: float) -> Mark:
    match mark:
        case Group():
            return mark._replace(marks=moved(mark.marks, right, down))
        case Words():
            return mark._replace(at=(mark.at[0] + right, mark.at[1] + down))
        case Area() | Line():
            points = tuple((x + right, y + down) for x, y in mark.points)
            return mark._replace(points=points)

"""Networks as bubbles: two quantities along the axes, a third one as the area."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import cos, pi, sin, sqrt
from typing import Literal, NamedTuple, TypeAlias

from cnncalc.drawing.placing import Circle, Size, place
from cnncalc.drawing.scales import Scale, scale_of, short
from cnncalc.drawing.scene import Area, Box, Group, Line, Mark, Point, Scene, Words
from cnncalc.drawing.words import line_height, shortened, width_of
from cnncalc.source.printable import printable

Unit: TypeAlias = Literal["", "bytes", "%"]

MOST_BUBBLES = 150
_WIDTH, _PLOT_HEIGHT = 480.0, 300.0
_EDGE, _GAP = 10.0, 4.0  # around the picture, and between words and what they are about
_LABEL, _TICK, _NOTE = 8.0, 8.0, 7.0  # sizes of letters
_LARGEST, _SMALLEST, _DOT = 24.0, 1.6, 3.5  # radii; the last one where areas say nothing
_WIDEST = 130.0  # of a label
_CORNERS = 12  # of what is rounded to a circle
_MOST_LINES, _PITCH = 6, 9.5  # of notes, and from one to the next
_MOST_NAMES = 9  # of networks whose names find no room
_LEADER = 5.0  # from this distance on a line joins a label to its circle
_BYTES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


class Quantity(NamedTuple):
    """What is along an axis, or what areas are.

    Attributes:
        name: What it is called.
        unit: What its values are: counts, bytes or per cent.
    """

    name: str
    unit: Unit = ""


class Bubble(NamedTuple):
    """A network.

    Attributes:
        name: What is written beside it.
        x: Its figure along the horizontal axis.
        y: The same along the vertical one.
        area: What its area is; None where areas say nothing.
    """

    name: str
    x: float
    y: float
    area: float | None


def bubble_scene(
    bubbles: Sequence[Bubble],
    x: Quantity,
    y: Quantity,
    area: Quantity | None,
    notes: Sequence[str] = (),
) -> Scene:
    """Lay out networks as bubbles; at most 150 are shown.

    Areas are proportional, but that the smallest are dots. An axis is logarithmic if its values
    span more than a factor of twenty. Labels neither overlap nor leave the picture; names that find
    no room are listed below it.

    Args:
        bubbles: The networks, at least one.
        x: What stands along the horizontal axis.
        y: What stands along the vertical one.
        area: What areas are; None for dots.
        notes: Lines to write below it.
    """
    return _Chart(bubbles, x, y, area, notes).scene()


class _Chart:
    def __init__(
        self,
        bubbles: Sequence[Bubble],
        x: Quantity,
        y: Quantity,
        area: Quantity | None,
        notes: Sequence[str],
    ) -> None:
        self._bubbles = bubbles[:MOST_BUBBLES]
        self._quantities = (x, y)
        self._area = area
        self._notes = list(notes)
        if len(bubbles) > MOST_BUBBLES:
            self._notes.append(f"only the first {MOST_BUBBLES} of {len(bubbles):,} are shown")
        crowd = max(1.0, len(self._bubbles) / 12)
        self._largest = max(_LARGEST / crowd**0.5, 8.0) if area else _DOT
        self._most = max((bubble.area or 0.0 for bubble in self._bubbles), default=0.0)
        x_divisor, self._x_unit = _divisor(x, [bubble.x for bubble in self._bubbles])
        y_divisor, self._y_unit = _divisor(y, [bubble.y for bubble in self._bubbles])
        self._xs = [bubble.x / x_divisor for bubble in self._bubbles]
        self._ys = [bubble.y / y_divisor for bubble in self._bubbles]

    def scene(self) -> Scene:
        plot, x_scale, y_scale = self._frame()
        circles = [
            Circle(x_scale.at(x), y_scale.at(y), self._radius(bubble.area))
            for bubble, x, y in zip(self._bubbles, self._xs, self._ys, strict=True)
        ]
        names = [shortened(printable(one.name), _LABEL, _WIDEST) for one in self._bubbles]
        sizes = [Size(width_of(name, _LABEL), line_height(_LABEL)) for name in names]
        boxes = place(circles, sizes, plot)
        unplaced = [name for name, box in zip(names, boxes, strict=True) if box is None]
        if unplaced:
            more = len(unplaced) - _MOST_NAMES
            listed = ", ".join(unplaced[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
            self._notes.append(f"no room for the names of {listed}")
        notes = [line for note in self._notes for line in _wrapped(note, _WIDTH - 2 * _EDGE)]
        below = plot.bottom + line_height(_TICK) + line_height(9) + 4 * _GAP
        height = below + len(notes[:_MOST_LINES]) * _PITCH + _EDGE
        marks: list[Mark] = [
            *_across(plot, y_scale, _ticks(y_scale, self._quantities[1])),
            *_along(plot, x_scale, _ticks(x_scale, self._quantities[0])),
            *_frame(plot, self._titles()),
            *self._legend(plot.top),
            *self._drawn(circles),
            *_labels(names, boxes, circles),
            *_note_words(notes, below),
        ]
        x, y = (quantity.name for quantity in self._quantities)
        shown = ", ".join(printable(one.name) for one in self._bubbles[:50])
        return Scene(_WIDTH, height, tuple(marks), f"{y} against {x}", f"Bubbles for {shown}.")

    def _frame(self) -> tuple[Box, Scale, Scale]:
        """Where the plot is, and its axes."""
        top = _EDGE + max(line_height(9), 2 * self._largest if self._area else 0) + 2 * _GAP
        bottom = top + _PLOT_HEIGHT
        margin = min(self._largest + 8.0, 40.0)
        y_scale = scale_of(self._ys, bottom, top, margin)
        ticks = _ticks(y_scale, self._quantities[1])
        wide = max((width_of(short(value), _TICK) for value in ticks), default=0.0)
        left = _EDGE + wide + 2 * _GAP
        x_scale = scale_of(self._xs, left, _WIDTH - _EDGE - 6, margin)
        return Box(left, top, _WIDTH - _EDGE - 6, bottom), x_scale, y_scale

    def _titles(self) -> tuple[str, str]:
        x, y = self._quantities
        units = (self._x_unit, self._y_unit)
        named = zip((x, y), units, strict=True)
        first, second = (f"{one.name} ({unit})" if unit else one.name for one, unit in named)
        return first, second

    def _radius(self, area: float | None) -> float:
        if area is None or not self._most:
            return _DOT
        return max(self._largest * sqrt(area / self._most), _SMALLEST)

    def _drawn(self, circles: Sequence[Circle]) -> Iterator[Mark]:
        """The bubbles, the largest below."""
        order = sorted(range(len(circles)), key=lambda k: -circles[k].radius)
        for k in order:
            circle = circles[k]
            area = Area(_round(circle), "convolution", "ink", 0.6, 0.55, circle.radius * 2)
            yield Group((area,), title=printable(self._bubbles[k].name))

    def _legend(self, top: float) -> Iterator[Mark]:
        """What areas mean: circles of round values, right above the plot."""
        if self._area is None or not self._most:
            return
        divisor, unit = _divisor(self._area, [self._most])
        right, middle = _WIDTH - _EDGE - 6, (_EDGE + top) / 2 - _GAP / 2
        for value in _samples(self._most / divisor):
            text = f"{short(value)} {unit}".rstrip()
            right -= width_of(text, _NOTE)
            yield Words((right, middle + 0.35 * _NOTE), text, _NOTE, role="faint")
            radius = self._radius(value * divisor)
            right -= radius + _GAP
            yield Area(_round(Circle(right, middle, radius)), None, "faint", 0.6, 1.0, radius * 2)
            right -= radius + 2 * _GAP
        at = (right - _GAP, middle + 0.35 * _NOTE)
        yield Words(at, f"area: {self._area.name}", _NOTE, "end", "faint")


def _divisor(quantity: Quantity, values: Sequence[float]) -> tuple[float, str]:
    """By what values are divided to be read easily, and the unit that they have then."""
    if quantity.unit != "bytes":
        return 1.0, quantity.unit
    power = 0
    while power + 1 < len(_BYTES) and max(values) >= 1024.0 ** (power + 1):
        power += 1
    return 1024.0**power, _BYTES[power]


def _samples(most: float) -> list[float]:
    """Up to three round values for a legend, the largest first."""
    unit = 1.0
    while unit > most:
        unit /= 10
    while unit * 10 <= most:
        unit *= 10
    largest = max(step * unit for step in (1, 2, 5) if step * unit <= most)
    return [largest, largest / 5, largest / 25]


def _ticks(scale: Scale, quantity: Quantity) -> list[float]:
    """What is written beside an axis; no network has less than nothing, or is right too often."""
    most = 100.0 if quantity.unit == "%" else scale.high
    return [value for value in scale.ticks() if 0 <= value <= most]


def _across(plot: Box, scale: Scale, ticks: Sequence[float]) -> Iterator[Mark]:
    for value in ticks:
        y = scale.at(value)
        yield Line(((plot.left, y), (plot.right, y)), "padding")
        yield Words((plot.left - _GAP, y + 0.35 * _TICK), short(value), _TICK, "end", "faint")


def _along(plot: Box, scale: Scale, ticks: Sequence[float]) -> Iterator[Mark]:
    base = plot.bottom + _GAP + 0.8 * line_height(_TICK)
    for value in ticks:
        x = scale.at(value)
        yield Line(((x, plot.top), (x, plot.bottom)), "padding")
        yield Words((x, base), short(value), _TICK, "middle", "faint")


def _frame(plot: Box, titles: tuple[str, str]) -> Iterator[Mark]:
    corner = (plot.left, plot.bottom)
    yield Line(((plot.left, plot.top), corner, (plot.right, plot.bottom)), "line")
    yield Words((_EDGE, plot.top - 2 * _GAP), titles[1], 9.0)
    base = plot.bottom + 2 * _GAP + line_height(_TICK) + 0.8 * line_height(9.0)
    yield Words((plot.right, base), titles[0], 9.0, "end")


def _labels(
    names: Sequence[str], boxes: Sequence[Box | None], circles: Sequence[Circle]
) -> Iterator[Mark]:
    for name, box, circle in zip(names, boxes, circles, strict=True):
        if box is None:
            continue
        nearest = (
            min(max(circle.x, box.left), box.right),
            min(max(circle.y, box.top), box.bottom),
        )
        away = ((nearest[0] - circle.x) ** 2 + (nearest[1] - circle.y) ** 2) ** 0.5
        if away - circle.radius >= _LEADER:
            share = circle.radius / away
            start = (
                circle.x + share * (nearest[0] - circle.x),
                circle.y + share * (nearest[1] - circle.y),
            )
            yield Line((start, nearest), "line", 0.5)
        yield Words((box.left, box.top + 0.8 * line_height(_LABEL)), name, _LABEL)


def _round(circle: Circle) -> tuple[Point, ...]:
    """The corners that, rounded, make a circle: those of a polygon around it."""
    reach = circle.radius / cos(pi / _CORNERS)
    turns = [2 * pi * (corner + 0.5) / _CORNERS for corner in range(_CORNERS)]
    return tuple((circle.x + reach * cos(turn), circle.y + reach * sin(turn)) for turn in turns)


def _wrapped(note: str, room: float) -> list[str]:
    """A note in lines that fit."""
    lines = [""]
    for word in printable(note).split(" "):
        longer = f"{lines[-1]} {word}".lstrip()
        if lines[-1] and width_of(longer, _NOTE) > room:
            lines.append(shortened(word, _NOTE, room))
        else:
            lines[-1] = shortened(longer, _NOTE, room)
    return lines


def _note_words(lines: Sequence[str], top: float) -> Iterator[Words]:
    """The lines below the plot; of very many the first."""
    shown = list(lines[:_MOST_LINES])
    if len(lines) > _MOST_LINES:
        shown[-1] = shortened(f"{shown[-1]} …", _NOTE, _WIDTH - 2 * _EDGE)
    for number, line in enumerate(shown):
        base = top + number * _PITCH + 0.8 * line_height(_NOTE)
        yield Words((_EDGE, base), line, _NOTE, role="faint")

"""Axes in the house style, with margins and tick labels that are measured and never overlap."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from cnncalc.drawing.palette import COLOURS
from cnncalc.drawing.words import shortened, width_of
from cnncalc.source.printable import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 620.0  # of every chart, in points
EDGE = 12.0
TITLE = 30.0  # kept above the axes
LABEL, SMALL = 7.5, 7.0  # sizes of letters
INK, FAINT, RULE = COLOURS["ink"].light, COLOURS["faint"].light, COLOURS["line"].light
_PITCH = 9.5  # points from one upright label to the next
_LONGEST = 110.0  # of a layer's name under an axis
_MISSING = 1.35  # by how much wider, at most, letters are than they are counted for
_DECIMAL = ("", "k", "M", "G", "T", "P", "E")
_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def new_figure(height: float, title: str) -> Figure:
    """An empty page with a title; sizes are in points."""
    from matplotlib.figure import Figure

    figure = Figure((WIDTH / 72, height / 72), facecolor=COLOURS["paper"].light)
    shown = shortened(printable(title), 10, WIDTH - 2 * EDGE, bold=True)
    x, y = EDGE / WIDTH, 1 - 20 / height
    figure.text(x, y, shown, fontsize=10, fontweight="bold", color=INK)
    return figure


def new_axes(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Axes at a place in points, from the lower left corner of the page."""
    total = figure.get_size_inches() * 72
    axes = figure.add_axes(
        (left / total[0], bottom / total[1], width / total[0], height / total[1])
    )
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(RULE)
        axes.spines[side].set_linewidth(0.6)
    axes.tick_params(length=2.5, width=0.6, labelsize=LABEL, color=RULE, labelcolor=INK)
    axes.set_axisbelow(True)
    return axes


def key(axes: Axes) -> None:
    """What the lines and fills mean, over the axes: in one row, or in two if that is too long."""
    handles, labels = axes.get_legend_handles_labels()
    if not handles:
        return
    room = axes.get_position().width * WIDTH
    wide = sum(width_of(label, SMALL) + 4.5 * SMALL for label in labels)
    axes.legend(
        handles,
        labels,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=len(labels) if wide < room else -(-len(labels) // 2),
        frameon=False,
        fontsize=SMALL,
        labelcolor=FAINT,
        borderaxespad=0.3,
        borderpad=0,
        handlelength=1.8,
        columnspacing=1.5,
    )


def span(axes: Axes, first: int, last: int, hatch: str, label: str) -> None:
    """Columns that have no value, from the first to the last, hatched or only grey."""
    axes.axvspan(
        first - 0.5,
        last + 0.5,
        facecolor=COLOURS["padding"].light,
        edgecolor=RULE,
        linewidth=0,
        hatch=hatch,
        label=label or None,
    )


def note(figure: Figure, line: int, text: str) -> None:
    """A line of small print at the foot of the page; the lowest is line 0."""
    height = figure.get_size_inches()[1] * 72
    shown = shortened(text, SMALL, WIDTH - 2 * EDGE)
    y = (EDGE + 10 * line) / height
    figure.text(EDGE / WIDTH, y, shown, fontsize=SMALL, color=FAINT)


def scaled(largest: float, *, is_bytes: bool = False) -> tuple[float, str]:
    """By what values are divided so that the largest has few digits, and the unit that they get."""
    base, units = (1024.0, _BINARY) if is_bytes else (1000.0, _DECIMAL)
    power = 0
    while power + 1 < len(units) and largest >= base ** (power + 1):
        power += 1
    return base**power, units[power]


def short(value: float) -> str:
    """Three digits, with a power of ten only where no unit is large enough."""
    if 0 < value < 0.001:
        return "<0.001"
    if value >= 1e6:
        return f"{value:.3g}"
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def width_in_chart(text: str, size: float) -> float:
    """Width of a text; where a letter is in no font, the box that stands for it is a wide one."""
    return width_of(text, size) * (1 if text.isascii() else _MISSING)


def fitted(name: str, size: float, room: float) -> str:
    """A name, made safe to show and cut to the room that there is."""
    shown = printable(name)
    return shortened(shown, size, room / (1 if shown.isascii() else _MISSING))


class Ticks(NamedTuple):
    """Names of layers under an axis.

    Attributes:
        places: Which layers are named.
        names: Their names, as they are shown.
        upright: Whether these are.
        room: Points that they take below the axis.
    """

    places: list[int]
    names: list[str]
    upright: bool
    room: float

    def draw(self, axes: Axes, count: int) -> None:
        """Put them under an axis of so many layers."""
        axes.set_xticks(
            self.places,
            self.names,
            rotation=90 if self.upright else 0,
            fontsize=SMALL,
        )
        axes.set_xlim(-0.5, max(count, 1) - 0.5)


def name_ticks(names: Sequence[str], width: float) -> Ticks:
    """Names for an axis of layers, upright unless all fit: of many, as many as do not touch."""
    pitch = width / max(len(names), 1)
    every = 1 if pitch > _LONGEST else max(1, ceil(_PITCH / pitch))
    places = list(range(0, len(names), every))
    shown = [fitted(names[place], SMALL, _LONGEST) for place in places]
    longest = max((width_in_chart(name, SMALL) for name in shown), default=0.0)
    upright = every > 1 or longest + 6 > pitch
    return Ticks(places, shown, upright, longest + 6 if upright else 14.0)

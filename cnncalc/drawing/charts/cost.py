"""What the layers of a network cost: multiply-accumulates and parameters, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.drawing.charts.frames import (
    EDGE,
    FAINT,
    INK,
    LABEL,
    RULE,
    SMALL,
    TITLE,
    WIDTH,
    fitted,
    new_axes,
    new_figure,
    note,
    scaled,
    short,
    width_in_chart,
)
from cnncalc.drawing.charts.rows import Amount, Row, rows_of
from cnncalc.drawing.palette import COLOURS
from cnncalc.drawing.series import layer_costs
from cnncalc.drawing.words import width_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PITCH = 12.0  # from one row to the next
_LONGEST = 170.0  # of a name
_GAP = 16.0  # between the panels
_FOOT = 40.0  # below the axes, and 10 for every note


def cost_figure(facts: NetworkFacts) -> Figure:
    """A row per layer, at most 60, with a bar for its multiply-accumulates and one for parameters.

    Figures that are not known have no bar and say so; of sums that leave some out, the bar is what
    is known.
    """
    rows, notes = rows_of(layer_costs(facts))
    names = [fitted(row.name, LABEL, _LONGEST) for row in rows]
    left = EDGE + max((width_in_chart(name, LABEL) for name in names), default=0.0) + 8
    foot = _FOOT + 10 * len(notes)
    tall = _PITCH * max(len(rows), 3)
    figure = new_figure(TITLE + 6 + tall + foot, f"{facts.name or 'network'}: cost per layer")
    wide = (WIDTH - left - _GAP - EDGE) / 2
    panels = (
        ("multiply-accumulates", left, [row.macs for row in rows]),
        ("parameters", left + wide + _GAP, [row.params for row in rows]),
    )
    for title, x, amounts in panels:
        axes = new_axes(figure, x, foot, wide, tall)
        unit = _bars(axes, rows, amounts, wide)
        axes.set_xlabel(f"{title} ({unit})" if unit else title, fontsize=LABEL, color=INK)
        axes.set_ylim(max(len(rows), 3) - 0.5, -0.5)
        shown = names if x == left else []
        axes.set_yticks(range(len(shown)), shown, fontsize=LABEL)
        axes.tick_params(axis="y", length=0)
    for line, text in enumerate(reversed(notes)):
        note(figure, line, text)
    return figure


def _bars(axes: Axes, rows: Sequence[Row], amounts: Sequence[Amount], wide: float) -> str:
    """Draw the bars; the unit that they are in."""
    from matplotlib.ticker import MaxNLocator

    drawn = [0 if row.is_rest else one.known for row, one in zip(rows, amounts, strict=True)]
    largest = max(drawn, default=0)
    divisor, unit = scaled(largest)
    labels = [_label(amount, amount.known / divisor) for amount in amounts]
    room = max((width_of(label, SMALL) for label in labels), default=0.0) + 6
    top = (largest / divisor or 1.0) / (1 - room / wide)
    values = [known / divisor for known in drawn]
    fills = [COLOURS[row.role].light for row in rows]
    axes.barh(range(len(values)), values, 0.72, color=fills, edgecolor=RULE, linewidth=0.5)
    for place, (value, label) in enumerate(zip(values, labels, strict=True)):
        axes.annotate(
            label,
            (value, place),
            (3, 0),
            textcoords="offset points",
            verticalalignment="center_baseline",
            fontsize=SMALL,
            color=FAINT,
        )
    axes.set_xlim(0, top)
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10], min_n_ticks=2))
    axes.xaxis.set_major_formatter(lambda value, _: short(value))
    axes.grid(axis="x", color=COLOURS["padding"].light, linewidth=0.6)
    return unit


def _label(amount: Amount, value: float) -> str:
    if amount.partial:
        return f"≥ {short(value)}" if amount.known else "not known"
    return short(value)

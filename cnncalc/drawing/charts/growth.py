"""How the receptive field grows along a network, against the size of its input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.drawing.charts.columns import per_column, reduced, runs
from cnncalc.drawing.charts.frames import (
    EDGE,
    INK,
    LABEL,
    TITLE,
    WIDTH,
    key,
    name_ticks,
    new_axes,
    new_figure,
    note,
    scaled,
    short,
    span,
)
from cnncalc.drawing.palette import COLOURS
from cnncalc.drawing.series import FieldStep, field_growth
from cnncalc.errors import UsageError
from cnncalc.ir.shapes import Size, Sizes, axis_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Dashes: TypeAlias = str | tuple[int, tuple[float, ...]]

_TALL = 210.0
_LEFT = 58.0
_MANY = 100_000  # cells, from which on they are counted in thousands or more
_COLOUR, _FAINT = COLOURS["field"].light, 0.18
_DASHES: tuple[Dashes, ...] = ("solid", (0, (4, 2)), (0, (1, 1.5)))  # of the axes that differ


def growth_figure(facts: NetworkFacts) -> Figure:
    """The receptive field of every layer in cells, with a line at the size of the input.

    The band reaches down to the path that sees least. Layers that see all of the input, and those
    of which it is not known what they see, are marked instead.

    Raises:
        UsageError: The input has no cells that lie side by side.
    """
    steps = field_growth(facts)
    sizes = next((step.input_sizes for step in steps if step.input_sizes), None)
    if sizes is None:
        raise UsageError(
            "the receptive field cannot be drawn: no layer has one that is known, "
            "on an input with cells that lie side by side"
        )
    share = per_column(len(steps))
    names = [step.name for step in steps[::share]]
    wide = WIDTH - _LEFT - EDGE
    ticks = name_ticks(names, wide)
    notes = _notes(steps, facts)
    foot = EDGE + 10 * len(notes) + ticks.room + 16
    figure = new_figure(TITLE + 20 + _TALL + foot, f"{facts.name or 'network'}: receptive field")
    axes = new_axes(figure, _LEFT, foot, wide, _TALL)
    _lines(axes, steps, sizes, share)
    _marked(axes, steps, share)
    key(axes)
    ticks.draw(axes, len(names))
    _label_axes(axes)
    for line, text in enumerate(reversed(notes)):
        note(figure, line, text)
    return figure


def _label_axes(axes: Axes) -> None:
    top = axes.get_ylim()[1]
    divisor, unit = scaled(top) if top >= _MANY else (1.0, "")
    axes.yaxis.set_major_formatter(lambda value, _: short(value / divisor))
    axes.grid(axis="y", color=COLOURS["padding"].light, linewidth=0.6)
    cells = f"{unit} cells".lstrip()
    axes.set_ylabel(f"receptive field ({cells} of the input)", fontsize=LABEL, color=INK)
    axes.set_xlabel("layers, in order", fontsize=LABEL, color=INK)


def _lines(axes: Axes, steps: Sequence[FieldStep], sizes: Sizes, share: int) -> None:
    """A line for every axis that differs from those before it, a band below it, the input."""
    drawn: list[object] = []
    top = 0
    differ = len(set(sizes)) > 1 or any(len(set(step.size or ())) > 1 for step in steps)
    for axis, size in enumerate(sizes):
        found = [_local(step, axis) for step in steps]
        if (size, found) in drawn:
            continue
        dashes = _DASHES[min(len(drawn), len(_DASHES) - 1)]
        drawn.append((size, found))
        high = reduced([None if one is None else one[0] for one in found], share, max)
        low = reduced([None if one is None else one[1] for one in found], share, min)
        name = f" ({axis_name(len(sizes), axis)})" if differ else ""
        _line(axes, high, low, dashes, f"sees{name}")
        if size not in sizes[:axis]:
            which = name if len(set(sizes)) > 1 else ""
            label = f"input, {size:,}{which}"
            axes.axhline(size, color=INK, linewidth=0.8, linestyle=dashes, label=label)
        top = max(top, size, *(value for value in high if value is not None))
    if any(step.smallest != step.size for step in steps if _is_local(step)):
        axes.fill_between(
            [], [], color=_COLOUR, alpha=_FAINT, label="down to the path that sees least"
        )
    axes.set_ylim(0, 1.08 * top)


def _line(
    axes: Axes, high: Sequence[Size], low: Sequence[Size], dashes: Dashes, label: str
) -> None:
    """A line in steps, with gaps where nothing is known, and the band that it ends above."""
    for number, (first, last) in enumerate(runs([value is not None for value in high])):
        edges = [first - 0.5 + step for step in range(last - first + 2)]
        above = [value for value in high[first : last + 1] if value is not None]
        under = [value for value in low[first : last + 1] if value is not None]
        axes.stairs(above, edges, baseline=under, fill=True, color=_COLOUR, alpha=_FAINT)
        said = None if number else label
        style: dict[str, Any] = {"color": _COLOUR, "linewidth": 1.3, "linestyle": dashes}
        axes.stairs(above, edges, baseline=None, label=said, **style)


def _marked(axes: Axes, steps: Sequence[FieldStep], share: int) -> None:
    """The layers that see everything, and those of which it is not known what they see."""
    columns = [steps[start : start + share] for start in range(0, len(steps), share)]
    everything = [any(map(_is_everything, column)) for column in columns]
    unknown = [any(step.size is None for step in column) for column in columns]
    marked = ((everything, "", "sees all of the input"), (unknown, "////", "not known"))
    for flags, hatch, label in marked:
        for number, (first, last) in enumerate(runs(flags)):
            span(axes, first, last, hatch, "" if number else label)


def _is_everything(step: FieldStep) -> bool:
    return step.span is not None and step.middle is None


def _is_local(step: FieldStep) -> bool:
    return step.size is not None and not _is_everything(step)


def _local(step: FieldStep, axis: int) -> tuple[int, int] | None:
    """Largest and smallest size along an axis of a layer that does not see everything."""
    if not _is_local(step) or step.size is None or axis >= len(step.size):
        return None
    return step.size[axis], (step.smallest or step.size)[axis]


def _notes(steps: Sequence[FieldStep], facts: NetworkFacts) -> list[str]:
    notes = []
    if len(facts.inputs) > 1:
        notes.append("the field is that on the first input that a layer depends on")
    if len({step.input_sizes for step in steps if step.input_sizes}) > 1:
        notes.append("the inputs differ in size: the line is at that of the first")
    if any(step.whole_input for step in steps if _is_local(step)):
        notes.append("beside what is drawn, some layers have a path that sees everything")
    return notes

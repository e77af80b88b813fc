"""What is alive in memory at every step of a forward pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.drawing.charts.columns import per_column, reduced, runs
from cnncalc.drawing.charts.frames import (
    EDGE,
    INK,
    LABEL,
    TITLE,
    WIDTH,
    fitted,
    key,
    name_ticks,
    new_axes,
    new_figure,
    note,
    scaled,
    short,
    span,
    width_in_chart,
)
from cnncalc.drawing.palette import COLOURS
from cnncalc.drawing.series import LiveMemory, live_memory

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TALL = 190.0
_LEFT = 58.0
_NOTES = 20.0
_LONGEST = 200.0  # of a name beside the peak


def memory_figure(facts: NetworkFacts) -> Figure:
    """Live memory over the steps of a forward pass, with its peak; unknown steps are left blank."""
    memory = live_memory(facts)
    share = per_column(len(memory.steps))
    live = reduced([step.live_bytes for step in memory.steps], share, max)
    names = [step.name for step in memory.steps[::share]]
    wide = WIDTH - _LEFT - EDGE
    ticks = name_ticks(names, wide)
    foot = EDGE + _NOTES + ticks.room + 14
    figure = new_figure(TITLE + 14 + _TALL + foot, f"{facts.name or 'network'}: live memory")
    axes = new_axes(figure, _LEFT, foot, wide, _TALL)
    divisor, unit = scaled(
        max((size for size in live if size is not None), default=0), is_bytes=True
    )
    values = [None if size is None else size / divisor for size in live]
    _area(axes, values)
    _blanks(axes, [value is None for value in values])
    _peak(axes, memory, share, wide)
    key(axes)
    ticks.draw(axes, len(names))
    axes.yaxis.set_major_formatter(lambda value, _: short(value))
    axes.grid(axis="y", color=COLOURS["padding"].light, linewidth=0.6)
    axes.set_ylabel(f"live memory ({unit})", fontsize=LABEL, color=INK)
    axes.set_xlabel("input and layers, in the order in which they run", fontsize=LABEL, color=INK)
    sample = "1 sample" if facts.batch == 1 else f"{facts.batch:,} samples"
    note(figure, 0, f"buffers of activations for {sample}, {facts.dtype}; weights are not in it")
    return figure


def _area(axes: Axes, values: list[float | None]) -> None:
    for first, last in runs([value is not None for value in values]):
        heights = [value for value in values[first : last + 1] if value is not None]
        edges = [first - 0.5 + step for step in range(len(heights) + 1)]
        axes.stairs(heights, edges, fill=True, color=COLOURS["convolution"].light)
        axes.stairs(heights, edges, color=INK, linewidth=0.8)
    top = max((value for value in values if value is not None), default=0.0)
    axes.set_ylim(0, 1.18 * top or 1.0)


def _blanks(axes: Axes, unknown: list[bool]) -> None:
    for number, (first, last) in enumerate(runs(unknown)):
        span(axes, first, last, "////", "" if number else "not known")


def _peak(axes: Axes, memory: LiveMemory, share: int, wide: float) -> None:
    if memory.peak_bytes is None or memory.peak_step is None:
        return
    divisor, unit = scaled(memory.peak_bytes, is_bytes=True)
    column, height = memory.peak_step // share, memory.peak_bytes / divisor
    name = fitted(memory.steps[memory.peak_step].name, LABEL, _LONGEST)
    text = f"peak {short(height)} {unit} at {name}"
    axes.plot([column], [height], "o", color=COLOURS["field"].light, markersize=4)
    half = width_in_chart(text, LABEL) / 2
    at = (column + 0.5) / len(memory.steps[::share]) * wide
    inside = min(max(at, half + 2), wide - half - 2)
    axes.annotate(
        text,
        (column, height),
        (inside - at, 6),
        textcoords="offset points",
        horizontalalignment="center",
        fontsize=LABEL,
        color=INK,
    )

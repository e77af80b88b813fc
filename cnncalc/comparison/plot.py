"""Which of the compared networks go into a chart, and where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from cnncalc.comparison.quantities import MEASURES, Quantity
from cnncalc.drawing.charts.compare import Bubble, Unit, bubble_scene
from cnncalc.drawing.charts.compare import Quantity as Shown
from cnncalc.drawing.picture import Drawing
from cnncalc.errors import UsageError

if TYPE_CHECKING:
    from cnncalc.comparison.comparing import ComparedNetwork, Comparison

_ACCURACIES = ("top1", "top5")
_MOST_NAMES = 9  # of networks that are not shown


class _Axes(NamedTuple):
    """The quantities of a chart."""

    x: Quantity
    y: Quantity
    size: Quantity | None


def plot(found: Comparison, x: Quantity, y: Quantity | None, size: Quantity | None) -> Drawing:
    """The chart of a comparison; `Comparison.chart` describes it."""
    axes = _chosen(found, x, y, size)
    bubbles, missing = [], dict[str, list[str]]()
    for one in found.networks:
        bubble = _bubble(one, axes, found.data)
        if isinstance(bubble, Bubble):
            bubbles.append(bubble)
        else:
            missing.setdefault(bubble, []).append(one.name)
    if not bubbles:
        reasons = "; ".join(f"{_listed(names)}: {why}" for why, names in missing.items())
        raise UsageError(f"there is nothing to plot ({reasons}); choose other axes")
    notes = [f"not shown, {why}: {_listed(names)}" for why, names in missing.items()]
    area = None if axes.size is None else _shown(axes.size, found)
    shown = (_shown(axes.x, found), _shown(axes.y, found))
    return Drawing(bubble_scene(bubbles, *shown, area, [*_sources(found, axes), *notes]))


def _chosen(found: Comparison, x: Quantity, y: Quantity | None, size: Quantity | None) -> _Axes:
    if y is None:
        y = "top1" if any(one.figure("top1") is not None for one in found.networks) else "params"
    if size is not None:
        return _Axes(x, y, size)
    usual: tuple[Quantity, ...] = ("params", "memory")
    return _Axes(x, y, next((one for one in usual if one not in (x, y)), None))


def _bubble(one: ComparedNetwork, axes: _Axes, data: str | None) -> Bubble | str:
    """The bubble of a network, or why there is none."""
    figures = []
    for wanted in axes:
        if wanted is None:
            continue
        figure = one.figure(wanted)
        if figure is None and wanted in _ACCURACIES:
            return "without a published accuracy"
        if figure is None:
            return f"{MEASURES[wanted].name} not known"
        measured = one.accuracy.data or "" if one.accuracy is not None else ""
        if wanted in _ACCURACIES and measured != data:
            return f"measured on {measured or 'something else'}"
        figures.append(float(figure))
    return Bubble(one.name, figures[0], figures[1], figures[2] if len(figures) > 2 else None)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")


def _shown(wanted: Quantity, found: Comparison) -> Shown:
    measure = MEASURES[wanted]
    units: dict[str, Unit] = {"bytes": "bytes", "%": "%"}
    on = f" on {found.data}" if wanted in _ACCURACIES and found.data else ""
    facts = found.networks[0].facts
    of = f", batch {facts.batch:,}" if wanted in ("macs", "flops") and facts.batch > 1 else ""
    return Shown(f"{measure.name}{on}{of}", units.get(measure.unit, ""))


def _sources(found: Comparison, axes: _Axes) -> Sequence[str]:
    """Who published the accuracies that are shown."""
    if not {axes.x, axes.y, axes.size} & set(_ACCURACIES):
        return []
    accuracies = [one.accuracy for one in found.networks if one.accuracy is not None]
    named = dict.fromkeys(a.source for a in accuracies if a.source and (a.data or "") == found.data)
    return [f"accuracies: {'; '.join(map(str, named))}"] if named else []

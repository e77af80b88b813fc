"""Charts of a network's figures, by Matplotlib (extra `draw`)."""

from __future__ import annotations

from typing import Literal

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.drawing.charts.chart import Chart
from cnncalc.drawing.printing import require_matplotlib

__all__ = ["Chart", "chart"]


def chart(facts: NetworkFacts, kind: Literal["cost", "field", "memory"]) -> Chart:
    """A chart of a network's figures, layer by layer.

    Args:
        facts: The network.
        kind: `cost`, multiply-accumulates and parameters; `field`, the receptive field against the
            size of the input; or `memory`, the live memory over the time of a forward pass.

    Raises:
        UsageError: Matplotlib is missing, or there is no layer to draw.
    """
    require_matplotlib()
    match kind:
        case "cost":
            from cnncalc.drawing.charts.cost import cost_figure as figure_of
        case "field":
            from cnncalc.drawing.charts.growth import growth_figure as figure_of
        case "memory":
            from cnncalc.drawing.charts.memory import memory_figure as figure_of
    names = [facts.name or "", *facts.inputs, *(layer.name for layer in facts.layers)]
    return Chart(lambda: figure_of(facts), names)

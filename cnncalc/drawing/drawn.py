"""`draw`: the picture of a network that was asked for."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.drawing.picture import Drawing, Picture
from cnncalc.errors import UsageError
from cnncalc.source.printable import quoted
from cnncalc.spec.network import Network
from cnncalc.spec.problems import suggestion

View: TypeAlias = Literal["boxes", "flow"]
ChartKind: TypeAlias = Literal["cost", "field", "memory"]


def draw(
    network: Network | NetworkFacts,
    *,
    view: View | None = None,
    depth: int | None = None,
    field: str | None = None,
    window: str | None = None,
    chart: ChartKind | None = None,
) -> Picture:
    """Draw a network, one of its layers, or a chart of its figures.

    Args:
        network: The network, or its facts.
        view: `boxes`, the feature maps in perspective, for a chain of layers; or `flow`, the layers
            and what flows between them. Without it a chain is drawn as boxes, all else as a flow.
        depth: How many levels of blocks a flow opens, 0 for none; without it as many as are
            legible.
        field: Draw in place of the network what this layer sees of the input.
        window: Draw in place of the network how this layer's window slides over its input.
        chart: Draw in place of the network a chart: the `cost` of its layers, the growth of the
            receptive `field`, or the `memory` that is alive in each step.

    Raises:
        UsageError: Two of these were asked for at once, or one that this network does not have.

    Example:
        >>> import cnncalc
        >>> cnncalc.draw(cnncalc.load("lenet5")).svg()[:4]
        '<svg'
    """
    _check(view, depth, field, window, chart)
    facts = analyze(network) if isinstance(network, Network) else network
    if chart is not None:
        from cnncalc.drawing.charts import chart as chart_of

        return chart_of(facts, chart)
    if field is not None:
        from cnncalc.drawing.field import field_scene

        return Drawing(field_scene(facts, _known(facts, field)))
    if window is not None:
        from cnncalc.drawing.window import window_scene

        return Drawing(window_scene(facts, _known(facts, window)))
    return _network(facts, view, depth)


def _network(facts: NetworkFacts, view: View | None, depth: int | None) -> Drawing:
    from cnncalc.drawing.boxes import boxes_scene, is_chain

    if view is None:
        view = "boxes" if depth is None and is_chain(facts) else "flow"
    if view == "boxes":
        return Drawing(boxes_scene(facts))
    from cnncalc.drawing.flow.flow import flow_scene

    return Drawing(flow_scene(facts, depth))


def _check(view: object, depth: object, field: object, window: object, chart: object) -> None:
    asked = {"view": view, "field (--rf)": field, "window (--conv)": window, "chart": chart}
    given = [name for name, value in asked.items() if value is not None]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} do not go together: ask for one picture at a time")
    if depth is not None and (given not in ([], ["view"]) or view == "boxes"):
        raise UsageError(f"depth is for a flow, which opens blocks, not for {view or given[0]}")
    for name, value, kinds in (("view", view, View), ("chart", chart, ChartKind)):
        if value is not None and value not in get_args(kinds):
            choice = ", ".join(get_args(kinds))
            raise UsageError(f"{name} must be one of {choice}, not {quoted(str(value))}")


def _known(facts: NetworkFacts, layer: str) -> str:
    names = [one.name for one in facts.layers]
    if layer in names:
        return layer
    hint = suggestion(layer, names) or "cnncalc summary lists the layers"
    raise UsageError(f"there is no layer {quoted(layer)}; {hint}")

"""What every single output sees; the facts hold the largest of these fields."""

from __future__ import annotations

from typing import NamedTuple

from cnncalc.analysis.fields import Axis
from cnncalc.analysis.receptive_field import FieldPass
from cnncalc.ir.graph import Graph


class Seen(NamedTuple):
    """What the outputs of a layer see of one input.

    Attributes:
        axes: Per spatial axis the field as a function of the output's place; None where every
            output sees the whole input, as after global pooling.
        whole: Whether a path sees everything, be it beside paths that do not.
        smallest: The same as `axes` for the paths that see least, of which the one with the least
            size is the narrowest; equal to `axes` where there is but one path.
    """

    axes: tuple[Axis, ...] | None
    whole: bool
    smallest: tuple[Axis, ...] | None


def axis_fields(graph: Graph, position: int) -> list[Seen | None]:
    """What the outputs of every node see of an input; None where that is not known, or nothing.

    Args:
        graph: The graph.
        position: Which of its inputs.
    """
    one = FieldPass(graph, position)
    one.run()
    return [
        None if seen is None else Seen(seen.axes, seen.whole, seen.smallest) for seen in one.seen
    ]

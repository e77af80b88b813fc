"""S111: shapes that do not merge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.faults import MergeMismatch
from cnncalc.ir.shapes import Shape, axis_name, format_shape
from cnncalc.linter.finding import Severity
from cnncalc.linter.rule import Report, Rule, faults

_MOST_NAMES = 3
_MOST_SIZES = 8


class MergeShape(Rule):
    """The paths of a merge have shapes that do not go together.

    What it does:
        Finds merges of unequal shapes: those of an addition must be equal, those of a concatenation
        but for its axis. A channel gate, 1×1×C against H×W×C, may be added and multiplied.

    Why it matters:
        The layer cannot run, or worse, a framework broadcasts what nobody meant.

    Bad:
        ```yaml
        input: 56x56x64
        layers:
          - residual:
              body:
                - conv: {filters: 256, kernel: 3, padding: 1}
        ```

    Good:
        ```yaml
        input: 56x56x64
        layers:
          - residual:
              body:
                - conv: {filters: 256, kernel: 3, padding: 1}
              shortcut:
                - conv: {filters: 256, kernel: 1}
        ```

    When to ignore it:
        Never; it is an error in every framework.

    References:
        He et al., Deep residual learning for image recognition, 2016 (arXiv 1512.03385), section
        3.2, on projection shortcuts.
    """

    code: ClassVar[str] = "S111"
    name: ClassVar[str] = "merge-shape"
    severity: ClassVar[Severity] = "error"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per merge."""
        for layer, fault in faults(facts, MergeMismatch):
            yield Report(_tell(layer, fault), layer, help=_remedy(layer, fault))


def _tell(layer: LayerFacts, fault: MergeMismatch) -> str:
    if not fault.axes:
        shapes = _with_names(map(format_shape, fault.shapes), layer.inputs)
        return f"the paths have {shapes}, which differ in rank"
    rank = len(fault.shapes[0]) - 1
    what = " and ".join(_axis(axis, rank) for axis in fault.axes)
    sizes = (_sizes(shape, fault.axes) for shape in fault.shapes)
    return f"the paths have {_with_names(sizes, layer.inputs)} {what}"


def _with_names(sizes: Iterable[str], names: tuple[str, ...]) -> str:
    """`64 (a, b) and 32 (c)`: every size once, and not more than a line of it."""
    groups: dict[str, list[str]] = {}
    for size, name in zip(sizes, names, strict=True):
        groups.setdefault(size, []).append(name)
    parts = [f"{size} ({', '.join(_first(group, _MOST_NAMES))})" for size, group in groups.items()]
    return " and ".join(_first(parts, _MOST_SIZES))


def _first(parts: list[str], most: int) -> list[str]:
    left = len(parts) - most
    return parts if left <= 0 else [*parts[:most], f"{left} more"]


def _axis(axis: int, rank: int) -> str:
    return "channels" if axis == rank else f"in {axis_name(rank, axis)}"


def _sizes(shape: Shape, axes: tuple[int, ...]) -> str:
    return format_shape(tuple(shape[axis] for axis in axes))


def _remedy(layer: LayerFacts, fault: MergeMismatch) -> str | None:
    rank = len(fault.shapes[0]) - 1
    if fault.axes != (rank,) or len(fault.shapes) != 2:
        return None
    body = fault.shapes[0][-1]
    if layer.inputs[1] in layer.node.scope or fault.kind != "add":
        return None
    return (
        f"give both {body} channels; a shortcut is projected by "
        f"shortcut: [conv: {{filters: {body}, kernel: 1}}]"
    )

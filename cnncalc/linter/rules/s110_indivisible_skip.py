"""S110: paths that differ because the input does not divide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.faults import MergeMismatch
from cnncalc.ir.graph import Graph
from cnncalc.ir.shapes import Shape, format_shape
from cnncalc.linter.finding import Severity
from cnncalc.linter.rule import Report, Rule, faults

_FARTHEST = 64  # cells that the input may grow or shrink in the search
_MOST_WORK = 100_000  # layers looked at in it


class IndivisibleSkip(Rule):
    """Paths of a merge differ in size because the input is not divisible by their stride.

    What it does:
        Finds merges whose paths have different sizes at this input size and equal ones at another,
        and says which inputs work.

    Why it matters:
        Downsampling rounds, upsampling does not: after a halving and a doubling an odd size comes
        back one cell short, and the skip connection no longer fits.

    Bad:
        ```yaml
        input: 30x30x8
        layers:
          - conv: {name: enter, filters: 8, kernel: 3, padding: 1}
          - max_pool: 2
          - max_pool: 2
          - conv_transpose: {filters: 8, kernel: 4, stride: 4}
          - concat: [enter, prev]
        ```

    Good:
        ```yaml
        input: 32x32x8
        layers:
          - conv: {name: enter, filters: 8, kernel: 3, padding: 1}
          - max_pool: 2
          - max_pool: 2
          - conv_transpose: {filters: 8, kernel: 4, stride: 4}
          - concat: [enter, prev]
        ```

    When to ignore it:
        Never; the merge cannot run. Another input size, padding, or a resize to the size of the
        other path mends it.

    References:
        Ronneberger, Fischer, Brox, U-Net, 2015 (arXiv 1505.04597), section 2, on the input size.
    """

    code: ClassVar[str] = "S110"
    name: ClassVar[str] = "indivisible-skip"
    severity: ClassVar[Severity] = "error"
    supersedes: ClassVar[tuple[str, ...]] = ("S111",)

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per merge that another input size would mend."""
        suspects = [
            (layer, fault)
            for layer, fault in faults(facts, MergeMismatch)
            if fault.axes and max(fault.axes) < len(fault.shapes[0]) - 1
        ]
        if not suspects:
            return
        sizes = _Sizes(facts.network.graph)
        for layer, fault in suspects:
            working = sizes.working(layer, fault.axes)
            if working:
                shapes = " and ".join(dict.fromkeys(map(format_shape, fault.shapes)))
                yield Report(
                    f"the paths have {shapes}, because the input does not divide by their stride",
                    layer,
                    help=f"inputs that work: {' or '.join(map(format_shape, working))}",
                )


class _Sizes:
    """The graph at other input sizes, each inferred once."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._shapes = [node.lowered.output for node in graph.nodes[: graph.n_inputs]]
        reach = min(_FARTHEST, _MOST_WORK // (2 * len(graph.nodes)))
        self._steps = range(1, reach + 1)
        self._known: dict[int, Graph] = {}

    def working(self, layer: LayerFacts, axes: tuple[int, ...]) -> list[Shape]:
        """The nearest smaller and larger shape of the first input with which a merge fits."""
        found = []
        for sign in (-1, 1):
            for step in self._steps:
                shapes = [_moved(shape, sign * step) for shape in self._shapes]
                if None in shapes:
                    break
                graph = self._at(sign * step, shapes)
                if shapes[0] is not None and self._fits(graph, layer.node.index, axes):
                    found.append(shapes[0])
                    break
        return found

    def _fits(self, graph: Graph, index: int, axes: tuple[int, ...]) -> bool:
        """Whether the paths of a merge are equal along the axes, with no new fault before it."""
        node = graph.nodes[index]
        shapes = [graph.shape_of(path) for path in node.inputs]
        if node.lowered.faults or any(shape is None or None in shape for shape in shapes):
            return False
        if any(len({shape[axis] for shape in shapes if shape}) > 1 for axis in axes):
            return False  # a single cell would do as a gate for a map, but that is not meant
        return all(
            len(now.lowered.faults) <= len(then.lowered.faults)
            for now, then in zip(graph.nodes[:index], self._graph.nodes, strict=False)
        )

    def _at(self, step: int, shapes: list[Shape | None]) -> Graph:
        if step not in self._known:
            known = [shape for shape in shapes if shape is not None]
            self._known[step] = self._graph.with_inputs(known)
        return self._known[step]


def _moved(shape: Shape | None, step: int) -> Shape | None:
    if shape is None or any(size is None or size + step < 1 for size in shape[:-1]):
        return None
    return (*(size + step for size in shape[:-1] if size is not None), shape[-1])

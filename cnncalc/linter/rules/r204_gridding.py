"""R204: dilations with a common factor, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd
from typing import ClassVar, NamedTuple

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes
from cnncalc.linter.arithmetic import axes_in_words
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Change, Fix, SetArgument
from cnncalc.linter.rule import Report, Rule

_MOST_TAPS = 4096


class Gridding(Rule):
    """Stacked dilated convolutions look at the same grid of cells and never at those between.

    What it does:
        Finds two or more dilated convolutions in a row, on maps of one resolution, whose dilations
        share a factor, where no convolution or pooling of that resolution looks at neighbouring
        cells.

    Why it matters:
        With a common factor of 2, an output sees only every second row and column of the map before
        the stack, and the output next to it only the others. Neighbouring outputs then agree on
        nothing, and the result shows a grid.

    Bad:
        ```yaml
        input: 64x64x16
        layers:
          - conv: {filters: 16, kernel: 3, padding: same, dilation: 2, activation: relu}
          - conv: {filters: 16, kernel: 3, padding: same, dilation: 4, activation: relu}
          - conv: {filters: 4, kernel: 1}
        ```

    Good:
        ```yaml
        input: 64x64x16
        layers:
          - conv: {filters: 16, kernel: 3, padding: same, dilation: 2, activation: relu}
          - conv: {filters: 16, kernel: 3, padding: same, dilation: 1, activation: relu}
          - conv: {filters: 4, kernel: 1}
        ```

    When to ignore it:
        When the map that enters is so smooth that a row says what its neighbour would.

    References:
        Wang and Ji, Smoothed dilated convolutions for improved dense prediction, 2018
        (arXiv 1808.08931). Wang, Chen, Yuan et al., Understanding convolution for semantic
        segmentation, 2018 (arXiv 1702.08502), section 3.2, on dilations such as 1, 2, 5.
    """

    code: ClassVar[str] = "R204"
    name: ClassVar[str] = "gridding"
    severity: ClassVar[Severity] = "warning"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per stack, at its second dilated convolution."""
        dilations = {conv.dilation for _, conv in facts.having(p.Convolution)}
        if not any(max(dilation) > 1 for dilation in dilations):
            return
        for windows in _by_resolution(facts):
            rank = len(windows[0].kernel)
            found = {axis: common for axis in range(rank) if (common := _factor(windows, axis)) > 1}
            stacked = [
                window for window in windows if any(window.depth[axis] >= 2 for axis in found)
            ]
            if stacked:
                axes = [axis for axis in found if any(w.depth[axis] >= 2 for w in stacked)]
                yield _report(windows, stacked[0], axes, found[axes[0]])


class _Window(NamedTuple):
    """A sliding layer on the maps of a resolution; `depth` counts the dilated ones up to it."""

    layer: LayerFacts
    kernel: Sizes
    dilation: Sizes
    depth: Sizes


_KEEPS_PLACES = (
    p.Activation, p.Dense, p.Dropout, p.Identity, p.ChannelScale, p.ChannelShuffle, p.Crop,
    p.LocalResponseNormalization, p.Maxout, p.Merge, p.Normalization, p.Pad, p.Rescale, p.Slice,
)  # fmt: skip


def _by_resolution(facts: NetworkFacts) -> Iterator[list[_Window]]:
    """The sliding layers that work on maps of one resolution, for each resolution."""
    groups = _Groups()
    found: list[tuple[int, _Window]] = []
    state: dict[str, tuple[int, Sizes]] = {}  # the group of a map, and how many dilated came before
    for layer in facts.layers:
        before = [state[name] for name in layer.inputs if name in state]
        group = groups.join([group for group, _ in before])
        depths = [depth for _, depth in before if depth]
        depth = tuple(map(max, zip(*depths, strict=False)))
        for primitive in layer.node.lowered.primitives:
            if isinstance(primitive, (p.Convolution, p.Pooling)):
                kernel = primitive.size if isinstance(primitive, p.Pooling) else primitive.kernel
                before_it = depth or (0,) * len(kernel)
                dilated = [k > 1 and d > 1 for k, d in zip(kernel, primitive.dilation, strict=True)]
                depth = tuple(n + more for n, more in zip(before_it, dilated, strict=False))
                if len(depth) == len(kernel):
                    window = _Window(layer, kernel, primitive.dilation, depth)
                    found.append((group, window))
                if max(primitive.stride) > 1:
                    group, depth = groups.new(), ()
            elif not isinstance(primitive, _KEEPS_PLACES):
                group, depth = groups.new(), ()
        state[layer.name] = (group, depth)
    windows: dict[int, list[_Window]] = {}
    for group, window in found:
        windows.setdefault(groups.find(group), []).append(window)
    yield from windows.values()


class _Groups:
    """Disjoint groups of maps, which merges join."""

    def __init__(self) -> None:
        self._parent: list[int] = []

    def new(self) -> int:
        self._parent.append(len(self._parent))
        return len(self._parent) - 1

    def find(self, group: int) -> int:
        parent = self._parent
        while parent[group] != group:
            parent[group] = parent[parent[group]]
            group = parent[group]
        return group

    def join(self, groups: list[int]) -> int:
        if not groups:
            return self.new()
        first = self.find(groups[0])
        for group in groups[1:]:
            self._parent[self.find(group)] = first
        return first


def _factor(windows: list[_Window], axis: int) -> int:
    """Greatest common divisor of the dilations along an axis, of windows that have one there."""
    used = [w.dilation[axis] for w in windows if axis < len(w.kernel) and w.kernel[axis] > 1]
    return gcd(*used)


def _report(windows: list[_Window], second: _Window, axes: list[int], factor: int) -> Report:
    rank, axis = len(second.kernel), axes[0]
    stack = [w for w in windows if axis < len(w.kernel) and w.kernel[axis] > 1]
    shown = ", ".join(str(w.dilation[axis]) for w in stack[:6]) + ", …" * (len(stack) > 6)
    step = {2: "second", 3: "third"}.get(factor, f"{factor}th")
    return Report(
        f"the stacked dilations {shown} share the factor {factor}, so along "
        f"{axes_in_words(axes, rank)} an output sees only every {step} cell of the map before "
        "them, and the output next to it others",
        second.layer,
        "dilation",
        "take dilations without a common factor, such as 1, 2, 5",
        fixes=_fixes(stack, second),
    )


def _fixes(stack: list[_Window], second: _Window) -> tuple[Fix, ...]:
    """A smaller dilation for one layer, with which an output sees cells without holes."""
    if len(stack) > 8 or second not in stack:
        return ()
    own = max(second.dilation)
    for dilation in range(min(own - 1, 16), 0, -1):
        if all(_is_dense(stack, second, dilation, axis) for axis in range(len(second.kernel))):
            changes = _changes(second, dilation)
            return (Fix(f"take dilation {dilation}", changes),) if changes else ()
    return ()


def _is_dense(stack: list[_Window], changed: _Window, dilation: int, axis: int) -> bool:
    """Whether one output sees a range of cells without holes."""
    seen = {0}
    for window in stack:
        step = dilation if window is changed else window.dilation[axis]
        if len(seen) * window.kernel[axis] > _MOST_TAPS:
            return False
        seen = {cell + tap * step for cell in seen for tap in range(window.kernel[axis])}
    return max(seen) - min(seen) + 1 == len(seen)


def _changes(window: _Window, dilation: int) -> tuple[Change, ...]:
    """The dilation, and the padding that keeps the size."""
    layer = window.layer
    change = SetArgument(layer, "dilation", str(dilation))
    padding = getattr(layer.node.layer, "padding", None)
    if padding in ("same", "causal"):
        return (change,)
    (conv, *_) = layer.node.lowered.primitives
    if not isinstance(conv, p.Convolution) or len(set(window.kernel)) > 1:
        return ()
    kernel = window.kernel[0]
    if kernel % 2 == 0 or any(
        pair != (d * (kernel - 1) // 2,) * 2
        for pair, d in zip(conv.padding, window.dilation, strict=True)
    ):
        return ()
    return (change, SetArgument(layer, "padding", str(dilation * (kernel - 1) // 2)))

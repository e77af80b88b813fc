"""S106: windows that see padding only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.primitives import Convolution, Crop, Pooling
from cnncalc.ir.shapes import Pair
from cnncalc.ir.windows import Window
from cnncalc.linter.arithmetic import axes_in_words, by_window
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix
from cnncalc.linter.geometry import changes, from_expressions, shown, sides, sliding
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.whatif import WhatIf


class AllPaddingWindow(Rule):
    """There is so much padding that some windows see nothing else.

    What it does:
        Finds convolutions and pools whose padding is at least as large as the window, so that the
        first or the last windows lie outside the map. A 1×1 convolution with padding is the common
        case. It stays silent where all that follows is cropped: that takes the border off again.

    Why it matters:
        The border of the result says nothing about the input: it is the bias alone, or minus
        infinity after max pooling. The map grows, and so does the cost of all that follows.

    Bad:
        ```yaml
        input: 32x32x3
        layers:
          - conv: {filters: 8, kernel: 3, padding: 3, activation: relu}
        ```

    Good:
        ```yaml
        input: 32x32x3
        layers:
          - conv: {filters: 8, kernel: 3, padding: 1, activation: relu}
        ```

    When to ignore it:
        When a border is wanted and taken off later, as by the padding of 100 with which fully
        convolutional networks accept inputs of any size.

    References:
        Shelhamer, Long, Darrell, Fully convolutional networks for semantic segmentation, 2016
        (arXiv 1605.06211), of which the published models pad the first layer by 100.
    """

    code: ClassVar[str] = "S106"
    name: ClassVar[str] = "all-padding-window"
    severity: ClassVar[Severity] = "warning"
    supersedes: ClassVar[tuple[str, ...]] = ("S107",)

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per layer, all its axes together."""
        what_if: WhatIf | None = None
        for layer, primitive, windows in sliding(facts):
            for window in windows:
                if window.begin >= window.kernel or window.end >= window.kernel:
                    if any(map(_outside, windows)) and not _is_cropped(layer, facts):
                        what_if = what_if or WhatIf(facts)
                        yield _report(layer, primitive, what_if)
                    break


def _outside(window: Window) -> int:
    """How many windows lie in the padding, at both ends together."""
    size, output, kernel = window.size, window.output, window.effective_kernel
    if size is None or output is None:
        return 0
    # window u covers the cells from u·S - P to that plus the kernel
    before = min(output, max(0, (window.begin - kernel) // window.stride + 1))
    first_after = -(-(size + window.begin) // window.stride)
    return before + max(0, output - max(before, first_after))


def _is_cropped(layer: LayerFacts, facts: NetworkFacts) -> bool:
    """Whether every way from a layer to an output leads through a crop."""
    if not facts.having(Crop):
        return False
    waiting, seen = [layer], {layer.name}
    while waiting:
        current = waiting.pop()
        if any(isinstance(primitive, Crop) for primitive in current.node.lowered.primitives):
            continue
        if current.name in facts.outputs:
            return False
        for reader in facts.readers(current.name):
            if reader.name not in seen:
                seen.add(reader.name)
                waiting.append(reader)
    return True


def _report(layer: LayerFacts, primitive: Convolution | Pooling, what_if: WhatIf) -> Report:
    windows = layer.windows
    told = ", ".join(
        f"padding {_most(window)} is not smaller than the window of {window.effective_kernel} "
        f"along the {axes_in_words(axes, len(windows))}, so {_outside(window)} of "
        f"{window.output} windows see padding only"
        for window, axes in by_window(windows)
        if _outside(window)
    )
    if isinstance(primitive, Pooling) and primitive.kind == "max":
        told += ", of which the maximum is minus infinity"
    padding = tuple(
        _half(window) if _outside(window) else pair
        for window, pair in zip(windows, sides(windows), strict=True)
    )
    values = {"padding": padding}
    if all(window.effective_kernel % 2 for window in windows):
        what = f"{shown(values)} is what keeps the size at stride 1"
    else:
        what = f"{shown(values)} is half of the window"
    fixes: tuple[Fix, ...] = ()
    if what_if.mends(layer, values):
        fixes = (Fix(f"set {shown(values)}", changes(layer, values)),)
    help_ = what + from_expressions(layer, ["padding"])
    return Report(told, layer, "padding", help_, fixes=fixes)


def _half(window: Window) -> Pair:
    half = window.effective_kernel // 2
    return half, half


def _most(window: Window) -> int:
    return max(window.begin, window.end)

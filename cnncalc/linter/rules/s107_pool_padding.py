"""S107: more padding than PyTorch lets a pool have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.primitives import Pooling
from cnncalc.ir.windows import Window
from cnncalc.linter.arithmetic import axes_in_words, by_window
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix
from cnncalc.linter.geometry import changes, from_expressions, shown, sides, targets
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.whatif import WhatIf


class PoolPadding(Rule):
    """A pool has more padding than half of its window, which PyTorch refuses.

    What it does:
        Finds pools of which the padding exceeds half of the window, where `target` names torch.
        Uneven padding is left alone: there it takes a padding layer, which may be as large as any.

    Why it matters:
        PyTorch raises an error when the layer runs.

    Bad:
        ```yaml
        input: 32x32x3
        target: [torch]
        layers:
          - max_pool: {size: 3, stride: 1, padding: 2}
        ```

    Good:
        ```yaml
        input: 32x32x3
        target: [torch]
        layers:
          - max_pool: {size: 3, stride: 1, padding: 1}
        ```

    When to ignore it:
        When the network does not run in PyTorch; then take it out of `target`.

    References:
        PyTorch, torch.nn.MaxPool2d and torch.nn.AvgPool2d: pad should be at most half of effective
        kernel size.
    """

    code: ClassVar[str] = "S107"
    name: ClassVar[str] = "pool-padding"
    severity: ClassVar[Severity] = "warning"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per pool, all its axes together."""
        if "torch" not in targets(facts):
            return
        what_if = WhatIf(facts)
        for layer, _ in facts.having(Pooling):
            windows = layer.windows
            if any(map(_refused, windows)) and all(w.begin == w.end for w in windows):
                yield _report(layer, what_if)


def _refused(window: Window) -> bool:
    return 2 * window.begin > window.kernel


def _report(layer: LayerFacts, what_if: WhatIf) -> Report:
    windows = layer.windows
    told = ", ".join(
        f"padding {window.begin} exceeds half of the window of {window.kernel} along the "
        f"{axes_in_words(axes, len(windows))}"
        for window, axes in by_window(windows)
        if _refused(window)
    )
    padding = tuple(
        (window.kernel // 2, window.kernel // 2) if _refused(window) else pair
        for window, pair in zip(windows, sides(windows), strict=True)
    )
    values = {"padding": padding}
    fixes: tuple[Fix, ...] = ()
    if what_if.mends(layer, values):
        fixes = (Fix(f"set {shown(values)}", changes(layer, values)),)
    help_ = f"{shown(values)} is the most; more takes a pad layer before the pool"
    return Report(
        f"{told}, which PyTorch refuses",
        layer,
        "padding",
        help_ + from_expressions(layer, ["padding"]),
        fixes=fixes,
    )

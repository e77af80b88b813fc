"""S105: cells between the windows that no window sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.windows import Window
from cnncalc.linter.arithmetic import axes_in_words, by_window, either, plural
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix
from cnncalc.linter.geometry import (
    Values,
    argument,
    changes,
    from_expressions,
    kernel_argument,
    shown,
    sliding,
)
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.whatif import WhatIf


class WindowGap(Rule):
    """The stride is larger than the window, so that cells between windows are skipped.

    What it does:
        Finds windows that move further than they are wide. A window of a single cell is another
        matter: subsampling with 1×1 windows is what shortcuts do, and D602 speaks of it.

    Why it matters:
        What lies in the gaps has no influence on the result, wherever it is in the map: the layer
        samples its input instead of summing it up.

    Bad:
        ```yaml
        input: 60x60x3
        layers:
          - conv: {filters: 8, kernel: 2, stride: 3, activation: relu}
        ```

    Good:
        ```yaml
        input: 60x60x3
        layers:
          - conv: {filters: 8, kernel: 3, stride: 3, activation: relu}
        ```

    When to ignore it:
        When the input is known to be smooth, so that skipping cells loses nothing.

    References:
        Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016
        (arXiv 1603.07285).
    """

    code: ClassVar[str] = "S105"
    name: ClassVar[str] = "window-gap"
    severity: ClassVar[Severity] = "warning"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per layer, all its axes together."""
        what_if: WhatIf | None = None
        for layer, _, windows in sliding(facts):
            for window in windows:
                if window.stride > window.kernel and _gap(window):
                    what_if = what_if or WhatIf(facts)
                    yield _report(layer, what_if)
                    break


def _gap(window: Window) -> int:
    """Cells that are skipped between two windows; none where there is only one window."""
    if window.kernel == 1 or window.output is None or window.output < 2:
        return 0
    return max(0, window.stride - window.effective_kernel)


def _report(layer: LayerFacts, what_if: WhatIf) -> Report:
    windows = layer.windows
    told = ", ".join(
        f"stride {window.stride} is larger than the window of {window.effective_kernel} along the "
        f"{axes_in_words(axes, len(windows))}, so {plural(_gap(window), 'cell')} of every "
        f"{window.stride} {'is' if _gap(window) == 1 else 'are'} seen by no window"
        for window, axes in by_window(windows)
        if _gap(window)
    )
    edits = [values for values in _edits(layer) if what_if.mends(layer, values)]
    fixes = tuple(Fix(f"set {shown(values)}", changes(layer, values)) for values in edits)
    if not edits:
        return Report(told, layer, "stride", "the stride should not exceed the window")
    names = [name for values in edits for name in values]
    options = either([shown(values) for values in edits])
    help_ = f"{options} leaves no gaps{from_expressions(layer, names)}"
    return Report(told, layer, "stride", help_, fixes=fixes)


def _edits(layer: LayerFacts) -> Iterator[Values]:
    """A kernel as large as the stride, or a stride as small as the kernel."""
    if argument(layer, "stride") is None:
        return
    windows = layer.windows
    if all(window.dilation == 1 for window in windows):
        kernels = tuple(w.stride if _gap(w) else w.kernel for w in windows)
        yield {kernel_argument(layer): kernels}
    yield {"stride": tuple(w.effective_kernel if _gap(w) else w.stride for w in windows)}

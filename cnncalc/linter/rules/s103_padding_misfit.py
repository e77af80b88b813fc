"""S103: padding that no window sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.shapes import Pair
from cnncalc.ir.windows import Window
from cnncalc.linter.arithmetic import axes_in_words, by_window, equation, plural
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix
from cnncalc.linter.geometry import changes, misfits, shown
from cnncalc.linter.rule import Report, Rule


class PaddingMisfit(Rule):
    """The stride does not fit, but only padding is dropped.

    What it does:
        Finds windows for which `(W - F + P_begin + P_end) / S` has a remainder that lies in the
        padding at the end, be it that of the window or of a pad layer before it.

    Why it matters:
        Nothing is lost, but the padding is lopsided: the map has a border at the beginning and
        less of one at the end. Frameworks that pad differently give other numbers here.

    Bad:
        ```yaml
        input: 224x224x3
        layers:
          - conv: {filters: 64, kernel: 7, stride: 2, padding: 3}
        ```

    Good:
        ```yaml
        input: 224x224x3
        layers:
          - conv: {filters: 64, kernel: 7, stride: 2, padding: [[3, 2], [3, 2]]}
        ```

    When to ignore it:
        Nearly always: every ResNet begins like this.

    References:
        Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016
        (arXiv 1603.07285).
    """

    code: ClassVar[str] = "S103"
    name: ClassVar[str] = "padding-misfit"
    severity: ClassVar[Severity] = "info"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per layer, all its axes together."""
        for layer, windows in misfits(facts):
            if any(map(_drops, windows)):
                yield _report(layer, windows)


def _report(layer: LayerFacts, windows: tuple[Window, ...]) -> Report:
    told = "; ".join(
        f"only padding is dropped along {axes_in_words(axes, len(windows))}: "
        f"{equation(window)}, {plural(window.remainder or 0, 'cell')} at the end"
        for window, axes in by_window(windows)
        if _drops(window)
    )
    used = tuple(map(_used, layer.windows, windows))
    if any(end < 0 for _, end in used):
        return Report(told, layer, "padding", "nothing is lost; the pad layer before adds too much")
    values = {"padding": used}
    right = shown(values)
    fixes = (Fix(f"set {right}", changes(layer, values)),)
    return Report(told, layer, "padding", f"nothing is lost; {right} says as much", fixes=fixes)


def _drops(window: Window) -> bool:
    return bool(window.remainder) and window.real_cells_lost == 0


def _used(own: Window, window: Window) -> Pair:
    """The layer's own padding without what is dropped; below 0 where a pad layer added that."""
    return own.begin, own.end - (window.remainder or 0 if _drops(window) else 0)

"""S102: input cells that no window sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.windows import Window
from cnncalc.linter.arithmetic import axes_in_words, by_window, equation, plural
from cnncalc.linter.finding import Severity
from cnncalc.linter.rule import Report, Rule


class StrideMisfit(Rule):
    """The stride does not fit: the last cells of the map are never looked at.

    What it does:
        Finds windows for which `(W - F + P_begin + P_end) / S` has a remainder that reaches into
        the real input, so that its last rows or columns fall off, whatever they show.

    Why it matters:
        Every framework drops these cells without a word. The network sees less of its input than
        it seems to, on one side only, and trains all the same.

    Bad:
        ```yaml
        input: 7x7x1
        layers:
          - conv: {filters: 1, kernel: 3, stride: 3}
        ```

    Good:
        ```yaml
        input: 7x7x1
        layers:
          - conv: {filters: 1, kernel: 3, stride: 2}
        ```

    When to ignore it:
        When the border holds nothing of interest. Where the stride exceeds the window, cells are
        skipped everywhere and not only at the end, which is another matter.

    References:
        Stanford CS231n, Convolutional neural networks for visual recognition, notes on the spatial
        arrangement of convolutional layers.
    """

    code: ClassVar[str] = "S102"
    name: ClassVar[str] = "stride-misfit"
    severity: ClassVar[Severity] = "warning"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per layer, all its axes together."""
        for layer in facts.layers:
            if any(map(_loses, layer.windows)):
                groups = [(w, axes) for w, axes in by_window(layer.windows) if _loses(w)]
                told = "; ".join(_tell(window, axes, layer) for window, axes in groups)
                yield Report(told, layer, "stride", _remedy(groups[0][0]))


def _loses(window: Window) -> bool:
    """Whether real cells are lost that a gap between the windows would not have skipped anyway."""
    gap = max(0, window.stride - window.effective_kernel)
    return bool(window.real_cells_lost) and (window.remainder or 0) > gap


def _tell(window: Window, axes: list[int], layer: LayerFacts) -> str:
    lost, size = window.real_cells_lost or 0, window.size or 1
    share = f"{100 * lost / size:.1f} %"
    where = axes_in_words(axes, len(layer.windows))
    cells = plural(lost, "cell") if lost > 1 else "cell"
    return (
        f"stride {window.stride} does not fit the {where}: {equation(window)}, "
        f"so no window sees the last {cells} of {size} ({share})"
    )


def _remedy(window: Window) -> str:
    """The smallest changes that fit: padding at the end, or another input size."""
    short = window.stride - (window.remainder or 0)
    size = window.size or 0
    smaller = size - (window.remainder or 0)
    options = [f"{plural(short, 'cell')} more padding at the end"]
    if smaller >= window.effective_kernel:
        options.append(f"an input of {smaller} or {size + short}")
    return "it fits with " + ", or with ".join(options)

"""S109: an even kernel that cannot be centred."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.windows import Window, same_padding
from cnncalc.linter.arithmetic import axes_in_words, by_window
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix
from cnncalc.linter.geometry import (
    argument,
    changes,
    from_expressions,
    kernel_argument,
    shown,
    sliding,
)
from cnncalc.linter.rule import Report, Rule


class EvenKernelSame(Rule):
    """An even kernel with `same` padding shifts the map by half a cell.

    What it does:
        Finds windows of an even size that overlap and for which `same` has to pad one cell more at
        the end than at the beginning. Windows that do not overlap, as those of a 2×2 pool, and even
        kernels that the stride makes symmetric again, as 4×4 with stride 2, are left alone.

    Why it matters:
        The middle of such a window lies between two cells. The map moves by half a cell with every
        such layer, away from what it is merged with or compared to.

    Bad:
        ```yaml
        input: 32x32x3
        layers:
          - conv: {filters: 8, kernel: 4, padding: same, activation: relu}
        ```

    Good:
        ```yaml
        input: 32x32x3
        layers:
          - conv: {filters: 8, kernel: 5, padding: same, activation: relu}
        ```

    When to ignore it:
        When the place of a feature does not matter, as in a classifier with few such layers.

    References:
        Wu, Wang, Shu, Zhang, Zeng, Convolution with even-sized kernels and symmetric padding, 2019
        (arXiv 1903.08385).
    """

    code: ClassVar[str] = "S109"
    name: ClassVar[str] = "even-kernel-same"
    severity: ClassVar[Severity] = "info"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per layer, all its axes together."""
        for layer, _, windows in sliding(facts):
            for window in windows:
                if window.begin != window.end:
                    if any(map(_is_shifted, windows)) and argument(layer, "padding") == "same":
                        yield _report(layer, windows)
                    break


def _is_shifted(window: Window) -> bool:
    kernel = window.effective_kernel
    return window.begin != window.end and kernel % 2 == 0 and window.stride < kernel


def _report(layer: LayerFacts, windows: tuple[Window, ...]) -> Report:
    told = ", ".join(
        f"same pads {window.begin} before and {window.end} after a window of "
        f"{window.effective_kernel} along the {axes_in_words(axes, len(windows))}, which shifts "
        "the map by half a cell"
        for window, axes in by_window(windows)
        if _is_shifted(window)
    )
    name = kernel_argument(layer)
    odd = tuple(window.kernel + _is_shifted(window) for window in windows)
    even = [
        same_padding(window.size, kernel, window.stride, window.dilation)
        for window, kernel in zip(windows, odd, strict=True)
    ]
    if any(begin != end for begin, end in even) or argument(layer, "stride") is None:
        return Report(told, layer, name, "an odd window can be centred")
    values = {name: odd}
    fix = Fix(f"set {shown(values)}", changes(layer, values))
    help_ = f"{shown(values)} can be centred{from_expressions(layer, [name])}"
    return Report(told, layer, name, help_, fixes=(fix,))

"""S104: a kernel larger than what it slides over."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.primitives import Convolution
from cnncalc.ir.shapes import format_shape
from cnncalc.ir.windows import Window
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix
from cnncalc.linter.geometry import (
    Values,
    argument,
    changes,
    from_expressions,
    kernel_argument,
    kernels,
    shown,
    sliding,
)
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.whatif import WhatIf

_MOST_TAPS = 10_000


class KernelExceedsInput(Rule):
    """A kernel is larger than the map that it slides over, and only fits because of the padding.

    What it does:
        Finds windows that are larger than the unpadded input. If some weights of a convolution meet
        padding at every position, so that they never see a value and never learn, it is a warning;
        if every weight sees something somewhere, as with 3×3 on a map of 2×2, an information. A
        dilated kernel is only reported for weights that see nothing.

    Why it matters:
        Weights that always meet zeros are parameters and multiplications for nothing. Mostly the
        map has become smaller than was thought: a network for large images on small ones.

    Bad:
        ```yaml
        input: 12x12x3
        layers:
          - conv: {filters: 8, kernel: 3, activation: relu, repeat: 3}
          - max_pool: 2
          - depthwise_conv: {kernel: 7, padding: same, activation: relu}
        ```

    Good:
        ```yaml
        input: 12x12x3
        layers:
          - conv: {filters: 8, kernel: 3, activation: relu, repeat: 3}
          - max_pool: 2
          - depthwise_conv: {kernel: 3, padding: same, activation: relu}
        ```

    When to ignore it:
        When the same network also runs on larger inputs, where all of the kernel is used.

    References:
        Chen, Papandreou, Schroff, Adam, Rethinking atrous convolution for semantic image
        segmentation, 2017 (arXiv 1706.05587), section 3.3: as the rate grows, fewer weights of a
        filter meet the map.
    """

    code: ClassVar[str] = "S104"
    name: ClassVar[str] = "kernel-exceeds-input"
    severity: ClassVar[Severity] = "warning"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per layer, all its axes together."""
        what_if: WhatIf | None = None
        for layer, primitive, windows in sliding(facts):
            for window in windows:
                if window.size is not None and window.effective_kernel > window.size:
                    break
            else:
                continue
            dead = isinstance(primitive, Convolution) and any(map(_sees_nothing, windows))
            if dead or any(map(_exceeds, windows)):
                what_if = what_if or WhatIf(facts)
                yield _report(layer, dead=dead, what_if=what_if)


def _exceeds(window: Window) -> bool:
    return window.size is not None and window.kernel > window.size


def _sees_nothing(window: Window) -> int:
    """How many weights of the window, along its axis, meet padding at every position."""
    if window.size is None or window.output is None or window.kernel > _MOST_TAPS:
        return 0
    dead = 0
    for tap in range(window.kernel):
        offset = tap * window.dilation - window.begin
        first = max(0, -(offset // window.stride))  # the first position at which it is in the map
        inside = first * window.stride + offset < window.size
        dead += not (first < window.output and inside)
    return dead


def _report(layer: LayerFacts, *, dead: bool, what_if: WhatIf) -> Report:
    windows = layer.windows
    size = format_shape(tuple(window.size for window in windows))
    kernel = kernels(windows)
    alive = prod(window.kernel - _sees_nothing(window) for window in windows)
    message = f"a window of {format_shape(kernel)} is larger than the map of {size}"
    if dead:
        wasted = f"{prod(kernel) - alive} of the {prod(kernel)} weights of a window"
        message = f"{wasted} meet padding at every position, as the map is {size}"
    name = kernel_argument(layer)
    severity: Severity = "warning" if dead else "info"
    values = _smaller(layer)
    if values is None or not what_if.mends(layer, values):
        used = "every weight meets the map at some position, so a smaller window need not do"
        help_ = "reduce the map less before, or take a smaller window" if dead else used
        return Report(message, layer, name, help_, severity=severity)
    fix = Fix(f"set {shown(values)}", changes(layer, values))
    help_ = f"{shown(values)} gives the same size{from_expressions(layer, list(values))}"
    return Report(message, layer, name, help_, fixes=(fix,), severity=severity)


def _smaller(layer: LayerFacts) -> Values | None:
    """The largest window that the map has room for, with padding that keeps the output's size."""
    windows = layer.windows
    if argument(layer, "stride") is None or any(window.dilation > 1 for window in windows):
        return None
    kernel, padding = [], []
    for window in windows:
        cut = (max(0, window.kernel - (window.size or window.kernel)) + 1) // 2
        if cut and (window.kernel - 2 * cut < 2 or min(window.begin, window.end) < cut):
            return None  # a window of one cell mixes nothing
        kernel.append(window.kernel - 2 * cut)
        padding.append((window.begin - cut, window.end - cut))
    values: Values = {kernel_argument(layer): tuple(kernel)}
    if not isinstance(argument(layer, "padding"), str):
        values["padding"] = tuple(padding)
    return values

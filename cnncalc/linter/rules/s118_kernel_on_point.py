"""S118: a window over a single cell."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.primitives import Convolution, Pooling
from cnncalc.ir.shapes import format_shape
from cnncalc.ir.windows import Window
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix, RemoveLayer
from cnncalc.linter.geometry import (
    Values,
    argument,
    changes,
    from_expressions,
    is_point,
    kernel_argument,
    kernels,
    shown,
    sliding,
)
from cnncalc.linter.rule import Report, Rule


class KernelOnPoint(Rule):
    """A window of several cells slides over a map of one.

    What it does:
        Finds convolutions with a kernel above 1, and pools, on a map that has shrunk to a single
        cell. It stays silent when the input of the network is one cell, as a generator's is.

    Why it matters:
        One weight of each filter meets the cell and all others meet padding: a 3×3 convolution is a
        1×1 convolution at nine times the price. The network reduces its input more than it can be
        reduced.

    Bad:
        ```yaml
        input: 14x14x3
        layers:
          - conv: {filters: 8, kernel: 3, activation: relu, repeat: 3}
          - max_pool: 2
          - conv: {filters: 16, kernel: 3, activation: relu}
          - max_pool: 2
          - conv: {filters: 16, kernel: 3, padding: same, activation: relu}
        ```

    Good:
        ```yaml
        input: 14x14x3
        layers:
          - conv: {filters: 8, kernel: 3, activation: relu, repeat: 3}
          - max_pool: 2
          - conv: {filters: 16, kernel: 3, activation: relu}
          - max_pool: 2
          - conv: {filters: 16, kernel: 1, padding: same, activation: relu}
        ```

    When to ignore it:
        When the same network also runs on larger inputs, where all of the kernel is used.

    References:
        Richter, Schöning, Wiedenroth, Krumnack, Should you go deeper? Optimizing convolutional
        neural network architectures without training, 2021 (arXiv 2106.12307), on layers that the
        input is too small for.
    """

    code: ClassVar[str] = "S118"
    name: ClassVar[str] = "kernel-on-point"
    severity: ClassVar[Severity] = "warning"
    supersedes: ClassVar[tuple[str, ...]] = ("S104",)

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per layer."""
        for layer, primitive, windows in sliding(facts):
            if windows[0].size == 1 and _is_wasted(windows) and not _starts_as_point(facts):
                yield _report(layer, primitive, windows)


def _is_wasted(windows: tuple[Window, ...]) -> bool:
    return is_point([window.size for window in windows]) and max(kernels(windows)) > 1


def _starts_as_point(facts: NetworkFacts) -> bool:
    return any(shape is not None and is_point(shape[:-1]) for shape in facts.inputs.values())


def _report(
    layer: LayerFacts, primitive: Convolution | Pooling, windows: tuple[Window, ...]
) -> Report:
    kernel, name = kernels(windows), kernel_argument(layer)
    point = format_shape((1,) * len(windows))
    keeps_size = is_point([window.output for window in windows])
    if isinstance(primitive, Pooling):
        message = f"a window of {format_shape(kernel)} slides over a map of {point}"
        fixes = (Fix("remove the pool", (RemoveLayer(layer),)),) if keeps_size else ()
        return Report(message, layer, name, "there is nothing left to pool", fixes=fixes)
    message = (
        f"the map is {point}, so of the {format_shape(kernel)} kernel one weight meets it "
        f"and {prod(kernel) - 1} meet padding"
    )
    values: Values = {name: (1,) * len(windows)}
    if not isinstance(argument(layer, "padding"), str):
        values["padding"] = ((0, 0),) * len(windows)
    fixes = (Fix(f"set {shown(values)}", changes(layer, values)),) if keeps_size else ()
    help_ = f"{shown(values)} computes as much, or reduce the map less before"
    return Report(message, layer, name, help_ + from_expressions(layer, list(values)), fixes=fixes)

"""S120: a map that shrinks without a reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Shape, format_shape
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix, SetArgument
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.whatif import WhatIf

_CELL_BY_CELL = (
    p.Activation,
    p.Dropout,
    p.Identity,
    p.Normalization,
    p.LocalResponseNormalization,
    p.ChannelScale,
    p.Rescale,
    p.Pad,
)


class FastShrink(Rule):
    """Unpadded convolutions shrink the map to less than half before anything is pooled.

    What it does:
        Follows the map from the input through convolutions of stride 1 and reports the one at which
        more than half of a side is gone. One convolution alone is not reported, nor one that covers
        all of a side, which is a dense layer in other words.

    Why it matters:
        A kernel of F without padding costs F - 1 cells per layer, all of them at the border. The
        map shrinks too fast: there is room for a few layers only, and what is at the border is seen
        by few windows.

    Bad:
        ```yaml
        input: 12x12x3
        layers:
          - conv: {filters: 8, kernel: 3, activation: relu}
          - conv: {filters: 8, kernel: 3, activation: relu}
          - conv: {filters: 8, kernel: 3, activation: relu}
          - conv: {filters: 8, kernel: 3, activation: relu}
        ```

    Good:
        ```yaml
        input: 12x12x3
        layers:
          - conv: {filters: 8, kernel: 3, activation: relu, padding: same}
          - conv: {filters: 8, kernel: 3, activation: relu, padding: same}
          - conv: {filters: 8, kernel: 3, activation: relu, padding: same}
          - conv: {filters: 8, kernel: 3, activation: relu, padding: same}
        ```

    When to ignore it:
        When no cell of the result may depend on padding, as in networks that label a volume tile by
        tile.

    References:
        Stanford CS231n, Convolutional neural networks for visual recognition, notes on layer sizing
        patterns: why use padding.
    """

    code: ClassVar[str] = "S120"
    name: ClassVar[str] = "fast-shrink"
    severity: ClassVar[Severity] = "info"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per way from an input."""
        for name, shape in facts.inputs.items():
            if shape is not None and len(shape) > 1:
                yield from _follow(facts, name, shape)


def _follow(facts: NetworkFacts, name: str, shape: Shape) -> Iterator[Report]:
    """From an input to where the map is reduced on purpose, or forks."""
    shrinking: list[LayerFacts] = []
    while True:
        readers = facts.readers(name)
        if len(readers) != 1 or len(readers[0].inputs) != 1:
            return
        layer = readers[0]
        name = layer.name
        if layer.windows:
            if not _may_shrink(layer):
                return
            if any(window.output != window.size for window in layer.windows):
                shrinking.append(layer)
            if len(shrinking) > 1 and _halved(shape, layer.output_shape or ()):
                yield _report(shape, shrinking, facts)
                return
        elif not _keeps_cells(layer):
            return


def _keeps_cells(layer: LayerFacts) -> bool:
    primitives = layer.node.lowered.primitives
    return bool(primitives) and all(isinstance(part, _CELL_BY_CELL) for part in primitives)


def _may_shrink(layer: LayerFacts) -> bool:
    """Whether it is a convolution that slides cell by cell, over a map that it does not cover."""
    if not isinstance(layer.node.lowered.primitives[0], p.Convolution):
        return False
    return all(
        window.stride == 1 and window.size is not None and not 1 < window.size <= window.kernel
        for window in layer.windows
    )


def _halved(before: Shape, after: Shape) -> bool:
    pairs = zip(before[:-1], after[:-1], strict=False)
    return any(a is not None and b is not None and 2 * b < a for a, b in pairs)


def _report(shape: Shape, shrinking: list[LayerFacts], facts: NetworkFacts) -> Report:
    layer = shrinking[-1]
    before, after = format_shape(shape[:-1]), format_shape((layer.output_shape or ())[:-1])
    message = (
        f"{len(shrinking)} convolutions without enough padding have shrunk the map from {before} "
        f"to {after} before any stride or pool"
    )
    lines = {id(other.node.place): other for other in shrinking}
    fixes: tuple[Fix, ...] = ()
    if WhatIf(facts).mends_all(lines.values(), {"padding": "same"}):
        changes = tuple(SetArgument(other, "padding", "same") for other in lines.values())
        fixes = (Fix("set padding: same in all of them", changes),)
    return Report(message, layer, help="padding: same keeps the size", fixes=fixes)

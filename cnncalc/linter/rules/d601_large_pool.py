"""D601: a pooling window that takes too much at once."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.primitives import (
    Activation,
    Convolution,
    Dropout,
    Identity,
    Normalization,
    Pad,
    Pooling,
)
from cnncalc.ir.shapes import format_shape
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix, SetArgument
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.topology import lone_reader

_FARTHEST = 50
_PASSES = (Activation, Dropout, Identity, Normalization, Pad)


class LargePool(Rule):
    """A pooling inside the network sums up more than 3×3 cells at once.

    What it does:
        Finds poolings with a stride between convolutions whose window has more than nine cells (27
        on volumes). Silent where the window is the whole map, has stride 1, or is a path beside
        others, as in pyramid pooling.

    Why it matters:
        A 4×4 window throws away fifteen of sixteen values in one step, before any layer could say
        what is worth keeping. Two poolings of 2×2 with a convolution between lose as much
        resolution, but not as much of the picture.

    Bad:
        ```yaml
        input: 128x128x3
        layers:
          - conv: {filters: 32, kernel: 3, padding: same, activation: relu}
          - max_pool: 4
          - conv: {filters: 64, kernel: 3, padding: same, activation: relu}
          - global_avg_pool
          - dense: 10
        ```

    Good:
        ```yaml
        input: 128x128x3
        layers:
          - conv: {filters: 32, kernel: 3, padding: same, activation: relu}
          - max_pool: 2
          - conv: {filters: 64, kernel: 3, padding: same, activation: relu}
          - global_avg_pool
          - dense: 10
        ```

    When to ignore it:
        On inputs that say little per cell, as sound does: windows along one axis are not counted
        until they have more than nine cells.

    References:
        Stanford CS231n, Convolutional neural networks for visual recognition, notes on the pooling
        layer: pooling sizes with larger receptive fields are too destructive.
    """

    code: ClassVar[str] = "D601"
    name: ClassVar[str] = "large-pool"
    severity: ClassVar[Severity] = "info"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per pooling."""
        for layer, pool in facts.having(Pooling):
            n_cells = prod(pool.size)
            if n_cells <= max(9, 3 ** len(pool.size)) or max(pool.stride) == 1:
                continue
            if _is_inside(layer, facts) and _is_alone(layer, facts):
                yield Report(
                    f"each {format_shape(pool.size)} window of {n_cells} cells becomes one value "
                    "before the next convolution can look at them",
                    layer,
                    "size",
                    "reduce in steps of 2 with a convolution between",
                    fixes=_fixes(layer, pool),
                )


def _is_inside(layer: LayerFacts, facts: NetworkFacts) -> bool:
    """Whether something is left to convolve, and a convolution does."""
    shape = layer.output_shape
    if shape is None or None in shape or all(size == 1 for size in shape[:-1]):
        return False
    current = layer
    for _ in range(_FARTHEST):
        following = lone_reader(facts, current)
        if following is None:
            return False
        current = following
        kinds = following.node.lowered.primitives
        if any(isinstance(kind, Convolution) for kind in kinds):
            return True
        if not kinds or not all(isinstance(kind, _PASSES) for kind in kinds):
            return False
    return False


def _is_alone(layer: LayerFacts, facts: NetworkFacts) -> bool:
    """Whether nothing else reads what is pooled."""
    (name,) = layer.inputs
    return len(facts.readers(name)) == 1 and name not in facts.outputs


def _fixes(layer: LayerFacts, pool: Pooling) -> tuple[Fix, ...]:
    """A window of 2, or of 3 where windows overlap with a stride of at most 2."""
    if pool.size != pool.stride:
        if max(pool.stride) > 2:
            return ()
        return (Fix("take a window of 3", (SetArgument(layer, "size", "3"),)),)
    changes = [SetArgument(layer, "size", "2")]
    if getattr(layer.node.layer, "stride", None) is not None:
        changes.append(SetArgument(layer, "stride", "2"))
    return (Fix("take a window of 2", tuple(changes)),)

"""S121: a map where a vector arrives, or the other way round."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.ir.faults import InputRank
from cnncalc.ir.shapes import format_shape
from cnncalc.linter.finding import Severity
from cnncalc.linter.rule import Report, Rule, faults


class InputRankRule(Rule):
    """A layer that works on maps gets something without spatial axes.

    What it does:
        Finds layers whose input has the wrong number of axes: a convolution after a flatten, say.

    Why it matters:
        The layer cannot run.

    Bad:
        ```yaml
        input: 8x8x3
        layers:
          - flatten
          - conv: {filters: 8, kernel: 3}
        ```

    Good:
        ```yaml
        input: 8x8x3
        layers:
          - conv: {filters: 8, kernel: 3}
          - flatten
        ```

    When to ignore it:
        Never; it is an error in every framework.

    References:
        Keras, Conv2D, section on the input shape.
    """

    code: ClassVar[str] = "S121"
    name: ClassVar[str] = "input-rank"
    severity: ClassVar[Severity] = "error"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per layer."""
        for layer, fault in faults(facts, InputRank):
            arrives = format_shape(fault.received)
            yield Report(f"it needs {fault.needs}, but {arrives} arrives", layer)

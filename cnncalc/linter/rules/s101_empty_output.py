"""S101: nothing comes out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.ir.faults import EmptyOutput
from cnncalc.ir.shapes import axis_name
from cnncalc.linter.arithmetic import equation
from cnncalc.linter.finding import Severity
from cnncalc.linter.rule import Report, Rule, faults


class EmptyOutputRule(Rule):
    """An output size is below 1.

    What it does:
        Finds layers that leave nothing of the map: a window larger than the padded input, a crop
        of more cells than there are.

    Why it matters:
        The layer cannot run. Only the first one is reported, as the sizes after it follow.

    Bad:
        ```yaml
        input: 7x7x1
        layers:
          - conv: {filters: 1, kernel: 9}
        ```

    Good:
        ```yaml
        input: 7x7x1
        layers:
          - conv: {filters: 1, kernel: 9, padding: 1}
        ```

    When to ignore it:
        Never; it is an error in every framework.

    References:
        Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016
        (arXiv 1603.07285).
    """

    code: ClassVar[str] = "S101"
    name: ClassVar[str] = "empty-output"
    severity: ClassVar[Severity] = "error"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per layer that is the first to collapse."""
        for layer, fault in faults(facts, EmptyOutput):
            axis = axis_name(fault.rank, fault.axis)
            if fault.window is None:
                yield Report(f"the output's {axis} is {fault.size}, but must be at least 1", layer)
                continue
            window = fault.window
            missing = window.effective_kernel - (window.size or 0) - window.begin - window.end
            yield Report(
                f"the output's {axis} is empty: {equation(window)}",
                layer,
                help=f"make the window {missing} smaller, or the padding {missing} larger in all",
            )

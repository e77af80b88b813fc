"""S119: a reshape that changes the number of elements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.ir.faults import ElementCount
from cnncalc.ir.shapes import format_shape, n_elements
from cnncalc.linter.finding import Severity
from cnncalc.linter.rule import Report, Rule, faults


class ReshapeCount(Rule):
    """A reshape asks for another number of elements than there are.

    What it does:
        Compares the products of the sizes before and after a reshape.

    Why it matters:
        The layer cannot run.

    Bad:
        ```yaml
        input: 4x4x3
        layers:
          - reshape: [6, 6]
        ```

    Good:
        ```yaml
        input: 4x4x3
        layers:
          - reshape: [6, 8]
        ```

    When to ignore it:
        Never; it is an error in every framework. One size may be -1, which is then worked out.

    References:
        NumPy, numpy.reshape.
    """

    code: ClassVar[str] = "S119"
    name: ClassVar[str] = "reshape-count"
    severity: ClassVar[Severity] = "error"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per reshape."""
        for layer, fault in faults(facts, ElementCount):
            before, after = n_elements(fault.before), n_elements(fault.after)
            wanted = format_shape(fault.after)
            if after is None:
                wanted, after = wanted.replace("?", "-1"), 0
            have = f"{format_shape(fault.before)} has {before} elements"
            much = f"{wanted} has {after}" if after else f"no size makes {wanted} of them"
            yield Report(f"{have}, but {much}", layer, "shape")

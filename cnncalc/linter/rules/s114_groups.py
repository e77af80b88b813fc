"""S114: channels that do not divide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.ir.faults import Indivisible
from cnncalc.linter.finding import Severity
from cnncalc.linter.rule import Report, Rule, faults

_FARTHEST = 1000


class Groups(Rule):
    """Groups, parts or blocks do not divide what they split.

    What it does:
        Checks that the groups of a convolution divide its input channels and its filters, and
        likewise the groups of a normalisation or a shuffle, the parts of a split, the pieces of a
        maxout, and the factor of a pixel shuffle.

    Why it matters:
        The layer cannot run.

    Bad:
        ```yaml
        input: 16x16x12
        layers:
          - conv: {filters: 16, kernel: 3, groups: 8}
        ```

    Good:
        ```yaml
        input: 16x16x12
        layers:
          - conv: {filters: 16, kernel: 3, groups: 4}
        ```

    When to ignore it:
        Never; it is an error in every framework.

    References:
        Krizhevsky, Sutskever, Hinton, ImageNet classification with deep convolutional neural
        networks, 2012, section 3.5, where groups come from.
    """

    code: ClassVar[str] = "S114"
    name: ClassVar[str] = "groups"
    severity: ClassVar[Severity] = "error"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per layer."""
        for layer, fault in faults(facts, Indivisible):
            message = (
                f"{fault.divisor} ({fault.field}) does not divide {fault.dividend} {fault.what}"
            )
            near = _nearest_divisor(fault.divisor, fault.dividend)
            yield Report(message, layer, fault.field, f"{near} would" if near else None)


def _nearest_divisor(divisor: int, dividend: int) -> int | None:
    """The divisor of `dividend` that is nearest to `divisor`, if it is not far."""
    for distance in range(_FARTHEST):
        for near in (divisor - distance, divisor + distance):
            if near > 0 and dividend % near == 0:
                return near
    return None

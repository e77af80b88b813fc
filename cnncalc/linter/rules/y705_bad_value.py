"""Y705: a value has the wrong type or is out of range."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.ir.faults import BadValue
from cnncalc.linter.finding import Severity
from cnncalc.linter.rule import Report, Rule, faults, problems


class BadValueRule(Rule):
    """A value has the wrong type or is out of range.

    What it does:
        Finds negative strides, filters of 3.5, three numbers for two axes, a missing argument, an
        expression that cannot be evaluated.

    Why it matters:
        The layer means nothing with it.

    Bad:
        ```yaml
        input: 16x16x3
        layers:
          - conv: {filters: 3.5, kernel: 3}
        ```

    Good:
        ```yaml
        input: 16x16x3
        layers:
          - conv: {filters: 4, kernel: 3}
        ```

    When to ignore it:
        Never; the message says what is allowed.

    References:
        The language reference of cnncalc.
    """

    code: ClassVar[str] = "Y705"
    name: ClassVar[str] = "bad-value"
    severity: ClassVar[Severity] = "error"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per place."""
        yield from problems(facts, self.code)
        for layer, fault in faults(facts, BadValue):
            yield Report(fault.message, layer, fault.field)

"""Y702: an op, an argument or a key is unknown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.linter.finding import Severity
from cnncalc.linter.rule import Report, Rule, problems


class UnknownKey(Rule):
    """An op, an argument or a key is unknown.

    What it does:
        Finds words that are no op, no argument of the op and no section of a spec, and names the
        nearest right one.

    Why it matters:
        What is ignored by a reader is a network that is not the one that was written.

    Bad:
        ```yaml
        input: 16x16x3
        layers:
          - conv: {filters: 8, kernal: 3}
        ```

    Good:
        ```yaml
        input: 16x16x3
        layers:
          - conv: {filters: 8, kernel: 3}
        ```

    When to ignore it:
        Never; keys of your own start with `x-`.

    References:
        The language reference of cnncalc.
    """

    code: ClassVar[str] = "Y702"
    name: ClassVar[str] = "unknown-key"
    severity: ClassVar[Severity] = "error"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per place."""
        yield from problems(facts, self.code)

"""Y701: a name is undefined, taken twice, or stands for itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.linter.finding import Severity
from cnncalc.linter.rule import Report, Rule, problems


class Name(Rule):
    """A name is undefined, taken twice, or stands for itself.

    What it does:
        Finds undefined, duplicate and cyclic references: a `from`, a path or a `share` that no
        layer before has, a name that two layers have, a variable that depends on itself.

    Why it matters:
        Nobody can know which layer is meant.

    Bad:
        ```yaml
        input: 16x16x3
        layers:
          - conv: {name: stem, filters: 8, kernel: 3}
          - relu: {from: conv1}
        ```

    Good:
        ```yaml
        input: 16x16x3
        layers:
          - conv: {name: stem, filters: 8, kernel: 3}
          - relu: {from: stem}
        ```

    When to ignore it:
        Never; give the layer its name.

    References:
        The language reference of cnncalc.
    """

    code: ClassVar[str] = "Y701"
    name: ClassVar[str] = "name"
    severity: ClassVar[Severity] = "error"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per place."""
        yield from problems(facts, self.code)

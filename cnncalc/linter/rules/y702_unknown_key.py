"""Y702: an op, an argument or a key is unknown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix, ReplaceText
from cnncalc.linter.rule import Report, Rule
from cnncalc.source import Mapping, Node, Scalar, Sequence


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
        neighbours: dict[int, Mapping] | None = None
        for problem in facts.network.problems:
            if problem.code != self.code:
                continue
            word, span = problem.replacement, problem.span
            fixes: tuple[Fix, ...] = ()
            if word is not None:
                neighbours = neighbours or _maps(facts.network.document.root)
                beside = neighbours.get(span.start)
                if beside is None or beside.key(word) is None:  # two keys alike cannot be read
                    fixes = (Fix(f"write {word}", (ReplaceText(span, word),)),)
            layers = tuple(problem.layers)
            yield Report(problem.message, help=problem.help, span=span, layers=layers, fixes=fixes)


def _maps(root: Node) -> dict[int, Mapping]:
    """The map that a key stands in, by where the key begins."""
    found: dict[int, Mapping] = {}
    stack = [root]
    while stack:
        match stack.pop():
            case Sequence(items):
                stack += items
            case Mapping(entries) as mapping:
                found.update((key.start, mapping) for key, _ in entries)
                stack += [value for _, value in entries]
            case Scalar():
                pass
    return found

"""The form of a rule.

A rule is one class in one file of `cnncalc/linter/rules/`, named `<code>_<name>.py`; nothing lists
them. It reads facts and yields reports, which say what is wrong and at which argument of which
layer; the engine finds the line. Its docstring is its documentation, Bad and Good are its tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, NamedTuple, TypeVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.faults import Fault
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix
from cnncalc.source import Span

F = TypeVar("F", bound=Fault)


class Report(NamedTuple):
    """What a rule has to say, before its place is looked up.

    Attributes:
        message: What is wrong, with the numbers.
        layer: The layer that it is about; None for the document.
        argument: The argument to point at, where the layer has it.
        help: The remedy.
        span: The place itself, for a rule about the document.
        layers: Names of the layers concerned, for a rule about the document.
        fixes: Ways to mend it, the best first.
        severity: How bad it is, where that is not the rule's default.
    """

    message: str
    layer: LayerFacts | None = None
    argument: str | None = None
    help: str | None = None
    span: Span | None = None
    layers: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    severity: Severity | None = None


class Rule:
    """Base of all rules.

    Attributes:
        code: A letter for the group and three digits; a contract, never renumbered.
        name: A short name with dashes.
        severity: How bad it is by default.
        enabled: Whether it runs without being asked for.
        supersedes: Codes of rules that say less about the same place.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    enabled: ClassVar[bool] = True
    supersedes: ClassVar[tuple[str, ...]] = ()

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """Yield what the rule finds in a network."""
        raise NotImplementedError


def faults(facts: NetworkFacts, kind: type[F]) -> Iterator[tuple[LayerFacts, F]]:
    """Every layer with a fault of one kind, and the fault."""
    for layer in facts.layers:
        for fault in layer.faults:
            if isinstance(fault, kind):
                yield layer, fault


def problems(facts: NetworkFacts, code: str) -> Iterator[Report]:
    """What the document's problems of one code say."""
    for problem in facts.network.problems:
        if problem.code == code:
            yield Report(
                problem.message,
                help=problem.help,
                span=problem.span,
                layers=tuple(problem.layers),
            )

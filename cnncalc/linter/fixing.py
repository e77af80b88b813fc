"""Making fixes: edit, look again, and keep only what made things better.

A fix is accepted if the text can still be read, its finding is gone and no rule finds more than
before; a safe one must leave every shape as it was, too. So fixing converges, and a second run has
nothing to do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.errors import CnncalcError
from cnncalc.linter.finding import Finding
from cnncalc.linter.fixes import Edit, ResolvedFix, apply
from cnncalc.source import Source

Wanted: TypeAlias = tuple[Finding, ResolvedFix]
_MOST_TRIALS = 1000


class State(NamedTuple):
    """A text, its facts and its findings."""

    text: str
    facts: NetworkFacts
    findings: list[Finding]


class Fixed(NamedTuple):
    """The outcome.

    Attributes:
        text: The text with all fixes made.
        applied: The findings that were mended, and how.
        left: The findings that are left.
        facts: The facts of the text.
    """

    text: str
    applied: list[Wanted]
    left: list[Finding]
    facts: NetworkFacts


Look = Callable[[Source], tuple[NetworkFacts, list[Finding]]]


def fix_all(source: Source, look: Look, *, unsafe: bool = False) -> Fixed:
    """Make every fix that can be made.

    Args:
        source: The spec.
        look: Loads, analyses and lints a text.
        unsafe: Whether to make suggested fixes, too.

    Raises:
        CnncalcError: The spec cannot be read in the first place.
    """
    trials = _Trials(source.name, look)
    state = _look(source.text, source.name, look)
    applied: list[Wanted] = []
    refused: set[tuple[str, tuple[Edit, ...]]] = set()
    while True:
        wanted = [
            (finding, fix)
            for finding in state.findings
            for fix in finding.fixes
            if (fix.is_safe or unsafe) and (finding.code, fix.edits) not in refused
        ]
        batch = _compatible(wanted)
        if not batch:
            return Fixed(state.text, applied, state.findings, state.facts)
        accepted, better = _together(state, batch, trials)
        if better is None:
            refused.update((finding.code, fix.edits) for finding, fix in batch)
        else:  # with fewer findings than before: so there is an end to it
            state = better
            applied += accepted
            refused.clear()


def _together(
    state: State, batch: list[Wanted], trials: _Trials
) -> tuple[list[Wanted], State | None]:
    """As many fixes of a batch as go together, found by halving, and the state with them."""
    accepted: list[Wanted] = []
    best: State | None = None
    waiting = [batch]
    while waiting:
        group = waiting.pop()
        better = trials.better(state, accepted + group)
        if better is not None:
            accepted += group
            best = better
        elif len(group) > 1:
            half = len(group) // 2
            waiting += [group[half:], group[:half]]
    return accepted, best


def _look(text: str, name: str, look: Look) -> State:
    return State(text, *look(Source(name, text)))


def _compatible(wanted: list[Wanted]) -> list[Wanted]:
    """The first fix of each finding whose edits do not touch those of another."""
    batch: list[Wanted] = []
    taken: list[Edit] = []
    for finding, fix in wanted:
        if any(finding is known for known, _ in batch):
            continue
        if not any(_touch(edit, other) for edit in fix.edits for other in taken):
            batch.append((finding, fix))
            taken += fix.edits
    return batch


def _touch(a: Edit, b: Edit) -> bool:
    return a.span.start <= b.span.end and b.span.start <= a.span.end


class _Trials:
    """Looks at what would come of fixes, as often as there is time for."""

    def __init__(self, name: str, look: Look) -> None:
        self._name = name
        self._look = look
        self._left = _MOST_TRIALS

    def better(self, state: State, batch: list[Wanted]) -> State | None:
        """The state after a batch of fixes; None if it is no better."""
        self._left -= 1
        if self._left < 0:
            return None
        edits = sorted(edit for _, fix in batch for edit in fix.edits)
        try:
            after = _look(apply(edits, state.text), self._name, self._look)
        except CnncalcError:
            return None
        before = Counter(finding.code for finding in state.findings)
        now = Counter(finding.code for finding in after.findings)
        before.subtract(Counter(finding.code for finding, _ in batch))
        if any(now[code] > max(0, before[code]) for code in now):
            return None
        if all(fix.is_safe for _, fix in batch) and _shapes(state.facts) != _shapes(after.facts):
            return None
        return after


def _shapes(facts: NetworkFacts) -> list[object]:
    """Shapes of the outputs: safe fixes may drop a layer, but not change what comes out."""
    shapes = {layer.name: layer.output_shape for layer in facts.layers}
    return [facts.output_shape, len(facts.outputs), *map(shapes.get, facts.outputs[:-1])]

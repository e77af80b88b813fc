"""Making fixes: edit, look again, and keep only what made things better.

A fix is accepted if the text can still be read, its finding is gone and no rule finds more than
before; a safe one must leave every shape as it was, too. So fixing converges, and a second run has
nothing to do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.errors import CnncalcError
from cnncalc.linter.finding import Finding
from cnncalc.linter.fixes import Edit, ResolvedFix, apply
from cnncalc.source import Source

_MOST_PASSES = 30


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
    applied: list[tuple[Finding, ResolvedFix]]
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
    state = _look(source.text, source.name, look)
    applied: list[tuple[Finding, ResolvedFix]] = []
    refused: set[tuple[str, tuple[Edit, ...]]] = set()
    for _ in range(_MOST_PASSES):
        wanted = [
            (finding, fix)
            for finding in state.findings
            for fix in finding.fixes
            if (fix.is_safe or unsafe) and (finding.code, fix.edits) not in refused
        ]
        batch = _compatible(wanted)
        if not batch:
            break
        better = _try(state, batch, source.name, look)
        if better is None and len(batch) > 1:
            batch = batch[:1]
            better = _try(state, batch, source.name, look)
        if better is None:
            finding, fix = batch[0]
            refused.add((finding.code, fix.edits))
            continue
        state = better
        applied += batch
        refused.clear()
    return Fixed(state.text, applied, state.findings, state.facts)


def _look(text: str, name: str, look: Look) -> State:
    return State(text, *look(Source(name, text)))


def _compatible(wanted: list[tuple[Finding, ResolvedFix]]) -> list[tuple[Finding, ResolvedFix]]:
    """The first fix of each finding whose edits do not touch those of another."""
    batch: list[tuple[Finding, ResolvedFix]] = []
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


def _try(
    state: State, batch: list[tuple[Finding, ResolvedFix]], name: str, look: Look
) -> State | None:
    """The state after a batch of fixes; None if it is no better."""
    edits = sorted(edit for _, fix in batch for edit in fix.edits)
    try:
        after = _look(apply(edits, state.text), name, look)
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

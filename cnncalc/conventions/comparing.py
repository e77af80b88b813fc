"""Why two tools differ: their figures term by term."""

from __future__ import annotations

from typing import NamedTuple

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.conventions.counting import Count, Figure, Term, count

_NOTHING = Term("", 0, 0, 0, False, "", "")
_NOT_COUNTED = "not counted"


class Difference(NamedTuple):
    """One term as two tools count it.

    Attributes:
        term: What it is for.
        n_layers: How many layers add to it.
        ours: Our amount.
        low: Theirs, or the least that it can be.
        high: The most that it can be.
        is_partial: Whether layers are left out that are not known.
        why: Their formula, in words.
        mistake: What they get wrong here; empty where nothing.
    """

    term: str
    n_layers: int
    ours: int
    low: int
    high: int
    is_partial: bool
    why: str
    mistake: str

    @property
    def difference(self) -> tuple[int, int]:
        """Theirs less ours, from the least to the most."""
        return self.low - self.ours, self.high - self.ours


class Comparison(NamedTuple):
    """A figure of ours and the same of another tool's.

    Attributes:
        ours: Our figure.
        theirs: Theirs.
        rows: The terms, largest difference first; their sums are the two figures.
    """

    ours: Figure
    theirs: Figure
    rows: tuple[Difference, ...]

    @property
    def difference(self) -> tuple[int, int]:
        """Theirs less ours, from the least to the most."""
        return self.theirs.low - self.ours.low, self.theirs.high - self.ours.low


class Against(NamedTuple):
    """A network counted twice.

    Attributes:
        theirs: The other tool's count.
        comparisons: One for every figure that it prints.
    """

    theirs: Count
    comparisons: tuple[Comparison, ...]


def against(facts: NetworkFacts, convention: str) -> Against:
    """Our figures beside those of another tool, term by term.

    Raises:
        UsageError: There is no such convention.
    """
    theirs, ours = count(facts, convention), count(facts)
    pairs = [(ours.figure(figure.quantity), figure) for figure in theirs.figures]
    return Against(theirs, tuple([_compare(own, other) for own, other in pairs if own is not None]))


def _compare(ours: Figure, theirs: Figure) -> Comparison:
    own = {term.name: term for term in ours.terms}
    other = {term.name: term for term in theirs.terms}
    rows = [
        _difference(name, own.get(name, _NOTHING), other.get(name, _NOTHING))
        for name in dict.fromkeys([*own, *other])
    ]
    rows.sort(key=lambda row: (-max(map(abs, row.difference)), -row.high))
    return Comparison(ours, theirs, tuple(rows))


def _difference(name: str, ours: Term, theirs: Term) -> Difference:
    return Difference(
        name,
        max(ours.n_layers, theirs.n_layers),
        ours.low,
        theirs.low,
        theirs.high,
        ours.is_partial or theirs.is_partial,
        theirs.why or _NOT_COUNTED,
        theirs.mistake,
    )

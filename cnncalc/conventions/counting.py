"""A network's figures as another tool counts them."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import NamedTuple, Protocol, cast

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.conventions.charges import OPAQUE, Charge, Counter, Item, Quantity
from cnncalc.conventions.items import Kind, kinds_of
from cnncalc.errors import UsageError

_TOOLS = Path(__file__).parent / "tools"
_OPERATIONS = ("macs", "flops")


class Term(NamedTuple):
    """A part of a figure.

    Attributes:
        name: What it is for: `convolution`, `batch norm`.
        n_layers: How many layers add to it.
        low: The amount, or the least that it can be.
        high: The most that it can be.
        is_partial: Whether layers are left out that are not known.
        why: The formula, in words.
        mistake: What the tool gets wrong here, in words; empty where nothing.
    """

    name: str
    n_layers: int
    low: int
    high: int
    is_partial: bool
    why: str
    mistake: str


class Figure(NamedTuple):
    """A figure that a tool would print.

    Attributes:
        word: What the tool calls it.
        quantity: What it is: `macs`, `flops`, `params`, `trainable`, `frozen` or `statistics`.
        low: The figure, or the least that it can be, for the whole batch.
        high: The most that it can be.
        is_partial: Whether layers are left out that are not known.
        terms: What it is made of; their sum is the figure.
    """

    word: str
    quantity: Quantity
    low: int
    high: int
    is_partial: bool
    terms: tuple[Term, ...]

    @property
    def value(self) -> int | None:
        """The figure; None where only a range is known."""
        return self.low if self.low == self.high else None


class Count(NamedTuple):
    """A network as another tool counts it.

    Attributes:
        convention: Name of the convention: `fvcore`.
        title: The tool with its version.
        note: What its figures count.
        figures: Its figures, in the order in which it prints them.
    """

    convention: str
    title: str
    note: str
    figures: tuple[Figure, ...]

    def figure(self, quantity: Quantity) -> Figure | None:
        """The figure that is this quantity; None if the tool prints none."""
        return next((one for one in self.figures if one.quantity == quantity), None)

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The tool's known mistakes that matter here, each with the term that it is about."""
        terms = [term for figure in self.figures for term in figure.terms if term.mistake]
        return tuple(dict.fromkeys(f"{term.name}: {term.mistake}" for term in terms))

    def _repr_html_(self) -> str:
        from cnncalc.report.html_count import count_html  # it is asked how it looks

        return count_html(self)


class Tool(Protocol):
    """What the file of a tool has in it."""

    TITLE: str
    NOTE: str
    COUNTERS: tuple[Counter, ...]


def conventions() -> list[str]:
    """The names of all conventions, our own first."""
    names = (path.stem.replace("_", "-") for path in _TOOLS.glob("[a-z]*.py"))
    return sorted(names, key=lambda name: (name != "cnncalc", name))


def tool_called(convention: str) -> Tool:
    """The file of a convention.

    Raises:
        UsageError: There is no such convention.
    """
    if convention not in conventions():
        known = ", ".join(conventions())
        raise UsageError(f"the convention must be one of {known}, not {convention[:60]!r}")
    name = convention.replace("-", "_")
    return cast(Tool, import_module(f"cnncalc.conventions.tools.{name}"))


def count(facts: NetworkFacts, convention: str = "cnncalc") -> Count:
    """The figures that a tool would print for a network.

    They follow from the facts alone: nothing is built or run. Where a figure depends on how the
    model is written, it is a range; layers that are not known leave it partial.

    Args:
        facts: The facts of the network, with the batch to count operations for.
        convention: Whose figures: `cnncalc`, `fvcore`, `torchinfo`, `ptflops`, `ptflops-aten`,
            `thop`, `calflops`, `torch`, `keras` or `onnx`.

    Raises:
        UsageError: There is no such convention.

    Example:
        >>> from cnncalc import analyze, load
        >>> from cnncalc.conventions.counting import count
        >>> count(analyze(load("resnet50")), "fvcore").figures[0].value
        4111512576
    """
    tool = tool_called(convention)
    kinds = kinds_of(facts)
    figures = tuple([_figure(counter, kinds, facts.batch) for counter in tool.COUNTERS])
    return Count(convention, tool.TITLE, tool.NOTE, figures)


class _Sum:
    """A term as it is added up."""

    def __init__(self) -> None:
        self.n_layers = self.low = self.high = 0
        self.is_partial = False
        self.whys: dict[str, None] = {}
        self.mistakes: dict[str, None] = {}

    def add(self, charges: list[Charge], n_layers: int, factor: int) -> None:
        self.n_layers += n_layers
        for charge in charges:
            if charge.low is None or charge.high is None:
                self.is_partial = True
            else:
                self.low += charge.low * factor
                self.high += charge.high * factor
            self.whys[charge.why] = None
            if charge.mistake:
                self.mistakes[charge.mistake] = None

    def term(self, name: str) -> Term:
        """The sum."""
        why, mistake = "; ".join(self.whys), "; ".join(self.mistakes)
        return Term(name, self.n_layers, self.low, self.high, self.is_partial, why, mistake)


def _figure(counter: Counter, kinds: list[Kind], batch: int) -> Figure:
    is_work = counter.quantity in _OPERATIONS
    sums: dict[str, _Sum] = {}
    for items, n_layers, n_owners in kinds:
        n_times = n_layers if is_work else n_owners
        if not n_times:
            continue
        for name, charges in _by_term(counter, items).items():
            sums.setdefault(name, _Sum()).add(charges, n_times, n_times * (batch if is_work else 1))
    terms = tuple([found.term(name) for name, found in sums.items()])
    return Figure(
        counter.word,
        counter.quantity,
        sum(term.low for term in terms),
        sum(term.high for term in terms),
        any(term.is_partial for term in terms),
        terms,
    )


def _by_term(counter: Counter, items: tuple[Item, ...] | None) -> dict[str, list[Charge]]:
    if items is None:
        return {OPAQUE: [Charge(OPAQUE, None, None, "not known")]}
    found: dict[str, list[Charge]] = {}
    for item in items:
        for charge in counter.charges(item):
            found.setdefault(charge.term, []).append(charge)
    return found

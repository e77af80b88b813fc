"""The totals as another tool prints them."""

from __future__ import annotations

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.conventions.counting import Figure, count
from cnncalc.report.numbers import at_least, human
from cnncalc.report.totals import Total


def count_totals(facts: NetworkFacts, convention: str) -> list[Total]:
    """A line for every figure of the tool, with its own word."""
    counted = count(facts, convention)
    lines = []
    for figure in counted.figures:
        is_work = figure.quantity in ("macs", "flops")
        batch = f"; batch {facts.batch:,}" if is_work else ""
        note = f"{counted.title}: {counted.note}{batch}" if is_work else counted.title
        if figure.is_partial:
            note = f"{note}; at least, as some layers are not known"
        lines.append(Total(figure.word, amount(figure), _short(figure), note))
    return lines


def amount(figure: Figure) -> str:
    """A figure, or the range that it lies in, with every digit."""
    return at_least(between(figure.low, figure.high), figure.is_partial)


def between(low: int, high: int, sign: str = "") -> str:
    """One number, or two with `to` between them."""
    first = f"{low:{sign},}"
    return first if low == high else f"{first} to {high:{sign},}"


def _short(figure: Figure) -> str:
    if figure.high < 1000:
        return ""
    if figure.value is not None:
        return human(figure.value)
    return f"{human(figure.low)} to {human(figure.high)}"

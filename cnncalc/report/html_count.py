"""What another tool would print as HTML, for notebooks."""

from __future__ import annotations

from cnncalc.conventions.counting import Count
from cnncalc.report.count_totals import amount, between
from cnncalc.report.html_parts import framed, headline, remark, table
from cnncalc.report.numbers import at_least


def count_html(count: Count) -> str:
    """What another tool would print, and what its figures are made of."""
    parts = [headline(f"{count.title}: {count.note}")]
    for figure in count.figures:
        lines = [
            (
                term.name,
                f"{term.n_layers:,}",
                at_least(between(term.low, term.high), term.is_partial),
                term.why,
            )
            for term in figure.terms
        ]
        titles = (figure.word, "Layers", "Amount", "How it counts")
        parts.append(table(titles, [*lines, ("total", "", amount(figure), "")], (0, 3)))
    return framed([*parts, *map(remark, count.mistakes)])

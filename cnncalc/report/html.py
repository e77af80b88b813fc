"""The facts of a network as HTML, for notebooks."""

from __future__ import annotations

from html import escape

from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.report.columns import count_of
from cnncalc.report.html_parts import CELL, FAINT, LINE, cell, framed, headline
from cnncalc.report.rows import View
from cnncalc.report.table import table
from cnncalc.report.totals import Total, title, totals
from cnncalc.spec.network import Network

_MOST_ROWS = 1000


def network_html(network: Network) -> str:
    """The same for a network that has not been analysed yet."""
    return facts_html(analyze(network))


def facts_html(facts: NetworkFacts) -> str:
    """A network as a compact table with totals, complete in itself: no scripts, no style sheet.

    Every text is escaped. Of a very long network the first layers are shown.
    """
    shown = table(facts, View(top=_MOST_ROWS))
    head = [cell(c.column.title, c.column.right, "th") for c in shown.columns]
    foot = [cell(c.total, c.column.right, "th") for c in shown.columns]
    lines = zip(*(column.cells for column in shown.columns), strict=True)
    sides = [column.column.right for column in shown.columns]
    body = [
        f"<tr>{''.join(cell(text, side) for text, side in zip(line, sides, strict=True))}</tr>"
        for line in lines
    ]
    hidden = len(facts.layers) - len(body)
    if hidden:
        body.append(
            f'<tr><td colspan="{len(sides)}" style="{CELL}">'
            f"and {count_of(hidden, 'layer')} more</td></tr>"
        )
    parts = [
        headline(title(facts)),
        '<table style="border-collapse:collapse;font-variant-numeric:tabular-nums">'
        f'<thead style="border-bottom:{LINE}"><tr>{"".join(head)}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody>"
        f'<tfoot style="border-top:{LINE}"><tr>{"".join(foot)}</tr></tfoot></table>'
        f'<table style="border-collapse:collapse;margin-top:.5em">'
        f"{''.join(map(_total, totals(facts)))}</table>",
    ]
    return framed(parts)


def _total(line: Total) -> str:
    short = f"({line.human})" if line.human else ""
    note = f'<td style="{FAINT}padding:.1em .6em;text-align:left">{escape(line.note)}</td>'
    cells = [cell(line.label, False), cell(line.exact, True), cell(short, False), note]
    return f"<tr>{''.join(cells)}</tr>"

"""The facts of a network as HTML, for notebooks."""

from __future__ import annotations

from html import escape

from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.report.columns import count_of
from cnncalc.report.rows import View
from cnncalc.report.table import table
from cnncalc.report.totals import Total, title, totals
from cnncalc.spec.network import Network

_MOST_ROWS = 1000
# no colours of its own: it is read on white and on black
_LINE = "1px solid rgba(128,128,128,.4)"
_CELL = "padding:.1em .6em;white-space:nowrap;"
_FAINT = "opacity:.65;"


def network_html(network: Network) -> str:
    """The same for a network that has not been analysed yet."""
    return facts_html(analyze(network))


def facts_html(facts: NetworkFacts) -> str:
    """A network as a compact table with totals, complete in itself: no scripts, no style sheet.

    Every text is escaped. Of a very long network the first layers are shown.
    """
    shown = table(facts, View(top=_MOST_ROWS))
    head = [_cell(c.column.title, c.column.right, "th") for c in shown.columns]
    foot = [_cell(c.total, c.column.right, "th") for c in shown.columns]
    lines = zip(*(column.cells for column in shown.columns), strict=True)
    sides = [column.column.right for column in shown.columns]
    body = [
        f"<tr>{''.join(_cell(text, side) for text, side in zip(line, sides, strict=True))}</tr>"
        for line in lines
    ]
    hidden = len(facts.layers) - len(body)
    if hidden:
        body.append(
            f'<tr><td colspan="{len(sides)}" style="{_CELL}">'
            f"and {count_of(hidden, 'layer')} more</td></tr>"
        )
    return (
        '<div style="max-height:40em;overflow:auto;font-size:90%">'
        f'<p style="margin:.3em 0"><b>{escape(title(facts))}</b></p>'
        '<table style="border-collapse:collapse;font-variant-numeric:tabular-nums">'
        f'<thead style="border-bottom:{_LINE}"><tr>{"".join(head)}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody>"
        f'<tfoot style="border-top:{_LINE}"><tr>{"".join(foot)}</tr></tfoot></table>'
        f'<table style="border-collapse:collapse;margin-top:.5em">'
        f"{''.join(map(_total, totals(facts)))}</table></div>"
    )


def _cell(text: str, right: bool, tag: str = "td") -> str:
    side = "right" if right else "left"
    return f'<{tag} style="{_CELL}text-align:{side}">{escape(text)}</{tag}>'


def _total(line: Total) -> str:
    short = f"({line.human})" if line.human else ""
    note = f'<td style="{_FAINT}padding:.1em .6em;text-align:left">{escape(line.note)}</td>'
    cells = [_cell(line.label, False), _cell(line.exact, True), _cell(short, False), note]
    return f"<tr>{''.join(cells)}</tr>"

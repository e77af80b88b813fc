"""The table of the page: every layer, and every block with the sums of what is in it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.report.columns import Column, choose, count_of
from cnncalc.report.page.tree import Branch

_LONG = 40  # names longer than that may be cut off on a screen
_KEYS = ("name", "op", "output", "params", "macs", "memory", "field", "misfit")


def columns_for(found: Sequence[Branch]) -> list[Column]:
    """The columns of the page's table; the misfit only where there is one."""
    columns = choose(_KEYS)
    return [
        column
        for column in columns
        if column.key != "misfit" or any(column.text(branch.row) for branch in found)
    ]


def table_html(facts: NetworkFacts, found: Sequence[Branch], columns: Sequence[Column]) -> str:
    """The table, with every row there: the script folds it."""
    head = "".join(_cell("th", column, column.title, ' scope="col"') for column in columns)
    body = "\n".join(_row(index, branch, columns) for index, branch in enumerate(found))
    totals = "".join(_cell("td", column, column.total(facts)) for column in columns)
    hidden = len(facts.layers) - sum(not branch.is_block for branch in found)
    note = f'<p class="note">And {count_of(hidden, "layer")} more.</p>' if hidden else ""
    return (
        f'<table id="layers-table"><caption class="aside">Layers, in order</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n"
        f"<tfoot><tr>{totals}</tr></tfoot></table>{note}"
    )


def _row(index: int, branch: Branch, columns: Sequence[Column]) -> str:
    kind = ' class="block"' if branch.is_block else ""
    around, own = branch.names
    before = f'<span class="around">{escape(around)}</span>' if around else ""
    level = f' class="name level-{min(branch.level, 9)}"'
    whole = f' title="{escape(around + own)}"' if len(around + own) > _LONG else ""
    name = f'<th scope="row"{level}{whole}>{before}<span class="own">{escape(own)}</span></th>'
    cells = "".join(_cell("td", column, column.text(branch.row)) for column in columns[1:])
    return f'<tr id="row-{index}"{kind}>{name}{cells}</tr>'


def _cell(tag: str, column: Column, text: str, more: str = "") -> str:
    side = ' class="right"' if column.right else ""
    return f"<{tag}{side}{more}>{escape(text)}</{tag}>"

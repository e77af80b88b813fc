"""A comparison of networks as HTML, for notebooks: the table, and the chart if there is one."""

from __future__ import annotations

from cnncalc.comparison.comparing import Comparison
from cnncalc.errors import UsageError
from cnncalc.report.compare_rows import WORDS, compare_table
from cnncalc.report.html_parts import framed, remark, table


def comparison_html(found: Comparison) -> str:
    """The table with its notes, and below it the usual chart."""
    laid_out = compare_table(found)
    parts = [table(laid_out.titles, laid_out.rows, WORDS), *map(remark, laid_out.notes)]
    return framed(parts) + _chart(found)


def _chart(found: Comparison) -> str:
    if len(found.networks) < 2:
        return ""
    try:
        return f"<div>{found.chart().svg()}</div>"
    except UsageError:  # no network has figures for both axes
        return ""

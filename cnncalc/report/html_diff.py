"""What changed between two networks as HTML, for notebooks."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.comparison.difference import NetworkDiff
from cnncalc.report.diff_rows import SIGNS, DiffRow, rows
from cnncalc.report.diff_totals import TITLES, outer_changes, summary, total_rows
from cnncalc.report.html_parts import framed, headline, remark, table
from cnncalc.report.numbers import exact
from cnncalc.source.printable import printable

_TITLES = ("", "Layer", "Change", "Output", "Params", "MACs", "Field")


def diff_html(diff: NetworkDiff) -> str:
    """What changed between two networks: the layers, and the totals."""
    names = [printable(facts.name or "network") for facts in (diff.before, diff.after)]
    parts = [headline(f"{' → '.join(names)}: {summary(diff)}")]
    if diff.is_empty:
        return framed(parts)
    parts += map(remark, outer_changes(diff))
    parts.append(table(_TITLES, [_cells(row) for row in rows(diff)], (0, 1, 2)))
    totals = [row[: len(TITLES)] for row in total_rows(diff)]
    return framed([*parts, table(TITLES, totals, (0,))])


def _cells(row: DiffRow) -> Sequence[str]:
    figures = [row.figure("n_params", exact), row.figure("n_macs", exact), row.field]
    return [SIGNS[row.kind].strip(), row.name, row.what, row.output, *figures]

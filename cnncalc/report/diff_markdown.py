"""A comparison as Markdown, for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from cnncalc.comparison.difference import NetworkDiff
from cnncalc.report.diff_rows import SIGNS, DiffRow, rows
from cnncalc.report.diff_totals import TITLES, outer_changes, summary, total_rows
from cnncalc.report.markdown import escaped
from cnncalc.report.numbers import exact

_HEADER = ("", "Layer", "Change", "Output", "Params", "MACs", "Field")
_MOST_SHOWN = 30  # more rows are folded away


def write_markdown(write: Callable[[str], object], diff: NetworkDiff, names: Sequence[str]) -> None:
    """Write a heading, the totals, and the layers that are different."""
    write(f"### {' → '.join(map(escaped, names))}\n\n{summary(diff)}\n")
    if diff.is_empty:
        return
    for text in outer_changes(diff):
        write(f"- {escaped(text)}\n")
    write(f"\n{_row(TITLES)}|---|---:|---:|---:|---:|\n")
    for total in total_rows(diff):
        write(_row(map(escaped, total[: len(TITLES)])))
    found = list(rows(diff))
    is_folded = len(found) > _MOST_SHOWN
    write("\n<details><summary>Layers</summary>\n\n" if is_folded else "\n")
    write(f"{_row(_HEADER)}|---|---|---|---:|---:|---:|---:|\n")
    for row in found:
        write(_row(_cells(row)))
    write("\n</details>\n" if is_folded else "")


def _cells(row: DiffRow) -> list[str]:
    sign = SIGNS[row.kind].strip()
    name = row.name if row.is_run else escaped(row.name)
    figures = [row.output, row.figure("n_params", exact), row.figure("n_macs", exact), row.field]
    return [f"`{sign}`" if sign else "", name, *map(escaped, [row.what, *figures])]


def _row(texts: Iterable[str]) -> str:
    return "| " + " | ".join(texts) + " |\n"

"""A comparison as text: in a terminal, or in a pipe where nothing is rounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from cnncalc.comparison.difference import Kind, NetworkDiff
from cnncalc.report.diff_rows import SIGNS, DiffRow, Format, rows
from cnncalc.report.diff_totals import TITLES, outer_changes, summary, total_rows
from cnncalc.report.numbers import exact, human
from cnncalc.report.sheet import Line
from cnncalc.report.width import cells, padded

_HEADER = ("", "Layer", "Change", "Output", "Params", "MACs", "Field")
_WORDS = (0, 1, 2)
_LABELS = ("output", "params", "MACs", "field")
_GAP = "  "
_MOST_DRAWN = 2000  # beyond that rich takes seconds
_INDENT = " " * 5
_STYLES: dict[Kind, str] = {
    "added": "green", "removed": "red", "changed": "yellow", "renamed": "yellow",
    "affected": "", "same": "dim",
}  # fmt: skip


def write_plain(write: Callable[[str], object], diff: NetworkDiff, names: Sequence[str]) -> None:
    """Write a comparison, complete at any width."""
    for line in lines(diff, names):
        write(_plain(line))


def print_drawn(diff: NetworkDiff, names: Sequence[str]) -> None:
    """Print a comparison on a terminal."""
    from rich.text import Text

    from cnncalc.report.terminal import make_console

    console = make_console()
    found = list(lines(diff, names, console.width))
    for line in found:
        if len(found) > _MOST_DRAWN:
            console.file.write(_plain(line))
        else:
            text = Text.assemble(*line)
            text.rstrip()
            console.print(text)


def _plain(line: Line) -> str:
    return "".join([text for text, _ in line]).rstrip() + "\n"


def lines(diff: NetworkDiff, names: Sequence[str], width: int | None = None) -> Iterator[Line]:
    """A comparison as lines.

    Args:
        diff: The comparison.
        names: What the networks are called.
        width: Columns of the terminal, for which figures are rounded; None to round nothing.
    """
    yield [(" → ".join(names), "bold"), (f": {summary(diff)}", "")]
    if diff.is_empty:
        return
    for text in outer_changes(diff):
        yield [("~ ", "yellow"), (text, "")]
    yield [("", "")]
    yield from _layers(list(rows(diff)), width)
    yield [("", "")]
    yield from _totals(diff, width)


def _layers(found: Sequence[DiffRow], width: int | None) -> Iterator[Line]:
    """The rows as a table, with rounded figures if need be; as a list where it is too narrow."""
    for shown in (exact, human):
        table = [list(_HEADER), *(_cells(row, shown) for row in found)]
        if width is None or _width(_widths(table)) <= width:
            yield from _table(found, table)
            return
    for row in found:
        yield from _listed(row, width or 0)


def _table(found: Sequence[DiffRow], table: Sequence[Sequence[str]]) -> Iterator[Line]:
    widths = _widths(table)
    rule: Line = [("─" * _width(widths), "dim")]
    yield _line(table[0], widths, _WORDS, "bold")
    yield rule
    for row, texts in zip(found, table[1:], strict=True):
        yield _line(texts, widths, _WORDS, _STYLES[row.kind])
    yield rule


def _cells(row: DiffRow, shown: Format) -> list[str]:
    figures = [row.figure("n_params", shown), row.figure("n_macs", shown)]
    return [SIGNS[row.kind], row.name, row.what, row.output, *figures, row.field]


def _listed(row: DiffRow, width: int) -> Iterator[Line]:
    """A row as text: the name, what changed and every figure that did."""
    sign, name, what, *figures = _cells(row, exact)
    texts = [f"{label} {text}" for label, text in zip(_LABELS, figures, strict=True) if text]
    line: Line = [(f"{sign}  {name}", _STYLES[row.kind])]
    taken, gap = cells(line[0][0]), _GAP
    for text in filter(None, [what, *texts]):
        if taken + len(gap) + cells(text) > width:
            yield line
            line, taken, gap = [], 0, _INDENT
        line.append((gap + text, "dim" if row.kind == "same" else ""))
        taken, gap = taken + len(gap) + cells(text), ", "
    yield line


def _widths(table: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(cells, column)) for column in zip(*table, strict=True)]


def _width(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _line(texts: Sequence[str], widths: Sequence[int], words: Sequence[int], style: str) -> Line:
    line: Line = []
    for number, (text, width) in enumerate(zip(texts, widths, strict=True)):
        is_styled = number in words or style in ("bold", "dim")
        line += [(padded(text, width, number not in words), style if is_styled else ""), (_GAP, "")]
    return line[:-1]


def _totals(diff: NetworkDiff, width: int | None) -> Iterator[Line]:
    found = list(total_rows(diff))
    table = [TITLES, *(row[: len(TITLES)] for row in found)]
    if width is not None and _width(_widths(table)) > width:
        table = [(row.label, row.short, row.percent) for row in found]
    widths = _widths(table)
    for row in table:
        yield _line(row, widths, (0,), "bold" if row is TITLES else "")

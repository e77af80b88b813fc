"""Why two tools differ, as a table of terms: plain, drawn or Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.conventions.comparing import Against, Comparison, Difference
from cnncalc.conventions.counting import Count
from cnncalc.report.count_totals import amount, between
from cnncalc.report.grid import draw_grid, write_grid
from cnncalc.report.markdown import escaped
from cnncalc.report.numbers import at_least
from cnncalc.report.totals import title

Write: TypeAlias = Callable[[str], object]
Texts: TypeAlias = tuple[str, ...]

_OVERVIEW = ("Convention", "Figure", "Amount", "Tool")
_OVERVIEW_WORDS = (0, 1, 3)
_TERM_WORDS = (0, 5)


def write_plain(write: Write, facts: NetworkFacts, found: Against) -> None:
    """Write the tables, complete at any width."""
    write(f"{title(facts)}\n")
    for comparison in found.comparisons:
        write(f"\n{_heading(found, comparison)}\n")
        if comparison.rows and _differs(comparison):
            write("\n")
            write_grid(write, _titles(found), _rows(comparison), _TERM_WORDS)
    write("".join(f"\n{line}" for line in _mistakes(found)) + "\n" * bool(_mistakes(found)))


def print_drawn(facts: NetworkFacts, found: Against) -> None:
    """Print the tables on a terminal."""
    from cnncalc.report.terminal import make_console, print_line

    console = make_console()
    print_line(console, title(facts), "bold")
    for comparison in found.comparisons:
        console.print()
        print_line(console, _heading(found, comparison))
        if comparison.rows and _differs(comparison):
            console.print()
            rows = _rows(comparison)
            styles = [["", "", "", "", "bold", "dim"] for _ in rows]
            draw_grid(console, _titles(found), rows, _TERM_WORDS, styles)
    for line in _mistakes(found):
        console.print()
        print_line(console, line, "yellow")


def write_markdown(write: Write, facts: NetworkFacts, found: Against) -> None:
    """Write the tables for an issue or a README."""
    write(f"### {escaped(title(facts))}\n")
    for comparison in found.comparisons:
        write(f"\n{escaped(_heading(found, comparison))}\n")
        if comparison.rows and _differs(comparison):
            _write_markdown_table(write, _titles(found), _rows(comparison), _TERM_WORDS)
    for line in _mistakes(found):
        write(f"\n{escaped(line)}\n")


def write_overview(write: Write, facts: NetworkFacts, counts: Sequence[Count]) -> None:
    """Write what every tool would print, a line per figure."""
    write(f"{title(facts)}\n\n")
    write_grid(write, _OVERVIEW, _overview(counts), _OVERVIEW_WORDS)


def print_overview(facts: NetworkFacts, counts: Sequence[Count]) -> None:
    """Print what every tool would print on a terminal."""
    from cnncalc.report.terminal import make_console, print_line

    console = make_console()
    print_line(console, f"{title(facts)}\n", "bold")
    rows = _overview(counts)
    draw_grid(console, _OVERVIEW, rows, _OVERVIEW_WORDS, [["", "", "bold", "dim"] for _ in rows])


def write_markdown_overview(write: Write, facts: NetworkFacts, counts: Sequence[Count]) -> None:
    """Write what every tool would print as Markdown."""
    write(f"### {escaped(title(facts))}\n")
    _write_markdown_table(write, _OVERVIEW, _overview(counts), _OVERVIEW_WORDS)


def _overview(counts: Sequence[Count]) -> list[Texts]:
    return [
        (counted.convention if number == 0 else "", figure.word, amount(figure),
         counted.title if number == 0 else "")
        for counted in counts
        for number, figure in enumerate(counted.figures)
    ]  # fmt: skip


def _differs(comparison: Comparison) -> bool:
    return any(row.difference != (0, 0) or row.is_partial for row in comparison.rows)


def _heading(found: Against, comparison: Comparison) -> str:
    ours, theirs = comparison.ours, comparison.theirs
    parts = f"{theirs.word} of {found.theirs.title}: {amount(theirs)}"
    own = f"our {ours.word}: {amount(ours)}"
    if _differs(comparison):
        return f"{parts}; {own}; difference {between(*comparison.difference, '+')}"
    return f"{parts}; {own}; no difference"


def _titles(found: Against) -> Texts:
    return ("Term", "Layers", "cnncalc", found.theirs.convention, "Difference", "How it counts")


def _rows(comparison: Comparison) -> list[Texts]:
    total = (
        "total", "", f"{comparison.ours.low:,}", amount(comparison.theirs),
        between(*comparison.difference, "+"), "",
    )  # fmt: skip
    return [*map(_cells, comparison.rows), total]


def _cells(row: Difference) -> Texts:
    why = f"{row.why} (mistake)" if row.mistake else row.why
    return (
        row.term,
        f"{row.n_layers:,}",
        at_least(f"{row.ours:,}", row.is_partial),
        at_least(between(row.low, row.high), row.is_partial),
        between(*row.difference, "+") if row.difference != (0, 0) else "0",
        why,
    )


def _mistakes(found: Against) -> list[str]:
    return [f"Known mistake of {found.theirs.title}: {text}" for text in found.theirs.mistakes]


def _write_markdown_table(
    write: Write, titles: Texts, rows: Iterable[Texts], words: Sequence[int]
) -> None:
    write(f"\n| {' | '.join(titles)} |\n")
    write("|" + "|".join("---" if k in words else "---:" for k in range(len(titles))) + "|\n")
    for row in rows:
        write(f"| {' | '.join(map(escaped, row))} |\n")

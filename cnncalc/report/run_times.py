"""The times of the layers, beside their predicted operations."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from cnncalc.numeric.timing import Row, Timings
from cnncalc.report.findings import numbered
from cnncalc.report.run_values import milliseconds
from cnncalc.report.sheet import Column, Line, sheet, width_of
from cnncalc.source.printable import printable

_LEAST = 20  # columns that a note needs
_DISPENSABLE = ("Computed as", "Of time", "MACs")  # the first goes first


def timing_lines(timings: Timings, width: int | None) -> Iterator[Line]:
    """A table with a row for what is computed together, and what it is compared with.

    On a narrow terminal the names become shorter, then columns go.
    """
    columns = _columns(timings, short=False)
    if width is not None and width_of(columns) > width:
        columns = _columns(timings, short=True)
        for title in _DISPENSABLE:
            if width_of(columns) > width:
                columns = [column for column in columns if column.title != title]
    yield from sheet(columns)
    yield []
    runs, peak = numbered(timings.n_runs, "run"), timings.peak / 1e9
    notes = (
        f"Each time is the shortest of {runs}; GFLOP/s count 2 for every MAC.",
        f"A product of 1024×1024 matrices reaches {peak:,.1f} GFLOP/s here.",
    )
    for note in notes:
        for piece in [note] if width is None else wrap(note, max(width, _LEAST)):
            yield [(piece, "dim")]


def _columns(timings: Timings, *, short: bool) -> list[Column]:
    rows, whole = timings.rows, timings.whole
    return [
        Column("Layers", [_name(row, short) for row in rows], total="all"),
        Column("Computed as", [", ".join(row.kernels) for row in rows], style="cyan"),
        Column(
            "ms",
            [milliseconds(row.seconds) for row in rows],
            right=True,
            total=milliseconds(timings.seconds),
            style="bold",
        ),
        Column("Of time", [_percent(_share(row, timings)) for row in rows], right=True),
        Column("MACs", [_macs(row) for row in rows], right=True, total=f"{timings.n_macs:,}"),
        Column("GFLOP/s", [_speed(row) for row in rows], right=True, total=_speed(whole)),
        Column(
            "Of peak",
            [_percent(of_peak(row, timings)) for row in rows],
            right=True,
            total=_percent(of_peak(whole, timings)),
        ),
    ]


def _name(row: Row, short: bool) -> str:
    """The first layer in full, of the others what follows the last point of their names."""
    first, *others = map(printable, row.layers)
    if not others:
        return first
    if short:
        return f"{first} +{len(others)}"
    return " + ".join([first, *(name.rpartition(".")[2] for name in others)])


def _share(row: Row, timings: Timings) -> float | None:
    return row.seconds / timings.seconds if timings.seconds else None


def of_peak(row: Row, timings: Timings) -> float | None:
    """Share of the machine's peak; None where nothing is multiplied."""
    return None if row.flops_per_second is None else row.flops_per_second / timings.peak


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.1f} %"


def _macs(row: Row) -> str:
    return f"{row.n_macs:,}" if row.n_macs else ""


def _speed(row: Row) -> str:
    speed = row.flops_per_second
    return "" if speed is None else f"{speed / 1e9:,.2f}"

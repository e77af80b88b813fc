"""The sizes that fit: text, Markdown or JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from cnncalc.ir.shapes import format_shape
from cnncalc.report.grid import write_grid
from cnncalc.report.json_report import SCHEMA_VERSION
from cnncalc.report.markdown import escaped
from cnncalc.source.printable import printable
from cnncalc.teaching.fitting import Fitting, Unfit

Write = Callable[[str], object]

_TITLES = ("Size", "Output")
_SHOWN = 7


class Found(NamedTuple):
    """What was found along some axes, and what a person wants to know about it.

    Attributes:
        fitting: The sizes that fit.
        wanted: The size that the nearest ones are shown to.
        unfit: Why that one does not fit; None if it does.
    """

    fitting: Fitting
    wanted: int
    unfit: Unfit | None


def write_plain(write: Write, name: str | None, found: Sequence[Found]) -> None:
    """Write what was found as text."""
    write(f"{_title(name)}\n")
    for one in found:
        write(f"\n{one.fitting.axes}: {rule(one.fitting)}\n")
        write("".join(f"{line}\n" for line in _lines(one)))
        rows = list(size_rows(one.fitting, one.wanted))
        if rows:
            write("\n")
            write_grid(write, _TITLES, rows, ())


def print_drawn(name: str | None, found: Sequence[Found]) -> None:
    """Print what was found on a terminal."""
    from cnncalc.report.grid import draw_grid
    from cnncalc.report.terminal import make_console, print_line

    console = make_console()
    print_line(console, _title(name), "bold")
    for one in found:
        console.print()
        print_line(console, f"{one.fitting.axes}: {rule(one.fitting)}", "bold green")
        for line in _lines(one):
            print_line(console, line)
        rows = list(size_rows(one.fitting, one.wanted))
        if rows:
            console.print()
            styles = [["bold" if row[0] == str(one.wanted) else ""] * 2 for row in rows]
            draw_grid(console, _TITLES, rows, (), styles)


def write_markdown(write: Write, name: str | None, found: Sequence[Found]) -> None:
    """Write what was found for an issue or a README."""
    write(f"### {escaped(_title(name))}\n")
    for one in found:
        write(f"\n**{one.fitting.axes}: {rule(one.fitting)}**\n")
        write("".join(f"\n{escaped(line)}\n" for line in _lines(one)))
        rows = list(size_rows(one.fitting, one.wanted))
        if rows:
            write(f"\n| {' | '.join(_TITLES)} |\n|---:|---:|\n")
            write("".join(f"| {' | '.join(row)} |\n" for row in rows))


def write_json(write: Write, name: str | None, found: Sequence[Found]) -> None:
    """Write every size that fits as one JSON object."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "network": name,
        "axes": [_data(one) for one in found],
    }
    write(json.dumps(document, allow_nan=False) + "\n")


def _data(found: Found) -> dict[str, object]:
    fitting, unfit = found.fitting, found.unfit
    rule_ = fitting.pattern
    return {
        "axes": fitting.axes,
        "given": fitting.given,
        "tried": [fitting.tried[0], fitting.tried[-1]],
        "pattern": None if rule_ is None else {"text": rule_.text, **rule_._asdict()},
        "sizes": list(fitting.sizes),
        "wanted": found.wanted,
        "nearest": [
            {"size": size, "output": _shape(fitting.output(size))}
            for size in fitting.nearest(found.wanted, _SHOWN)
        ],
        "unfit": None if unfit is None else unfit._asdict(),
        "resized": list(fitting.resized),
    }


def _shape(shape: tuple[int | None, ...] | None) -> list[int | None] | None:
    return None if shape is None else list(shape)


def rule(fitting: Fitting) -> str:
    """The rule behind the sizes, or the sizes themselves where there is none."""
    if not fitting.sizes:
        return "no size fits"
    if fitting.pattern is not None:
        return fitting.pattern.text
    shown = ", ".join(map(str, fitting.sizes[:_SHOWN]))
    rest = len(fitting.sizes) - _SHOWN
    return f"{shown} and {rest} more, without a pattern" if rest > 0 else f"only {shown}"


def _title(name: str | None) -> str:
    return f"{printable(name or 'network')}: input sizes for which every layer fits"


def _lines(found: Found) -> Iterator[str]:
    fitting, unfit = found.fitting, found.unfit
    tried = fitting.tried
    yield f"{len(fitting.sizes):,} of the {len(tried):,} sizes from {tried[0]} to {tried[-1]} fit"
    if unfit is not None:
        yield f"{unfit.size} does not fit: {printable(unfit.layer)}, {unfit.reason}"
    if fitting.resized:
        names = ", ".join(printable(name) for name in fitting.resized[:_SHOWN])
        yield f"another size gives another number of weights in {names}"


def size_rows(fitting: Fitting, wanted: int) -> Iterator[tuple[str, str]]:
    """The sizes that fit which are nearest to a wanted one, with what comes out."""
    for size in fitting.nearest(wanted, _SHOWN):
        yield str(size), format_shape(fitting.output(size))

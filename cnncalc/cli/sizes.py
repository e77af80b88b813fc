"""`cnncalc sizes`: the input sizes for which every layer fits."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc.cli import options as o
from cnncalc.cli.running import CLEAN, FINDINGS, guarded

if TYPE_CHECKING:
    from cnncalc.report.sizes_report import Found


class SizesFormat(StrEnum):
    """For people, for an issue, or for programs."""

    full = "full"
    markdown = "markdown"
    json = "json"


_RANGE = re.compile(r"([0-9]{1,16})\.\.([0-9]{1,16})")

Range = Annotated[
    str | None,
    typer.Option("--range", metavar="N..M", help="Sizes to look at; up to 512 unless you say."),
]
Near = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Show the sizes near this one, not the given one."),
]
Axis = Annotated[
    str | None, typer.Option(metavar="NAME", help="Only this axis: height, width, length or depth.")
]
Strict = Annotated[
    bool, typer.Option("--strict", help="No cell of the padding may be left over, either.")
]
Format = Annotated[SizesFormat, typer.Option("--format", help="Text, Markdown or JSON.")]


def sizes(
    network: o.NetworkName,
    tried: Range = None,
    near: Near = None,
    axis: Axis = None,
    strict: Strict = False,
    output_format: Format = SizesFormat.full,
    input: o.Input = None,
    define: o.Define = None,
    variant: o.Variant = None,
) -> None:
    """Find the input sizes for which every layer fits.

    Exit code 1 if there is none.
    """

    def action() -> int:
        from cnncalc.api import load
        from cnncalc.cli.request import defined, given_input, to_load
        from cnncalc.report.sizes_report import Found
        from cnncalc.teaching.fitting import Search

        wanted = _range(tried)
        loaded = load(
            to_load(network), variant=variant, define=defined(define), input=given_input(input)
        )
        search = Search(loaded, strict=strict)
        found = []
        for axes in search.axes(axis):
            fitting = search.along(axes, wanted)
            size = fitting.given if near is None else near
            found.append(Found(fitting, size, search.why(axes, size)))
        _print(loaded.name, found, output_format)
        return CLEAN if all(one.fitting.sizes for one in found) else FINDINGS

    raise typer.Exit(guarded(action, as_json=output_format is SizesFormat.json))


def _range(text: str | None) -> range | None:
    from cnncalc.errors import UsageError
    from cnncalc.source.printable import quoted

    if text is None:
        return None
    match = _RANGE.fullmatch(text.strip())
    if match is None or not 0 < int(match[1]) <= int(match[2]):
        raise UsageError(f"--range takes two sizes such as 32..512, not {quoted(text)}")
    return range(int(match[1]), int(match[2]) + 1)


def _print(name: str | None, found: list[Found], output_format: SizesFormat) -> None:
    from cnncalc.cli.output import accept_any_character, is_terminal, write
    from cnncalc.report import sizes_report

    if output_format is SizesFormat.json:
        sizes_report.write_json(write, name, found)
    elif output_format is SizesFormat.markdown:
        sizes_report.write_markdown(write, name, found)
    elif is_terminal():
        accept_any_character()
        sizes_report.print_drawn(name, found)
    else:
        sizes_report.write_plain(write, name, found)

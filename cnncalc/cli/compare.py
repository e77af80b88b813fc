"""`cnncalc compare`: networks side by side, as a table and as a chart."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc.cli import options as o
from cnncalc.cli.request import TableStyle
from cnncalc.cli.running import CLEAN, guarded

if TYPE_CHECKING:
    from cnncalc.comparison.comparing import Comparison
    from cnncalc.comparison.quantities import Quantity


class CompareFormat(StrEnum):
    """For people, or for programs."""

    full = "full"
    json = "json"


_PLOT = "The chart"
_WHAT = "params, macs, flops, memory, weights, field, depth, accuracy or top5"

Format = Annotated[
    CompareFormat, typer.Option("--output-format", "--format", help="The table, or JSON.")
]
Output = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Draw a chart, too: .svg, .png or .pdf.",
        rich_help_panel=_PLOT,
    ),
]
X = Annotated[
    str | None,
    typer.Option(
        metavar="WHAT",
        help=f"The horizontal axis: {_WHAT}. macs unless you say.",
        rich_help_panel=_PLOT,
    ),
]
Y = Annotated[
    str | None,
    typer.Option(
        metavar="WHAT",
        help="The vertical axis: accuracy unless you say, or params if no accuracy is known.",
        rich_help_panel=_PLOT,
    ),
]
Size = Annotated[
    str | None,
    typer.Option(
        metavar="WHAT",
        help="What areas stand for: params unless you say, or memory if these are on an axis.",
        rich_help_panel=_PLOT,
    ),
]
Force = Annotated[
    bool,
    typer.Option("--force", help="Replace a chart that is there.", rich_help_panel=_PLOT),
]


def compare(
    networks: o.Networks,
    output_format: Format = CompareFormat.full,
    table: o.Table = None,
    batch: o.Batch = 1,
    dtype: o.Dtype = "float32",
    input: o.Input = None,
    output: Output = None,
    x: X = None,
    y: Y = None,
    size: Size = None,
    force: Force = False,
) -> None:
    """Put networks side by side, in a table and in a chart.

    --input holds for all of them.
    """
    as_json = output_format is CompareFormat.json

    def action() -> int:
        from cnncalc.api import analyze, load
        from cnncalc.cli.request import given_input, to_load
        from cnncalc.comparison.comparing import compare as compared
        from cnncalc.drawing.picture import form_of
        from cnncalc.errors import UsageError

        axes = _quantities(x, y, size)
        if output is not None:
            form_of(output)  # before any work is done
        elif any(axes):
            raise UsageError("--x, --y and --size are for a chart; -o chart.svg draws one")
        if table is not None and as_json:
            raise UsageError("--table goes with --output-format full, not json")
        if networks.count("-") > 1:
            raise UsageError("only one of the networks can come from standard input")
        shape = given_input(input)
        facts = [
            analyze(load(to_load(name), input=shape), batch=batch, dtype=dtype) for name in networks
        ]
        found = compared(*facts)
        if output is not None:
            chart = found.chart(axes[0] or "macs", axes[1], axes[2])
            chart.save(output, force=force)
        _print(found, output_format, table)
        return CLEAN

    raise typer.Exit(guarded(action, as_json=as_json))


def _quantities(*words: str | None) -> list[Quantity | None]:
    from cnncalc.comparison.quantities import quantity

    return [None if word is None else quantity(word) for word in words]


def _print(found: Comparison, output_format: CompareFormat, table: TableStyle | None) -> None:
    from cnncalc.cli.output import Output, accept_any_character, is_terminal, write
    from cnncalc.report import compare_text

    if output_format is CompareFormat.json:
        from cnncalc.report.compare_json import write_json

        write_json(write, found)
    elif table is TableStyle.markdown:
        compare_text.write_markdown(write, found)
    elif table is TableStyle.csv:
        compare_text.write_csv(Output(), found)
    elif is_terminal():
        accept_any_character()
        compare_text.print_drawn(found)
    else:
        compare_text.write_plain(write, found)

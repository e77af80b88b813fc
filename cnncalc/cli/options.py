"""The options that commands share, and what their values mean."""

from __future__ import annotations

from typing import Annotated

import typer

from cnncalc.cli.request import FailOn, OutputFormat, SortBy, TableStyle


def _version(wanted: bool) -> None:
    if wanted:
        from cnncalc import __version__
        from cnncalc.cli.output import write

        write(f"cnncalc {__version__}\n")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
]


def common(version: Version = False) -> None:
    """Calculator and linter for convolutional network architectures."""


_WHAT = "A path, - for standard input, or the name of a network of the zoo."
Networks = Annotated[list[str], typer.Argument(metavar="NETWORK", help=_WHAT)]
NetworkName = Annotated[str, typer.Argument(metavar="NETWORK", help=_WHAT)]
Format = Annotated[
    OutputFormat,
    typer.Option(help="Everything; a line per finding (of summary: per network); or JSON."),
]
Table = Annotated[
    TableStyle | None, typer.Option("--table", help="The table as Markdown or as CSV.")
]
Columns = Annotated[
    str | None,
    typer.Option(metavar="KEY,...", help="Columns, such as name,op,params,flops; all: every one."),
]
Sort = Annotated[
    SortBy | None,
    typer.Option(
        metavar="KEY", help="Largest first, by macs, params, flops or memory; or by name."
    ),
]
Top = Annotated[int | None, typer.Option(min=1, metavar="N", help="Only the first N rows.")]
Depth = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Names of at most N parts: 1 makes a row of a block."),
]
Batch = Annotated[int, typer.Option(metavar="N", help="Samples to count for.")]
Dtype = Annotated[str, typer.Option(metavar="TYPE", help="Element type, such as float16.")]
Input = Annotated[
    list[str] | None,
    typer.Option("--input", metavar="SHAPE", help="Another input: 64x64x3, or NAME=64x64x3."),
]
Define = Annotated[
    list[str] | None,
    typer.Option("--define", "-D", metavar="NAME=VALUE", help="Set a variable of the spec."),
]
Variant = Annotated[
    str | None, typer.Option(metavar="NAME", help="Use one of the presets of the spec.")
]
Fail = Annotated[
    FailOn, typer.Option("--fail-on", help="The least severity that makes the exit code 1.")
]

"""The options that commands share, and what their values mean."""

from __future__ import annotations

from typing import Annotated

import typer

from cnncalc.cli.request import FailOn, OutputFormat, SortBy, SummaryFormat, TableStyle


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
    typer.Option(help="For people: full, concise. For programs: all the others."),
]
ShortFormat = Annotated[
    SummaryFormat,
    typer.Option("--output-format", help="Everything; a line per network; or JSON."),
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
Convention = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="Totals as another tool prints them: fvcore, torchinfo, thop, keras, …"
    ),
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

_LINTING = "What is checked"
_FIXING = "Fixes"
_CODES = "CODE,..."
Select = Annotated[
    list[str] | None,
    typer.Option(
        metavar=_CODES,
        help="Run these rules in place of the usual ones: S102, S for a group, or ALL.",
        rich_help_panel=_LINTING,
    ),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option(metavar=_CODES, help="Do not run these rules.", rich_help_panel=_LINTING),
]
ExtendSelect = Annotated[
    list[str] | None,
    typer.Option(metavar=_CODES, help="Run these rules, too.", rich_help_panel=_LINTING),
]
Strict = Annotated[
    bool,
    typer.Option("--strict", help="Every misfit is an error.", rich_help_panel=_LINTING),
]
Fail = Annotated[
    FailOn | None,
    typer.Option(
        "--fail-on",
        help="The least severity that makes the exit code 1; warning unless you say.",
        rich_help_panel=_LINTING,
        show_default=False,
    ),
]
Isolated = Annotated[
    bool,
    typer.Option("--isolated", help="Use no configuration file.", rich_help_panel=_LINTING),
]
Config = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Use this configuration file, not the closest one.",
        rich_help_panel=_LINTING,
    ),
]
Baseline = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help="Leave out the findings that are in it.", rich_help_panel=_LINTING
    ),
]
WriteBaseline = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Write the findings of today to it, and report nothing.",
        rich_help_panel=_LINTING,
    ),
]
MakeFixes = Annotated[
    bool,
    typer.Option("--fix", help="Make the safe fixes in the files.", rich_help_panel=_FIXING),
]
Unsafe = Annotated[
    bool,
    typer.Option(
        "--unsafe-fixes",
        help="Count as fixes also those that change what the network computes.",
        rich_help_panel=_FIXING,
    ),
]
Diff = Annotated[
    bool,
    typer.Option(
        "--diff",
        help="Change nothing and print what --fix would; the exit code is 1 if that is anything.",
        rich_help_panel=_FIXING,
    ),
]
FixOnly = Annotated[
    bool,
    typer.Option(
        "--fix-only", help="Fix, and do not report what is left.", rich_help_panel=_FIXING
    ),
]
Statistics = Annotated[
    bool, typer.Option("--statistics", help="Count the findings of each rule instead.")
]
OutputFile = Annotated[
    str | None, typer.Option(metavar="FILE", help="Write to a file, not to standard output.")
]

"""The options that commands share, and what their values mean."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

import typer

from cnncalc.errors import UsageError


class OutputFormat(str, Enum):
    """How much is printed, and for whom."""

    full = "full"
    concise = "concise"
    json = "json"


class TableStyle(str, Enum):
    """Other forms of the table."""

    markdown = "markdown"
    csv = "csv"


class SortBy(str, Enum):
    """What the rows of the table can be sorted by."""

    macs = "macs"
    params = "params"
    flops = "flops"
    memory = "memory"
    name = "name"


class FailOn(str, Enum):
    """The least severity that makes the exit code 1."""

    error = "error"
    warning = "warning"
    info = "info"


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
Sort = Annotated[SortBy | None, typer.Option(help="Sort the rows, the largest first.")]
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


def defined(pairs: list[str] | None) -> dict[str, Any]:
    """The variables that `-D` sets, their values read as YAML.

    Raises:
        UsageError: One is not of the form name=value.
    """
    if not pairs:
        return {}
    from cnncalc.api import parse_value

    values = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise UsageError(f"-D takes name=value, such as -D width=0.5, not {pair[:40]!r}")
        values[name] = parse_value(text)
    return values


def given_input(texts: list[str] | None) -> str | dict[str, str] | None:
    """The input shapes that `--input` gives: one, or several by name.

    Raises:
        UsageError: There are several without a name.
    """
    if not texts:
        return None
    if len(texts) == 1 and "=" not in texts[0]:
        return texts[0]
    shapes = {}
    for text in texts:
        name, equals, shape = text.partition("=")
        if not equals or not name:
            raise UsageError("with several inputs every --input is NAME=SHAPE")
        shapes[name] = shape
    return shapes


def listed(keys: str | None) -> tuple[str, ...] | None:
    """The words of a list with commas."""
    return None if keys is None else tuple(key.strip() for key in keys.split(",") if key.strip())

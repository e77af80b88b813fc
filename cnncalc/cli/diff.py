"""`cnncalc diff`: what changed from one network to another."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc.cli import options as o
from cnncalc.cli.running import CLEAN, FINDINGS, guarded

if TYPE_CHECKING:
    from cnncalc.comparison.difference import NetworkDiff


class DiffFormat(StrEnum):
    """For people, for a pull request, or for programs."""

    full = "full"
    markdown = "markdown"
    json = "json"


_WHAT = "A path, - for standard input, or the name of a network of the zoo."
Before = Annotated[str, typer.Argument(metavar="BEFORE", help=_WHAT)]
After = Annotated[str, typer.Argument(metavar="AFTER", help="What it became: the same forms.")]
Format = Annotated[
    DiffFormat,
    typer.Option("--output-format", "--format", help="The table, Markdown or JSON."),
]


def diff(
    before: Before,
    after: After,
    output_format: Format = DiffFormat.full,
    input: o.Input = None,
    define: o.Define = None,
) -> None:
    """Show what changed from one network to another.

    The exit code is 1 if anything did.
    """
    as_json = output_format is DiffFormat.json

    def action() -> int:
        from cnncalc.api import analyze, load
        from cnncalc.cli.request import defined, given_input, to_load
        from cnncalc.comparison.difference import diff as compared
        from cnncalc.errors import UsageError

        if before == after == "-":
            raise UsageError("only one of the networks can come from standard input")
        variables, shape = defined(define), given_input(input)
        facts = [
            analyze(load(to_load(name), define=variables, input=shape)) for name in (before, after)
        ]
        found = compared(*facts)
        _print(found, (before, after), output_format)
        return CLEAN if found.is_empty else FINDINGS

    raise typer.Exit(guarded(action, as_json=as_json))


def _print(found: NetworkDiff, given: tuple[str, str], output_format: DiffFormat) -> None:
    from cnncalc.cli.output import accept_any_character, is_terminal, write
    from cnncalc.source.printable import printable

    names = [printable(name) for name in given]
    if output_format is DiffFormat.json:
        from cnncalc.report.diff_json import write_json

        write_json(write, found)
    elif output_format is DiffFormat.markdown:
        from cnncalc.report.diff_markdown import write_markdown

        write_markdown(write, found, names)
    else:
        from cnncalc.report.diff_text import print_drawn, write_plain

        if is_terminal():
            accept_any_character()
            print_drawn(found, names)
        else:
            write_plain(write, found, names)

"""`cnncalc count`: what other tools would print, and why they differ."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc.cli import options as o
from cnncalc.cli.running import CLEAN, guarded

if TYPE_CHECKING:
    from cnncalc.analysis.facts import NetworkFacts
    from cnncalc.conventions.comparing import Against
    from cnncalc.conventions.counting import Count


class CountFormat(StrEnum):
    """For people, for an issue, or for programs."""

    full = "full"
    markdown = "markdown"
    json = "json"


AgainstTool = Annotated[
    str | None,
    typer.Option(
        "--against", metavar="NAME", help="Show term by term why this tool's figures differ."
    ),
]
Format = Annotated[CountFormat, typer.Option("--format", help="Tables, Markdown, or JSON.")]


def count(
    network: o.NetworkName,
    against: AgainstTool = None,
    output_format: Format = CountFormat.full,
    batch: o.Batch = 1,
    input: o.Input = None,
    define: o.Define = None,
    variant: o.Variant = None,
) -> None:
    """Print what other tools count, and why they differ."""

    def action() -> int:
        from cnncalc.api import analyze, load
        from cnncalc.cli.request import defined, given_input, to_load
        from cnncalc.conventions.comparing import against as compared
        from cnncalc.conventions.counting import conventions, tool_called
        from cnncalc.conventions.counting import count as counted

        if against is not None:
            tool_called(against)  # before any work is done
        loaded = load(
            to_load(network), variant=variant, define=defined(define), input=given_input(input)
        )
        facts = analyze(loaded, batch=batch)
        if against is None:
            _print_counts(facts, [counted(facts, name) for name in conventions()], output_format)
        else:
            _print_against(facts, compared(facts, against), output_format)
        return CLEAN

    raise typer.Exit(guarded(action, as_json=output_format is CountFormat.json))


def _print_counts(facts: NetworkFacts, counts: list[Count], output_format: CountFormat) -> None:
    from cnncalc.cli.output import accept_any_character, is_terminal, write
    from cnncalc.report import count_json, count_report

    if output_format is CountFormat.json:
        count_json.write_counts(write, facts, counts)
    elif output_format is CountFormat.markdown:
        count_report.write_markdown_overview(write, facts, counts)
    elif is_terminal():
        accept_any_character()
        count_report.print_overview(facts, counts)
    else:
        count_report.write_overview(write, facts, counts)


def _print_against(facts: NetworkFacts, found: Against, output_format: CountFormat) -> None:
    from cnncalc.cli.output import accept_any_character, is_terminal, write
    from cnncalc.report import count_json, count_report

    if output_format is CountFormat.json:
        count_json.write_against(write, facts, found)
    elif output_format is CountFormat.markdown:
        count_report.write_markdown(write, facts, found)
    elif is_terminal():
        accept_any_character()
        count_report.print_drawn(facts, found)
    else:
        count_report.write_plain(write, facts, found)

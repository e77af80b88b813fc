"""`cnncalc verify`: predictions against what comes out."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc.cli import options as o
from cnncalc.cli.running import CLEAN, FINDINGS, guarded

if TYPE_CHECKING:
    from cnncalc.spec.network import Network


class VerifyFormat(StrEnum):
    """For people, or for programs."""

    full = "full"
    json = "json"


Seed = Annotated[
    int, typer.Option(min=0, metavar="N", help="What weights and inputs are drawn from.")
]
Threads = Annotated[
    int | None,
    typer.Option(
        min=1, max=256, metavar="N", help="Threads; as many as there are cores unless you say."
    ),
]
MaxMemory = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE", help="Refuse what needs more, such as 2GiB; what is free unless you say."
    ),
]
Format = Annotated[VerifyFormat, typer.Option(help="The table, or JSON.")]


def verify(
    network: o.NetworkName,
    input: o.Input = None,
    define: o.Define = None,
    variant: o.Variant = None,
    seed: Seed = 0,
    threads: Threads = None,
    max_memory: MaxMemory = None,
    output_format: Format = VerifyFormat.full,
) -> None:
    """Run a network, and compare every layer with its prediction."""
    as_json = output_format is VerifyFormat.json

    def action() -> int:
        from cnncalc.api import load
        from cnncalc.cli.request import defined, given_input, to_load

        loaded = load(
            to_load(network), variant=variant, define=defined(define), input=given_input(input)
        )
        return _perform(loaded, seed, threads, max_memory, as_json)

    raise typer.Exit(guarded(action, as_json=as_json))


def _perform(
    network: Network, seed: int, threads: int | None, max_memory: str | None, as_json: bool
) -> int:
    from cnncalc.cli.amounts import in_bytes
    from cnncalc.cli.output import accept_any_character, is_terminal, write
    from cnncalc.cli.progress import progress_bar
    from cnncalc.numeric.verify import verify as put_to_the_test
    from cnncalc.report import verify_report

    with progress_bar(100, wanted=True) as advance:
        shown = 0

        def progress(done: int, total: int) -> None:
            nonlocal shown
            advance(done * 100 // total - shown)
            shown = done * 100 // total

        outcome = put_to_the_test(
            network,
            seed=seed,
            threads=threads,
            max_memory=in_bytes(max_memory),
            progress=progress,
        )
    if as_json:
        verify_report.write_json(write, outcome)
    elif is_terminal():
        accept_any_character()
        verify_report.print_drawn(outcome)
    else:
        verify_report.write_plain(write, outcome)
    return CLEAN if outcome.agrees else FINDINGS

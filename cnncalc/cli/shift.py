"""`cnncalc shift`: what a network makes of an input that moved."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc.cli import options as o
from cnncalc.cli.running import CLEAN, guarded
from cnncalc.errors import UsageError
from cnncalc.source.printable import printable

if TYPE_CHECKING:
    from cnncalc.spec.network import Network


class ShiftFormat(StrEnum):
    """For people, or for programs."""

    full = "full"
    json = "json"


Image = Annotated[
    str, typer.Option(metavar="FILE", help="An image, a .npy file, or random:SEED for noise.")
]
By = Annotated[int, typer.Option(min=1, metavar="N", help="Cells to move the input by.")]
Weights = Annotated[str | None, typer.Option(metavar="FILE", help="Weights: .npz or .safetensors.")]
Seed = Annotated[
    int, typer.Option(min=0, metavar="N", help="Without --weights: draw them from this.")
]
Size = Annotated[
    list[str] | None,
    typer.Option(
        "--input-size", metavar="SHAPE", help="Another input than the document's, as 64x64x3."
    ),
]
MaxMemory = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE", help="Refuse what needs more, such as 2GiB; what is free unless you say."
    ),
]
Format = Annotated[ShiftFormat, typer.Option(help="The table, or JSON.")]


def shift(
    network: o.NetworkName,
    image: Image = "random:0",
    by: By = 1,
    weights: Weights = None,
    seed: Seed = 0,
    input_size: Size = None,
    define: o.Define = None,
    variant: o.Variant = None,
    max_memory: MaxMemory = None,
    output_format: Format = ShiftFormat.full,
) -> None:
    """Move the input, and measure what moves along and what stays."""
    as_json = output_format is ShiftFormat.json

    def action() -> int:
        from cnncalc.api import load
        from cnncalc.cli.request import defined, given_input, to_load

        size = given_input(input_size)
        loaded = load(to_load(network), variant=variant, define=defined(define), input=size)
        return _perform(loaded, image, by, weights, seed, max_memory, as_json)

    raise typer.Exit(guarded(action, as_json=as_json))


def _perform(
    network: Network,
    image: str,
    by: int,
    weights: str | None,
    seed: int,
    max_memory: str | None,
    as_json: bool,
) -> int:
    from cnncalc.cli.amounts import in_bytes
    from cnncalc.cli.output import accept_any_character, is_terminal, write
    from cnncalc.numeric.feeding import feed
    from cnncalc.numeric.shift import check_inputs
    from cnncalc.numeric.shift import shift as measured
    from cnncalc.numeric.weights import load_weights
    from cnncalc.report import shift_report

    nodes = network.graph.nodes[: network.graph.n_inputs]
    check_inputs([node.name for node in nodes])
    found = feed([image], {node.name: node.lowered.output for node in nodes}, 1, 1)
    if found.n_samples > 1:
        raise UsageError(
            f"one sample is moved, but {printable(image)} has {found.n_samples}; give one of them"
        )
    samples = next(found.batches("float32", "scale"))
    layers = measured(
        network,
        next(iter(samples.values())),
        by=by,
        weights=None if weights is None else load_weights(weights),
        seed=seed,
        max_memory=in_bytes(max_memory),
    )
    if as_json:
        shift_report.write_json(write, network.name, by, layers)
    elif is_terminal():
        accept_any_character()
        shift_report.print_drawn(network.name, by, layers)
    else:
        shift_report.write_plain(write, network.name, by, layers)
    return CLEAN

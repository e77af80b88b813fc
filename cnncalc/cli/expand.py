"""`cnncalc expand`: the flat spec."""

from __future__ import annotations

import typer

from cnncalc.cli import options as o
from cnncalc.cli.output import write
from cnncalc.cli.request import defined, given_input, to_load
from cnncalc.cli.running import CLEAN, guarded


def expand(
    network: o.NetworkName,
    input: o.Input = None,
    define: o.Define = None,
    variant: o.Variant = None,
) -> None:
    """Print the flat spec: no blocks, variables or repeats."""

    def run() -> int:
        from cnncalc.api import load
        from cnncalc.spec.flat import flat_spec

        shape = given_input(input)
        source = to_load(network)
        loaded = load(source, variant=variant, define=defined(define), input=shape)
        write(flat_spec(loaded))
        return CLEAN

    raise typer.Exit(guarded(run))

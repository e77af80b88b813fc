"""`cnncalc draw`: the network as a picture."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc.cli import options as o
from cnncalc.cli.output import write_bytes
from cnncalc.cli.request import defined, given_input, to_load
from cnncalc.cli.running import CLEAN, guarded
from cnncalc.errors import UsageError

if TYPE_CHECKING:
    from cnncalc.drawing.picture import Picture


class DrawView(StrEnum):
    """How a network is drawn."""

    boxes = "boxes"
    flow = "flow"


class DrawChart(StrEnum):
    """What a chart is about."""

    cost = "cost"
    field = "field"
    memory = "memory"


_INSTEAD = "In place of the network"

Output = Annotated[
    str | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write to this file: .svg, .png or .pdf.",
    ),
]  # fmt: skip
View = Annotated[
    DrawView | None,
    typer.Option(
        help="The feature maps of a chain as boxes, or the layers and what flows between them."
        " Boxes for a chain unless you say."
    ),
]
Depth = Annotated[
    int | None,
    typer.Option(min=0, metavar="N", help="Of a flow: open so many levels of blocks."),
]
Field = Annotated[
    str | None,
    typer.Option(
        "--rf", metavar="LAYER", help="What a layer sees of the input.", rich_help_panel=_INSTEAD
    ),
]
Window = Annotated[
    str | None,
    typer.Option(
        "--conv",
        metavar="LAYER",
        help="How a layer's window slides over its input.",
        rich_help_panel=_INSTEAD,
    ),
]
Chart = Annotated[
    DrawChart | None,
    typer.Option(
        help="A chart of what the layers cost, of the receptive field, or of the memory.",
        rich_help_panel=_INSTEAD,
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]


def draw(
    network: o.NetworkName,
    output: Output = None,
    view: View = None,
    depth: Depth = None,
    field: Field = None,
    window: Window = None,
    chart: Chart = None,
    force: Force = False,
    input: o.Input = None,
    define: o.Define = None,
    variant: o.Variant = None,
) -> None:
    """Draw a network, one of its layers, or a chart.

    Without --output the SVG goes to standard output.
    """

    def run() -> int:
        from cnncalc.api import load
        from cnncalc.drawing.drawn import draw as drawn

        _check(output)
        loaded = load(
            to_load(network), variant=variant, define=defined(define), input=given_input(input)
        )
        picture = drawn(
            loaded,
            view=None if view is None else view.value,
            depth=depth,
            field=field,
            window=window,
            chart=None if chart is None else chart.value,
        )
        _give(picture, output, force)
        return CLEAN

    raise typer.Exit(guarded(run))


def _check(output: str | None) -> None:
    """Refuse before any work is done what could not be written after it."""
    from cnncalc.drawing.picture import form_of

    if output is not None:
        form_of(output)
    elif sys.stdout.isatty():
        raise UsageError("a picture is not for a terminal: -o net.svg writes it to a file")


def _give(picture: Picture, output: str | None, force: bool) -> None:
    if output is None:
        write_bytes(picture.svg().encode())
    else:
        picture.save(output, force=force)

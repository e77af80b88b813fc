"""`cnncalc run`: a network on real numbers."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from cnncalc.cli import options as o
from cnncalc.cli.request import given_input
from cnncalc.cli.running import guarded
from cnncalc.errors import UsageError


class RunFormat(StrEnum):
    """For people, or for programs."""

    full = "full"
    json = "json"


class Preprocess(StrEnum):
    """What is done with the colours of an image, from 0 to 255."""

    scale = "scale"
    imagenet = "imagenet"
    caffe = "caffe"
    none = "none"


class Precision(StrEnum):
    """Element types that networks are computed in."""

    float32 = "float32"
    float64 = "float64"


_IN, _OUT, _HOW = "What goes in", "What comes out", "How it is computed"

Input = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILE",
        help="An image, a .npy file, a folder of them, or random:SEED; NAME=FILE for one of"
        " several inputs. May be repeated.",
        rich_help_panel=_IN,
    ),
]
Weights = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Weights: .npz or .safetensors.", rich_help_panel=_IN),
]
WithWeights = Annotated[
    bool,
    typer.Option("--with-weights", help="Weights: those in a .keras archive.", rich_help_panel=_IN),
]
Seed = Annotated[
    int | None,
    typer.Option(
        min=0, metavar="N", help="Without --weights: draw them from this.", rich_help_panel=_IN
    ),
]
How = Annotated[
    Preprocess | None,
    typer.Option(
        help="Of images: x/255 (scale); that, less ImageNet's mean, by its deviation (imagenet);"
        " BGR less a mean (caffe); or nothing.",
        rich_help_panel=_IN,
    ),
]
Size = Annotated[
    list[str] | None,
    typer.Option(
        "--input-size",
        metavar="SHAPE",
        help="Another input than the document's: 64x64x3, or NAME=64x64x3.",
        rich_help_panel=_IN,
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Save the output as .npy, everything as .npz or in a folder, maps as .png.",
        rich_help_panel=_OUT,
    ),
]
Layer = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help="Keep the output of this layer, too. May be repeated.",
        rich_help_panel=_OUT,
    ),
]
Top = Annotated[
    int, typer.Option(min=1, metavar="N", help="Classes to list.", rich_help_panel=_OUT)
]
Labels = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Names of the classes, a line each.", rich_help_panel=_OUT),
]
Time = Annotated[
    bool,
    typer.Option("--time", help="Time every layer, and the machine.", rich_help_panel=_OUT),
]
SaveWeights = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help="Save the weights: .npz or .safetensors.", rich_help_panel=_OUT
    ),
]
Force = Annotated[
    bool,
    typer.Option("--force", help="Replace files that are there.", rich_help_panel=_OUT),
]
Format = Annotated[RunFormat, typer.Option(help="The report, or JSON.", rich_help_panel=_OUT)]
Batch = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        help="Samples to run at a time, 8 at most unless you say; so many of random ones.",
        rich_help_panel=_HOW,
        show_default=False,
    ),
]
Dtype = Annotated[Precision, typer.Option(help="Element type.", rich_help_panel=_HOW)]
Threads = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=256,
        metavar="N",
        help="Threads; as many as there are cores unless you say.",
        rich_help_panel=_HOW,
    ),
]
MaxMemory = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE",
        help="Refuse what needs more, such as 2GiB; what is free unless you say.",
        rich_help_panel=_HOW,
    ),
]


def run(
    network: o.NetworkName,
    input: Input = None,
    weights: Weights = None,
    with_weights: WithWeights = False,
    seed: Seed = None,
    preprocess: How = None,
    input_size: Size = None,
    define: o.Define = None,
    variant: o.Variant = None,
    output: Output = None,
    layer: Layer = None,
    top: Top = 5,
    labels: Labels = None,
    time: Time = False,
    save_weights: SaveWeights = None,
    force: Force = False,
    output_format: Format = RunFormat.full,
    batch: Batch = None,
    dtype: Dtype = Precision.float32,
    threads: Threads = None,
    max_memory: MaxMemory = None,
) -> None:
    """Run a network on images, arrays or random numbers."""
    as_json = output_format is RunFormat.json

    def action() -> int:
        from cnncalc.cli.session import Asked, perform

        asked = Asked(
            network, tuple(input or ()), weights, with_weights, seed,
            preprocess and preprocess.value,
            _size(input_size), define, variant, output, tuple(layer or ()), top, labels, time,
            save_weights, force, as_json, batch, dtype.value, threads, max_memory,
        )  # fmt: skip
        return perform(asked)

    raise typer.Exit(guarded(action, as_json=as_json))


def _size(texts: list[str] | None) -> str | dict[str, str] | None:
    if texts and len(texts) > 1 and not all("=" in text for text in texts):
        raise UsageError("with several inputs every --input-size is NAME=SHAPE")
    return given_input(texts)

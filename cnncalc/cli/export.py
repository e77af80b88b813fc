"""`cnncalc export`: the network in the form of another program."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnncalc.cli import options as o
from cnncalc.cli.output import write
from cnncalc.cli.request import defined, given_input, to_load
from cnncalc.cli.running import CLEAN, guarded

if TYPE_CHECKING:
    from cnncalc.spec.network import Network


class Form(StrEnum):
    """What the network becomes."""

    keras = "keras"
    keras_json = "keras-json"
    keras_file = "keras-file"
    torch = "torch"
    onnx = "onnx"
    dot = "dot"
    mermaid = "mermaid"


To = Annotated[
    Form,
    typer.Option(
        "--to",
        help="Python code (keras, torch), a model file (keras-json, keras-file, onnx), or a drawing"
        " of the graph (dot, mermaid).",
        show_default=False,
    ),
]
Output = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write to a file, not to standard output."),
]
Weights = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="For onnx and keras-file: put these weights in, from .npz or .safetensors.",
    ),
]
WithWeights = Annotated[
    bool,
    typer.Option("--with-weights", help="For onnx and keras-file: those of a .keras archive."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]


def export(
    network: o.NetworkName,
    to: To,
    output: Output = None,
    weights: Weights = None,
    with_weights: WithWeights = False,
    force: Force = False,
    input: o.Input = None,
    define: o.Define = None,
    variant: o.Variant = None,
) -> None:
    """Write a network for Keras, PyTorch or ONNX, or as a drawing."""

    def run() -> int:
        from cnncalc.api import load
        from cnncalc.exporters.targets import export as write_as

        shape = given_input(input)
        source = to_load(network)
        loaded = load(
            source,
            variant=variant,
            define=defined(define),
            input=shape,
            with_weights=with_weights,
        )
        arrays = None if weights is None else _read(weights, loaded)
        text = write_as(loaded, to, output, weights=arrays, force=force)
        if text is not None and output is None:
            write(text)
        return CLEAN

    raise typer.Exit(guarded(run))


def _read(path: str, network: Network) -> Mapping[str, Any]:
    from cnncalc.analysis.analyze import analyze
    from cnncalc.numeric.weights import load_weights, matched

    return matched(load_weights(path), analyze(network), "float32")

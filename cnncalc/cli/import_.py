"""`cnncalc import`: a model of another program as a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc.cli import options as o
from cnncalc.cli.output import write, write_error
from cnncalc.cli.request import given_input, to_load
from cnncalc.cli.running import CLEAN, guarded
from cnncalc.errors import UsageError
from cnncalc.source.printable import printable

if TYPE_CHECKING:
    from cnncalc.spec.network import Network

_SPEC_ENDINGS = (".yaml", ".yml")

Model = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="A Keras model (.keras, or JSON), an ONNX model or a ConvNetJS network; - reads it"
        " from standard input.",
        show_default=False,
    ),
]
Output = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write to a file, not to standard output."),
]
WithWeights = Annotated[
    bool,
    typer.Option("--with-weights", help="Write the weights, too, beside the spec: FILE.npz."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace files that are there.")]


def import_(
    model: Model,
    output: Output = None,
    with_weights: WithWeights = False,
    force: Force = False,
    input: o.Input = None,
) -> None:
    """Write a model of Keras, ONNX or ConvNetJS as a spec."""

    def run() -> int:
        from cnncalc.api import load
        from cnncalc.source.writing import write_file
        from cnncalc.spec.flat import flat_spec

        weights_file = _weights_file(output) if with_weights else None
        network = load(to_load(model), input=given_input(input), with_weights=with_weights)
        text = _headline(network) + flat_spec(network)
        if weights_file is not None:
            _save_weights(network, weights_file, force)
        if output is None:
            write(text)
        else:
            write_file(text.encode(), output, force=force)
        _report(network)
        return CLEAN

    raise typer.Exit(guarded(run))


def _weights_file(output: str | None) -> str:
    if output is None:
        raise UsageError("--with-weights writes a file beside the spec: give --output")
    stem = next((output.removesuffix(end) for end in _SPEC_ENDINGS if output.endswith(end)), output)
    return f"{stem}.npz"


def _headline(network: Network) -> str:
    origin = network.origin
    return "" if origin is None else printable(f"# from {origin.path}, {origin.format}") + "\n"


def _save_weights(network: Network, path: str, force: bool) -> None:
    from cnncalc.analysis.analyze import analyze
    from cnncalc.numeric.weights import matched, save_weights

    if network.origin is None or not network.origin.weights:
        raise UsageError("the model holds no weights")
    save_weights(path, matched(network.origin.weights, analyze(network), "float32"), force=force)


def _report(network: Network) -> None:
    """Say what was not understood; a person who reads the spec may overlook it."""
    kinds = [
        (node.name, kind)
        for node in network.graph.nodes
        if node.op == "opaque" and (kind := getattr(node.layer, "kind", None))
    ]
    for name, kind in kinds[:10]:
        write_error(printable(f"not understood: {name} ({kind})"))
    if len(kinds) > 10:
        write_error(f"not understood: {len(kinds) - 10:,} layers more; cnncalc check lists them")

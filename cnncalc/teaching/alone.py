"""A network of a single layer, for a layer that is given on a command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cnncalc.errors import UsageError
from cnncalc.layers import families, find
from cnncalc.source.printable import quoted
from cnncalc.spec.document import Settings
from cnncalc.spec.network import Network
from cnncalc.spec.problems import suggestion


def network_of(op: str, arguments: Mapping[str, Any], inputs: Sequence[str]) -> Network:
    """The network of one layer.

    Args:
        op: What the layer is.
        arguments: Its arguments, spelled as in a spec.
        inputs: The shape that arrives; for a merge several, or one that arrives as often as needed.

    Raises:
        UsageError: There is no such op, or the arguments do not suit it.
    """
    layer_type = find(op)
    if layer_type is None:
        hint = suggestion(op, families()) or "the layers are in the language reference"
        raise UsageError(f"there is no layer called {quoted(op)}; {hint}")
    if not inputs:
        raise UsageError(f"{op} needs to know what arrives: give --input, such as 32x32x3")
    data: dict[str, Any] = dict(arguments)
    for word in layer_type.flow_words:
        if word in data or word.rstrip("_") in data:
            raise UsageError(
                f"{op}: {word.rstrip('_')} is for a layer of a network, not for one alone"
            )
    if any(field in data for field in layer_type.path_fields):
        raise UsageError(f"{op}: what is merged is given by --input, once for every path")
    names = [f"input_{k}" for k in range(1, len(inputs) + 1)]
    if layer_type.path_fields:
        data |= _paths(layer_type.path_fields, names)
    elif len(inputs) > 1:
        raise UsageError(f"{op} has one input, but --input is given {len(inputs)} times")
    given: dict[str, Any] = {"layers": [{op: data} if data else op]}
    if len(inputs) > 1:
        given["inputs"] = dict(zip(names, inputs, strict=True))
    else:
        given["input"] = inputs[0]
    return _sound(Network.from_data(given, Settings()))


def _paths(fields: Sequence[str], names: Sequence[str]) -> dict[str, Any]:
    """What is merged: every input, or a single one with itself."""
    if len(fields) == 1:
        return {fields[0]: list(names) if len(names) > 1 else ["prev", "prev"]}
    if len(names) == 1:
        return {fields[0]: ["identity"]}
    return dict(zip(fields, names, strict=False))


def _sound(network: Network) -> Network:
    problems = network.problems
    if problems:
        first = problems[0]
        raise UsageError(f"{first.message}; {first.help}" if first.help else first.message)
    return network

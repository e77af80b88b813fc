"""The flat spec: a network without blocks, variables, repeats or defaults, every name given.

It is what `cnncalc expand` prints and what importers write; it means the same network with the same
names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cnncalc.errors import UsageError
from cnncalc.ir.graph import Graph, Node
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer
from cnncalc.source import Scalar, plain_data
from cnncalc.spec.document import Document
from cnncalc.spec.network import Network
from cnncalc.spec.scope import evaluate, no_channels

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*", re.ASCII)
# in YAML 1.1, in YAML 1.2 or in the spec language
_MEANS_SOMETHING = {"null", "true", "false", "yes", "no", "on", "off", "y", "n", "prev", "none"}


def flat_spec(network: Network) -> str:
    """The flat spec of a network, as text.

    Raises:
        UsageError: Something in the spec could not be understood.
    """
    problems = network.problems
    if problems:
        raise UsageError(f"{problems[0].message}: mend what check finds, then expand")
    graph = network.graph
    if len(graph.nodes) == graph.n_inputs:
        raise UsageError("every layer was dropped: there is nothing to write")
    return "\n".join([*_head(network), "layers:", *_layers(graph)]) + "\n"


def _head(network: Network) -> Iterator[str]:
    graph, document = network.graph, network.document
    if network.name:
        yield f"name: {_scalar(network.name)}"
    inputs = graph.nodes[: graph.n_inputs]
    if document.section("inputs") is None:
        yield f"input: {_shape(inputs[0].lowered.output)}"
    else:
        shapes = (f"{_scalar(node.name)}: {_shape(node.lowered.output)}" for node in inputs)
        yield f"inputs: {{{', '.join(shapes)}}}"
    if document.outputs or graph.outputs != (len(graph.nodes) - 1,):
        yield f"outputs: {_flow([graph.nodes[index].name for index in graph.outputs])}"
    yield from _declarations(document)


def _declarations(document: Document) -> Iterator[str]:
    for key in ("budget", "task", "target"):
        node = document.section(key)
        if node is not None and not (isinstance(node, Scalar) and node.value is None):
            yield f"{key}: {_flow(evaluate(node, document.scope, no_channels))}"
    for key_node, node in document.root.entries:
        if str(key_node.value).startswith("x-") and key_node.value not in (
            "x-networks",
            "x-published",
            "x-accuracy",
        ):
            yield f"{_scalar(str(key_node.value))}: {_flow(plain_data(node))}"


def _layers(graph: Graph) -> Iterator[str]:
    nodes = graph.nodes
    for node in nodes[graph.n_inputs :]:
        words: dict[str, Any] = {"name": node.name}
        if node.shares is not None:
            words["share"] = nodes[node.shares].name
        names = [nodes[index].name for index in node.inputs]
        if isinstance(node.layer, Layer) and _merges(node.layer, names):
            words["paths"] = names
        elif names and not _follows(node, graph):
            words["from"] = names[0]
        if node.shares is None:
            words.update(_arguments(node))
        yield f"  - {node.op}: {_flow(words)}"


def _merges(layer: Layer, names: list[str]) -> bool:
    return bool(layer.path_fields) and (layer.needs_paths or len(names) > 1)


def _follows(node: Node, graph: Graph) -> bool:
    """Whether the layer before, or the only input for the first, is what feeds this one."""
    before = node.index - 1
    return node.inputs == (before,) and (before >= graph.n_inputs or graph.n_inputs == 1)


def _arguments(node: Node) -> dict[str, Any]:
    layer = node.layer
    assert isinstance(layer, Layer)
    return {
        name: getattr(layer, name)
        for name in type(layer).model_fields
        if name in layer.model_fields_set and name not in layer.path_fields
    }


def _shape(shape: Shape | None) -> str:
    if shape is None:
        raise UsageError("the input is wrong: run check for the reason")
    return _flow(list(shape)) if len(shape) == 1 else "x".join(map(str, shape))


def _flow(value: Any) -> str:
    """A value in YAML's flow style, on one line."""
    match value:
        case Layer():
            return _activation(value)
        case dict():
            items = (f"{_scalar(str(key))}: {_flow(item)}" for key, item in value.items())
            return f"{{{', '.join(items)}}}"
        case list() | tuple():
            return f"[{', '.join(map(_flow, value))}]"
        case _:
            return _scalar(value)


def _activation(layer: Layer) -> str:
    fields = {name: getattr(layer, name) for name in sorted(layer.model_fields_set)}
    return _flow({layer.op: fields}) if fields else layer.op


def _quoted(text: str) -> str:
    """A double-quoted scalar, with all that is not printable escaped."""
    escaped = (
        f"\\{char}" if char in '"\\' else char if char.isprintable() else f"\\U{ord(char):08x}"
        for char in text
    )
    return f'"{"".join(escaped)}"'


def _scalar(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            plain = _PLAIN.fullmatch(value) and value.lower() not in _MEANS_SOMETHING
            return value if plain else _quoted(value)
        case float():
            return repr(value)
        case _:
            return str(value)

"""Operations that an ONNX file defines itself, put in the place of the nodes that use them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cnncalc.importers.onnx.proto import MAX_NODES, File, Function, Node, Reference
from cnncalc.importers.onnx.wire import Malformed
from cnncalc.source.printable import quoted

_DEEPEST = 40


def inlined(file: File, nodes: Iterable[Node]) -> list[Node]:
    """The nodes with every function's body in place of its calls.

    Raises:
        Malformed: A function calls itself, or there are too many nodes then.
    """
    result: list[Node] = []
    _inline(file, nodes, (), result)
    return result


def _inline(
    file: File, nodes: Iterable[Node], calls: tuple[tuple[str, str], ...], result: list[Node]
) -> None:
    for node in nodes:
        key = (node.domain, node.op)
        function = file.functions.get(key)
        if function is None:
            if len(result) >= MAX_NODES:
                raise Malformed(f"it has more than the {MAX_NODES:,} nodes that are read")
            result.append(node)
            continue
        if key in calls or len(calls) >= _DEEPEST:
            raise Malformed(f"the function {quoted(node.op)} calls itself, or others too deeply")
        _inline(file, _body(function, node), (*calls, key), result)


def _body(function: Function, call: Node) -> list[Node]:
    """A function's nodes with the names and attributes of one call."""
    names = dict.fromkeys(function.inputs, "")
    names |= dict(zip(function.inputs, call.inputs, strict=False))
    names |= dict(zip(function.outputs, call.outputs, strict=False))
    attributes = {**function.defaults, **call.attributes}

    def name(inner: str) -> str:
        if not inner or inner in names:
            return names.get(inner, "")
        return f"{call.label}/{inner}"

    body = [
        Node(
            f"{call.label}/{node.name or node.op}",
            node.op,
            node.domain,
            tuple(map(name, node.inputs)),
            tuple(map(name, node.outputs)),
            _resolved(node.attributes, attributes),
        )
        for node in function.nodes
    ]
    # an output that is one of the inputs has no node that gives it
    made = {output for node in body for output in node.outputs}
    for inner, outer in zip(function.outputs, call.outputs, strict=False):
        if inner in function.inputs and outer not in made:
            given = dict(zip(function.inputs, call.inputs, strict=False)).get(inner, "")
            body.append(Node(call.label, "Identity", "", (given,), (outer,), {}))
    return body


def _resolved(attributes: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Attributes in which references have become what the call says; others are left out."""
    resolved = {}
    for key, value in attributes.items():
        if not isinstance(value, Reference):
            resolved[key] = value
        elif value.name in given:
            resolved[key] = given[value.name]
    return resolved

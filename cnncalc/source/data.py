"""Plain Python data into the same tree as a parsed document."""

from __future__ import annotations

from math import inf
from numbers import Integral, Real

from cnncalc.errors import Diagnostic, SpecError
from cnncalc.source.limits import (
    MAX_DEPTH,
    MAX_KEYS,
    MAX_NODES,
    MAX_NUMBER,
    TOO_DEEP,
    TOO_MANY,
    TOO_MANY_KEYS,
)
from cnncalc.source.scalars import BEYOND, LONE_SURROGATE, has_surrogate
from cnncalc.source.tree import Mapping, Node, Scalar, Sequence, Value, scalar


def from_data(data: object) -> Node:
    """Build the tree of plain data: None, bool, int, float, Fraction, str, list, tuple and dict.

    Nodes have no place (0 to 0), and strings count as quoted: `"10"` stays a string. Numbers of
    other types, NumPy's say, become int or float.

    Raises:
        SpecError: The data has other types, keys that are no strings, a cycle, or exceeds a limit.
    """
    root = _node(data)
    unfilled = [(root, data, 1)]
    n_nodes = 1
    while unfilled:
        node, content, depth = unfilled.pop()
        match node, content:
            case Mapping(), dict():
                if len(content) > MAX_KEYS:
                    raise _error(TOO_MANY_KEYS)
                values = list(content.values())
                n_nodes += 2 * len(values)
            case Sequence(), list() | tuple():
                values = list(content)
                n_nodes += len(values)
            case _:
                continue
        if n_nodes > MAX_NODES:
            raise _error(TOO_MANY)
        if depth > MAX_DEPTH:  # a list that contains itself ends here too
            raise _error(TOO_DEEP)
        nodes = [_node(value) for value in values]
        if isinstance(node, Mapping):
            node.entries = list(zip(map(_key, content), nodes, strict=True))
        else:
            node.items = nodes
        unfilled += ((child, value, depth + 1) for child, value in zip(nodes, values, strict=True))
    return root


def plain_data(node: Node) -> object:
    """The data of a tree again: lists and dicts, without places."""
    match node:
        case Scalar(value):
            return value
        case Sequence(items):
            return [plain_data(item) for item in items]
        case Mapping(entries):
            return {str(key.value): plain_data(value) for key, value in entries}


def _node(data: object) -> Node:
    """The node for a piece of data, as yet without what is in it."""
    if isinstance(data, dict):
        return Mapping([], 0, 0)
    if isinstance(data, list | tuple):
        return Sequence([], 0, 0)
    return scalar(_value(data), 0, 0, plain=not isinstance(data, str))


def _key(key: object) -> Scalar:
    if not isinstance(key, str):
        raise _error(f"a key is a {type(key).__name__}; keys of a spec are strings")
    return scalar(_text(key), 0, 0, plain=False)


def _value(data: object) -> Value:
    if data is None or isinstance(data, bool):
        return data
    if isinstance(data, str):
        return _text(data)
    if not isinstance(data, Real):
        raise _error(f"a spec cannot hold a {type(data).__name__}; use plain Python data")
    number: int | float
    try:
        number = int(data) if isinstance(data, Integral) else float(data)
    except OverflowError:  # a fraction without a float
        number = inf
    if not abs(number) <= MAX_NUMBER:  # put so, NaN is refused too
        raise _error(f"a number is not finite, or {BEYOND}")
    return number


def _text(text: str) -> str:
    if has_surrogate(text):
        raise _error(LONE_SURROGATE)
    return str.__str__(text)  # the text itself, also of an enum's member


def _error(message: str) -> SpecError:
    return SpecError(Diagnostic(message))

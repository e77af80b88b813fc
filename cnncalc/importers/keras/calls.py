"""The calls of a layer: what it was applied to, in the forms of Keras 2 and Keras 3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from cnncalc.errors import Diagnostic, SpecError
from cnncalc.importers.json_text import shown
from cnncalc.importers.keras.reading import Config, plain


class Ref(NamedTuple):
    """A tensor, by the layer that gives it.

    Attributes:
        layer: Name of the layer.
        node: Which of its calls.
        tensor: Which of that call's results.
        shape: Shape that the file declares, with the batch, or None.
    """

    layer: str
    node: int
    tensor: int
    shape: tuple[int | None, ...] | None = None


class Cut(NamedTuple):
    """A slice of an axis, as Python has it."""

    start: Any
    stop: Any
    step: Any


class Call(NamedTuple):
    """Arguments of one call; tensors are `Ref`, later what stands for them."""

    args: list[Any]
    kwargs: dict[str, Any]


def calls_of(config: Config, names: set[str]) -> list[Call]:
    """Every call of a layer within its model.

    Args:
        config: The layer.
        names: The layers of the model.

    Raises:
        SpecError: They are in no form that is known.
    """
    nodes = config.data.get("inbound_nodes", [])
    if not isinstance(nodes, list):
        config.wrong("inbound_nodes", "a list", nodes)
    return [_call(node, config, names) for node in nodes]


def _call(node: object, config: Config, names: set[str]) -> Call:
    match node:
        case {"args": list(args), "kwargs": dict(kwargs)}:
            return Call(
                [_value(arg, config) for arg in args],
                {str(key): _value(value, config) for key, value in kwargs.items()},
            )
        case dict():
            return Call([_old(node, config)], {})
        case list():
            return _old_call(node, config, names)
        case _:
            config.wrong("inbound_nodes", "a list of calls", node)


def _value(value: Any, config: Config) -> Any:
    """An argument of Keras 3."""
    match value:
        case {"class_name": "__keras_tensor__", "config": {"keras_history": history} as inner}:
            return _ref(history, config, inner.get("shape"))
        case {"class_name": "__slice__", "config": {**ends}}:
            return Cut(*(plain(ends.get(key)) for key in ("start", "stop", "step")))
        case {"class_name": "__ellipsis__"}:
            return ...
        case {"class_name": "__tuple__", "items": list(items)}:
            return [_value(item, config) for item in items]
        case {"class_name": str()}:
            return plain(value)
        case dict():
            return {key: _value(item, config) for key, item in value.items()}
        case list():
            return [_value(item, config) for item in value]
        case _:
            return value


def _old_call(node: list[Any], config: Config, names: set[str]) -> Call:
    """A call of Keras 2: tensors in lists, the other arguments behind the first of them."""
    kwargs: dict[str, Any] = {}
    for entry in [node] if _is_old_ref(node) else _old_refs(node):
        if len(entry) > 3 and isinstance(entry[3], dict):
            kwargs |= entry[3]
    first = _old(node, config)
    if isinstance(first, list) and len(first) == 1:
        first = first[0]
    extra = {key: _keyword(value, config, names) for key, value in kwargs.items()}
    return Call([first], extra)


def _is_old_ref(value: object) -> bool:
    match value:
        case [str(), int(), *rest]:
            return len(rest) in (1, 2)
        case _:
            return False


def _old_refs(value: Any) -> Iterator[list[Any]]:
    if _is_old_ref(value):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _old_refs(item)


def _old(value: Any, config: Config) -> Any:
    match value:
        case ["_CONSTANT_VALUE", -1, constant, *_]:
            return constant
        case list() if _is_old_ref(value):
            return _ref(value[:3], config, None)
        case list():
            return [_old(item, config) for item in value]
        case dict():
            return {key: _old(item, config) for key, item in value.items()}
        case _:
            config.wrong("inbound_nodes", "lists of [layer, call, tensor]", value)


def _keyword(value: Any, config: Config, names: set[str]) -> Any:
    """An argument of Keras 2 given by name: a tensor, a list with tensors in it, or a constant."""
    match value:
        case [str(name), int(), int()] if name in names:
            return _ref(value, config, None)
        case ["_CONSTANT_VALUE", -1, constant, *_]:
            return constant
        case {"start": start, "stop": stop, "step": step} if len(value) == 3:
            return Cut(start, stop, step)
        case list():
            return [_keyword(item, config, names) for item in value]
        case {"class_name": "TypeSpec" | "__ellipsis__" | "__tuple__"}:
            return plain(value)
        case _:
            return value


def _ref(history: object, config: Config, shape: object) -> Ref:
    match history:
        case [str(layer), int(node), int(tensor)] if node >= 0 and 0 <= tensor < 1000:
            return Ref(layer, node, tensor, _declared(shape))
        case _:
            config.wrong("inbound_nodes", "made of [layer, call, tensor]", history)


def _declared(shape: object) -> tuple[int | None, ...] | None:
    shape = plain(shape)
    if isinstance(shape, list) and all(size is None or type(size) is int for size in shape):
        return tuple(shape)
    return None


def tensor_refs(value: Any, file: str) -> list[Ref]:
    """The tensors of a model's `input_layers` or `output_layers`, in order.

    Raises:
        SpecError: They are in no form that is known.
    """
    match value:
        case [str(layer), int(node), int(tensor)] if node >= 0 and 0 <= tensor < 1000:
            return [Ref(layer, node, tensor)]
        case list():
            return [ref for item in value for ref in tensor_refs(item, file)]
        case dict():
            return [ref for item in value.values() for ref in tensor_refs(item, file)]
        case _:
            pass
    message = f"inputs and outputs must be made of [layer, call, tensor], not {shown(value)}"
    raise SpecError(Diagnostic(message, source=file))


def refs(value: Any) -> Iterator[Ref]:
    """All tensors within arguments."""
    match value:
        case Ref():
            yield value
        case Cut():
            return
        case list() | tuple():
            for item in value:
                yield from refs(item)
        case dict():
            for item in value.values():
                yield from refs(item)
        case _:
            return

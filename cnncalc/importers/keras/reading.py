"""What the configuration of a Keras layer says, read with care."""

from __future__ import annotations

from typing import Any, NamedTuple, NoReturn

from cnncalc.errors import Diagnostic, SpecError
from cnncalc.importers.json_text import shown
from cnncalc.ir.shapes import LARGEST, Pair
from cnncalc.source.printable import quoted

_REQUIRED: Any = object()
_KERAS_ROOTS = {"keras", "tf_keras", "tensorflow", "builtins"}
_HOLDERS = {"__tensor__", "__numpy__", "__ndarray__", "__tuple__", "__bool__", "__int__"}


class Config(NamedTuple):
    """One layer of a Keras model.

    Attributes:
        file: What messages call the model.
        name: Name of the layer within its model.
        kind: Name of its class, without its package.
        package: The package that the class is registered in, or the module that it comes from;
            empty for Keras's own.
        values: Its configuration.
        data: All that the model's configuration says about it.
        is_keras2: Whether the model is one of Keras 2.
    """

    file: str
    name: str
    kind: str
    package: str
    values: dict[str, Any]
    data: dict[str, Any]
    is_keras2: bool

    def fail(self, message: str) -> NoReturn:
        """Refuse the model because of this layer."""
        text = f"layer {quoted(self.name)} ({quoted(self.kind)[1:-1]}): {message}"
        raise SpecError(Diagnostic(text, source=self.file))

    def wrong(self, key: str, wanted: str, value: object) -> NoReturn:
        """Refuse the model because of a value of this layer."""
        self.fail(f"{key} must be {wanted}, not {shown(value)}")

    def get(self, key: str, default: Any = _REQUIRED) -> Any:
        """A value as it stands there."""
        if key in self.values:
            return plain(self.values[key])
        if default is _REQUIRED:
            self.fail(f"its configuration has no {key}")
        return default

    def integer(self, key: str, default: Any = _REQUIRED, *, least: int = 1) -> int:
        """An integer from `least` up."""
        value = self.get(key, default)
        if not _is_integer(value, least):
            self.wrong(key, f"an integer from {least}", value)
        return int(value)

    def number(self, key: str, default: Any = _REQUIRED) -> float:
        """A finite number."""
        value = self.get(key, default)
        if not is_number(value):
            self.wrong(key, "a number", value)
        return float(value)

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        value = self.get(key, default)
        if not isinstance(value, bool):
            self.wrong(key, "true or false", value)
        return bool(value)

    def word(self, key: str, default: Any = _REQUIRED) -> str:
        """A text."""
        value = self.get(key, default)
        if not isinstance(value, str):
            self.wrong(key, "a text", value)
        return value

    def sizes(self, key: str, rank: int, default: Any = _REQUIRED) -> list[int]:
        """One integer from 1 per axis."""
        value = self.get(key, default)
        if _is_integer(value, 1):
            return [int(value)] * rank
        if isinstance(value, list) and len(value) == rank:
            if all(_is_integer(size, 1) for size in value):
                return [int(size) for size in value]
        self.wrong(key, f"an integer from 1, or {rank} of them", value)

    def pairs(self, key: str, rank: int, default: Any = _REQUIRED) -> list[Pair]:
        """Begin and end of every axis, in any of the forms that Keras has for a padding."""
        value = self.get(key, default)
        if _is_integer(value, 0):
            return [(int(value), int(value))] * rank
        if isinstance(value, list):
            entries = [value] if rank == 1 and len(value) == 2 else value
            found = [_pair(entry) for entry in entries]
            if len(found) == rank and None not in found:
                return [pair for pair in found if pair is not None]
        self.wrong(key, f"an integer from 0, or {rank} pairs of them", value)

    def dtype(self) -> str:
        """The type that it computes with, or its policy; empty where none is given."""
        value = self.values.get("dtype")
        if isinstance(value, dict):
            inner = value.get("config")
            value = inner.get("name") if isinstance(inner, dict) else None
        return value if isinstance(value, str) else ""

    def channels_first(self) -> bool:
        """Whether it wants the channels as the first axis."""
        return bool(self.get("data_format", None) == "channels_first")


def _is_integer(value: object, least: int) -> bool:
    if type(value) is float and value.is_integer():
        return least <= value <= LARGEST
    return type(value) is int and least <= value <= LARGEST


def _pair(value: object) -> Pair | None:
    if _is_integer(value, 0):
        assert isinstance(value, int | float)
        return int(value), int(value)
    if isinstance(value, list) and len(value) == 2 and all(_is_integer(n, 0) for n in value):
        return int(value[0]), int(value[1])
    return None


def is_number(value: object) -> bool:
    """Whether a value is a number that a network can have."""
    return type(value) in (int, float) and -LARGEST <= value <= LARGEST  # type: ignore[operator]


def plain(value: Any) -> Any:
    """A value without what Keras wraps around arrays and tuples."""
    if isinstance(value, dict) and str(value.get("class_name")) in _HOLDERS:
        config = value.get("config")
        held = config.get("value") if isinstance(config, dict) else value.get("items", config)
        return [plain(item) for item in held] if isinstance(held, list) else plain(held)
    return value


def config_of(data: object, file: str, *, is_keras2: bool) -> Config:
    """Take a layer of a model's configuration apart.

    Raises:
        SpecError: It is no layer.
    """
    if not isinstance(data, dict):
        raise SpecError(Diagnostic(f"a layer must be an object, not {shown(data)}", source=file))
    kind, values = data.get("class_name"), data.get("config")
    if not isinstance(kind, str) or not kind:
        raise SpecError(Diagnostic(f"a layer has no class_name: {_keys(data)}", source=file))
    if not isinstance(values, dict | list):
        message = f"a layer {quoted(kind)} has no configuration"
        raise SpecError(Diagnostic(message, source=file))
    values = {"layers": values} if isinstance(values, list) else values
    name = data.get("name", values.get("name"))
    name = kind.lower() if name is None else name
    if not isinstance(name, str) or not name:
        message = f"the name of a layer {quoted(kind)} must be a text, not {shown(name)}"
        raise SpecError(Diagnostic(message, source=file))
    package, _, short = kind.rpartition(">")
    return Config(file, name, short, package or _package(data), values, data, is_keras2)


def _package(data: dict[str, Any]) -> str:
    """The package of a class that is not Keras's own; empty for one that is."""
    registered, module = data.get("registered_name"), data.get("module")
    if isinstance(module, str) and module.partition(".")[0] not in _KERAS_ROOTS:
        return registered.rpartition(">")[0] or module if isinstance(registered, str) else module
    return ""


def _keys(data: dict[str, Any]) -> str:
    return quoted(", ".join(sorted(map(str, data))[:8]), 80)

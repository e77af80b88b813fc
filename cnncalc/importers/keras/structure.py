"""Models as their configuration describes them: sequences and graphs of layers."""

from __future__ import annotations

from typing import Any, NamedTuple

from cnncalc.errors import Diagnostic, SpecError
from cnncalc.importers.json_text import shown
from cnncalc.importers.keras.build import MOST_LAYERS
from cnncalc.importers.keras.calls import Call, Ref, calls_of, tensor_refs
from cnncalc.importers.keras.reading import Config, config_of
from cnncalc.source.printable import quoted

MOST_NESTED = 64


class Structure(NamedTuple):
    """A model.

    Attributes:
        config: What is said about it.
        layers: Its layers by name, in order.
        calls: By the name of a layer its calls; in a sequence there are none.
        inputs: The tensors that enter it; in a sequence there are none.
        outputs: The tensors that it gives.
        is_sequence: Whether every layer reads the one before it.
    """

    config: Config
    layers: dict[str, Config]
    calls: dict[str, list[Call]]
    inputs: list[Ref]
    outputs: list[Ref]
    is_sequence: bool


def is_model(config: Config) -> bool:
    """Whether a layer is a model that says what it is made of."""
    has_layers = isinstance(config.values.get("layers"), list)
    return has_layers and (config.kind == "Sequential" or "output_layers" in config.values)


def structure_of(config: Config) -> Structure:
    """Take a model apart.

    Raises:
        SpecError: It is no model, or one that does not say what it is made of.
    """
    if not is_model(config):
        why = "does not say what layers it is made of; models that are subclasses do not"
        message = f"the configuration of {quoted(config.kind)} {why}: save it as a functional model"
        raise SpecError(Diagnostic(message, source=config.file))
    if len(config.values["layers"]) > MOST_LAYERS:
        config.fail(f"the model has over {MOST_LAYERS:,} layers, more than are read")
    layers: dict[str, Config] = {}
    is_sequence = "output_layers" not in config.values
    for data in config.values["layers"]:
        layer = config_of(data, config.file, is_keras2=config.is_keras2)
        if layer.name in layers and is_sequence:
            layer = layer._replace(name=_free(layer.name, layers))
        if layer.name in layers:
            config.fail(f"two layers are called {quoted(layer.name)}")
        layers[layer.name] = layer
    if not layers:
        config.fail("the model has no layers")
    if is_sequence:
        return Structure(config, layers, {}, [], [], is_sequence=True)
    names = set(layers)
    calls = {name: calls_of(layer, names) for name, layer in layers.items()}
    inputs = tensor_refs(config.values.get("input_layers", []), config.file)
    outputs = tensor_refs(config.values["output_layers"], config.file)
    for ref in (*inputs, *outputs):
        if ref.layer not in layers:
            config.fail(f"there is no layer {quoted(ref.layer)}, which an input or output names")
    if not outputs:
        config.fail("the model has no outputs")
    return Structure(config, layers, calls, inputs, outputs, is_sequence=False)


def _free(name: str, taken: dict[str, Config]) -> str:
    count = 1
    while f"{name}_{count}" in taken:
        count += 1
    return f"{name}_{count}"


def input_shape(config: Config) -> list[Any] | None:
    """The shape that an input layer declares, without the batch; None if it declares none."""
    for key in ("batch_shape", "batch_input_shape", "input_shape", "shape", "input_dim"):
        value = config.get(key, None)
        if type(value) is int and key == "input_dim" and config.kind not in ("Embedding",):
            return [value]
        if isinstance(value, list) and all(size is None or type(size) is int for size in value):
            return value[1:] if key.startswith("batch") else value
    return None


def built_shape(data: dict[str, Any]) -> list[Any] | None:
    """The shape that a layer was built for, without the batch; None if the file does not say."""
    built = data.get("build_config")
    shape = built.get("input_shape") if isinstance(built, dict) else None
    if isinstance(shape, list) and shape and all(n is None or type(n) is int for n in shape):
        return shape[1:]
    return None


def sequence_shape(structure: Structure) -> list[Any] | None:
    """The shape of what enters a sequence, as far as the file says."""
    config = structure.config
    first = next(iter(structure.layers.values()))
    found = input_shape(first)
    if found is None and is_model(first):
        inner = structure_of(first)
        if inner.is_sequence:
            found = sequence_shape(inner)
        elif len(inner.inputs) == 1:
            found = input_shape(inner.layers[inner.inputs[0].layer])
    if found is None:
        value = config.get("build_input_shape", None)
        whole = isinstance(value, list) and all(n is None or type(n) is int for n in value)
        found = value[1:] if whole and isinstance(value, list) else None
    return found or built_shape(config.data) or built_shape(first.data)


def uses_channels_first(config: Config, depth: int = 0) -> bool:
    """Whether any layer of a model wants its channels first."""
    if depth > MOST_NESTED:
        raise SpecError(
            Diagnostic(f"models are nested over {MOST_NESTED} deep", source=config.file)
        )
    for data in config.values.get("layers", []):
        if not isinstance(data, dict) or not isinstance(data.get("config"), dict):
            continue
        values = data["config"]
        if values.get("data_format") == "channels_first":
            return True
        if isinstance(values.get("layers"), list):
            inner = Config(config.file, "", "", "", values, data, config.is_keras2)
            if uses_channels_first(inner, depth + 1):
                return True
    return False


def model_name(config: Config) -> str | None:
    """The name of a model."""
    name = config.values.get("name")
    if name is not None and not isinstance(name, str):
        config.wrong("name", "a text", shown(name))
    return name or None

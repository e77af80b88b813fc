"""Keras models into networks: model JSON and `.keras` archives of Keras 3 and Keras 2.

Reference:
    Keras 3, https://keras.io/api/models/model_saving_apis/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnncalc.errors import Diagnostic, SpecError, UsageError
from cnncalc.importers.json_text import shown
from cnncalc.importers.keras.build import Array, Builder, Tensor
from cnncalc.importers.keras.reading import Config, config_of
from cnncalc.importers.keras.structure import (
    Structure,
    input_shape,
    model_name,
    sequence_shape,
    structure_of,
    uses_channels_first,
)
from cnncalc.importers.keras.walk import Scope, Walker
from cnncalc.importers.model import Model
from cnncalc.ir.shapes import LARGEST, Sizes, format_shape
from cnncalc.source.printable import printable, quoted

NOTE = "cnncalc"  # the key of what cnncalc's own files say of the layers
_MOST_AXES = 8


def read_config(config: object, *, name: str, inputs: Mapping[str, Sizes] | None = None) -> Model:
    """The model that a parsed model JSON describes.

    Args:
        config: What `model.to_json()` gives, parsed.
        name: What messages call it.
        inputs: Shapes of inputs to use in place of the file's, channels last, without the batch.

    Raises:
        SpecError: It is no model, or one that contradicts itself.
        UsageError: An input has no fixed size and none is given.
    """
    return read_located(config, name=name, inputs=inputs)[0]


def read_located(
    config: object, *, name: str, inputs: Mapping[str, Sizes] | None = None
) -> tuple[Model, dict[str, Array]]:
    """The same, and where in the model the array of every `<layer>.<weight>` is."""
    if not isinstance(config, dict):
        message = f"a model must be an object, not {shown(config)}"
        raise SpecError(Diagnostic(message, source=name))
    try:
        model, arrays = _read(_unwrapped(config), name, dict(inputs or {}))
    except RecursionError:
        message = "the configuration is nested too deeply"
        raise SpecError(Diagnostic(message, source=name)) from None
    if NOTE not in config:
        return model, arrays
    from cnncalc.importers.keras.notes import as_noted

    return as_noted(model, arrays, config[NOTE])


def _unwrapped(data: dict[str, Any]) -> dict[str, Any]:
    """The model within what TensorFlow.js writes around it."""
    topology = data.get("modelTopology")
    if isinstance(topology, dict) and "class_name" not in data:
        data = topology
    inner = data.get("model_config")
    if isinstance(inner, dict) and "class_name" not in data:
        return {"keras_version": data.get("keras_version"), **inner}
    return dict(data)


def _read(
    data: dict[str, Any], name: str, given: dict[str, Sizes]
) -> tuple[Model, dict[str, Array]]:
    version = data.get("keras_version")
    version = version if isinstance(version, str) else None
    is_keras2 = version.startswith(("1.", "2.")) if version else "module" not in data
    top = config_of(data, name, is_keras2=is_keras2)
    structure = structure_of(top)
    builder = Builder(name)
    tensors = _inputs(structure, builder, given)
    scope = Scope((), top.values.get("trainable") is False)
    results = Walker(builder).model(structure, tensors, scope)
    outputs = [_output(builder, tensor) for tensor in results]
    if not builder.layers:
        raise builder.error("the model has no layers")
    release = printable(version[:40]) if version else "2" if is_keras2 else "3"
    model = Model(
        _spec_name(model_name(top)),
        f"Keras {release}",
        builder.inputs,
        tuple(dict.fromkeys(outputs)),
        builder.layers,
    )
    return model, builder.arrays


def _spec_name(name: str | None) -> str | None:
    """The name of the model as the spec language takes it."""
    if name is None:
        return None
    name = name.encode("utf-8", "replace").decode("utf-8")[:200]
    return f"_{name}" if name.startswith("$") else name


def _output(builder: Builder, tensor: Tensor) -> str:
    """The layer that gives an output: an identity where that is an input."""
    if tensor.name in builder.inputs:
        return builder.add("identity", {}, [tensor], f"{tensor.name}/output").name
    return tensor.name


def _inputs(structure: Structure, builder: Builder, given: dict[str, Sizes]) -> list[Tensor]:
    """The inputs, in order, with their shapes channels last."""
    declared = _declared(structure)
    if not declared:
        structure.config.fail("the model has no inputs")
    if set(given) == {"input"} and "input" not in declared and len(declared) == 1:
        given = {next(iter(declared)): given["input"]}
    unknown = sorted(given.keys() - declared.keys())
    if unknown:
        known = ", ".join(map(quoted, list(declared)[:8]))
        raise UsageError(f"--input: there is no input {quoted(unknown[0])}; there is {known}")
    is_first = uses_channels_first(structure.config)
    tensors = []
    for name, own in declared.items():
        turned = is_first and own is not None and len(own) > 1
        shape = [*own[1:], own[0]] if own is not None and turned else own
        sizes = _sizes(name, shape, given.get(name), builder)
        entered = builder.add_input(name, sizes)
        tensors.append(Tensor(entered, sizes, turned or (is_first and len(sizes) > 1)))
    return tensors


def _declared(structure: Structure) -> dict[str, list[Any] | None]:
    """Every input with the shape that the file gives, without the batch."""
    if structure.is_sequence:
        first = next(iter(structure.layers.values()))
        name = first.name if first.kind == "InputLayer" else "input"
        return {name: sequence_shape(structure)}
    found = {}
    for ref in structure.inputs:
        layer: Config = structure.layers[ref.layer]
        found[ref.layer] = input_shape(layer)
    return found


def _sizes(name: str, shape: list[Any] | None, given: Sizes | None, builder: Builder) -> Sizes:
    if given is not None:
        if shape is not None and len(shape) != len(given):
            wanted = f"{len(shape)} axes without the batch ({format_shape(tuple(shape))})"
            message = f"input {quoted(name)} has {wanted}, not {len(given)}"
            raise UsageError(f"--input: {message}")
        builder.trusts_shapes = builder.trusts_shapes and list(given) == shape
        return given
    if shape is None or None in shape:
        what = "no shape" if shape is None else f"the shape {format_shape(tuple(shape))}"
        remedy = "give one, channels last: --input 224x224x3"
        raise UsageError(f"{builder.file}: input {quoted(name)} has {what} in the model; {remedy}")
    if not 0 < len(shape) <= _MOST_AXES or not all(0 < size <= LARGEST for size in shape):
        text = format_shape(tuple(shape))
        raise builder.error(
            f"input {quoted(name)} has the shape {text}; 1 to 8 axes from 1 are read"
        )
    return tuple(shape)

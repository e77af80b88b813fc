"""Layers that no op covers but whose parameters their configuration tells exactly."""

from __future__ import annotations

import re
from math import prod
from typing import Any

from cnncalc.importers.keras.build import Tensor
from cnncalc.importers.keras.making import Making
from cnncalc.importers.keras.reading import Config, config_of
from cnncalc.ir.shapes import Shape

_EQUATION = re.compile(r"(\.\.\.)?([a-zA-Z]+),([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)")
RECURRENT = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1, "CuDNNLSTM": 4, "CuDNNGRU": 3}


def recurrent(making: Making) -> list[Tensor]:
    """LSTM, GRU and SimpleRNN, alone or in both directions."""
    config = making.config
    layers = [config]
    if config.kind == "Bidirectional":
        inner = config.get("layer")
        backward = config.get("backward_layer", None)
        layers = [
            config_of(data, config.file, is_keras2=config.is_keras2)
            for data in (inner, inner if backward is None else backward)
        ]
    shape = making.x.model_shape
    features = shape[-1] if shape is not None and len(shape) == 2 else None
    params: int | None = 0
    for layer in layers:
        own = recurrent_params(layer, features)
        params = None if params is None or own is None else params + own
    output = _sequence(layers, config, shape)
    return [
        making.opaque(params=params, shape=None if index else output, index=index)
        for index in range(making.n_results)
    ]


def recurrent_params(config: Config, features: int | None) -> int | None:
    """Parameters of a recurrent layer: per gate a kernel, a recurrent kernel and a bias.

    A GRU has two biases per gate with `reset_after`, Keras's default since version 2.
    """
    gates = RECURRENT.get(config.kind)
    if gates is None or features is None:
        return None
    units = config.integer("units")
    biases = int(config.flag("use_bias", default=True))
    if config.kind == "GRU" and config.get("reset_after", False) is True:
        biases *= 2
    return gates * (features * units + units * units + biases * units)


def _sequence(layers: list[Config], config: Config, shape: Shape | None) -> Shape | None:
    """What a recurrent layer gives, where that is certain."""
    if shape is None or len(shape) != 2 or any(layer.kind not in RECURRENT for layer in layers):
        return None
    units = [layer.integer("units") for layer in layers]
    merged = config.get("merge_mode", "concat") if len(layers) > 1 else "sum"
    if merged is None or merged not in ("concat", "sum", "mul", "ave"):
        return None
    features = sum(units) if merged == "concat" and len(layers) > 1 else units[0]
    every = layers[0].get("return_sequences", False) is True
    return (shape[0], features) if every else (features,)


def convolutional_lstm(making: Making, rank: int) -> Tensor:
    """ConvLSTM: four convolutions of the input and four of the state."""
    config, shape = making.config, making.x.model_shape
    filters, kernel = config.integer("filters"), prod(config.sizes("kernel_size", rank))
    place = 1 if config.channels_first() else -1
    channels = shape[place] if shape is not None and len(shape) == rank + 2 else None
    if channels is None:
        return making.opaque()
    bias = int(config.flag("use_bias", default=True))
    return making.opaque(params=4 * filters * (kernel * (channels + filters) + bias))


def embedding(making: Making) -> Tensor:
    """A table with a row per word."""
    config, shape = making.config, making.x.model_shape
    width = config.integer("output_dim")
    params = config.integer("input_dim") * width
    return making.opaque(params=params, macs=0, shape=None if shape is None else (*shape, width))


def attention(making: Making) -> list[Tensor]:
    """MultiHeadAttention: three projections of the inputs and one of the result, with biases."""
    config = making.config
    heads, key_size = config.integer("num_heads"), config.integer("key_dim")
    given = config.get("value_dim", None)
    value_size = key_size if given is None else config.integer("value_dim")
    bias = int(config.flag("use_bias", default=True))
    shapes = [tensor.model_shape for tensor in making.inputs]
    query, value = shapes[0], shapes[min(1, len(shapes) - 1)]
    key = shapes[2] if len(shapes) > 2 and "attention_mask" not in making.call.kwargs else value
    widths = [None if shape is None else shape[-1] for shape in (query, key, value)]
    plain = config.get("output_shape", None) is None and config.get("use_gate", False) is not True
    params = None
    if plain and None not in widths:
        q, k, v = (width or 0 for width in widths)
        params = heads * key_size * (q + k + 2 * bias) + heads * value_size * (v + bias)
        params += heads * value_size * q + bias * q
    shape = query if plain else None
    return [
        making.opaque(params=params, shape=None if index else shape, index=index)
        for index in range(making.n_results)
    ]


def einsum_dense(making: Making) -> Tensor:
    """EinsumDense: a kernel with the sizes that its equation and output shape give."""
    config, shape = making.config, making.x.model_shape
    match = _EQUATION.fullmatch(config.word("equation").replace(" ", ""))
    output = config.get("output_shape")
    output = output if isinstance(output, list) else [output]
    if match is None or shape is None or match[1] or match[4]:
        return making.opaque()
    sizes: dict[str, Any] = dict(zip(match[2], (None, *shape), strict=False))
    sizes |= {
        letter: size
        for letter, size in zip(match[5][1:], output, strict=False)
        if size is not None and letter not in sizes
    }
    axes = config.get("bias_axes", None)
    counted = [*match[3], *(axes if isinstance(axes, str) else "")]
    if any(type(sizes.get(letter)) is not int for letter in counted):
        return making.opaque()
    params = prod(sizes[letter] for letter in match[3])
    params += prod(sizes[letter] for letter in axes) if isinstance(axes, str) else 0
    given = tuple(sizes.get(letter) for letter in match[5][1:])
    return making.opaque(params=params, shape=given)


def unknown_layer(making: Making) -> list[Tensor]:
    """A layer that nothing is known of but its name."""
    return [making.opaque(index=index) for index in range(making.n_results)]

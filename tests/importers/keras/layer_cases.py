"""Keras layers, one at a time, and what their models compute here and in Keras."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

import cnncalc
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.importers.keras.live import from_keras
from cnncalc.spec.network import Network

L: Any = keras.layers
ops: Any = keras.ops

MAP, LINE, VOLUME, VECTOR = (9, 10, 6), (12, 6), (5, 6, 7, 2), (6,)

# what is known exactly, by the shape that it reads
EXACT: list[tuple[tuple[int, ...], str]] = [
    (LINE, "L.Conv1D(4, 3, padding='causal', dilation_rate=2)"),
    (MAP, "L.Conv2D(4, (1, 3), strides=2, padding='same', activation='relu')"),
    (MAP, "L.Conv2D(4, 3, groups=2, use_bias=False, activation='hard_silu')"),
    (MAP, "L.Conv2D(4, 3, dilation_rate=(2, 1), activation=L.LeakyReLU(0.1))"),
    (VOLUME, "L.Conv3D(4, (1, 2, 3), strides=(1, 2, 1), padding='same')"),
    (LINE, "L.DepthwiseConv1D(3, depth_multiplier=2)"),
    (MAP, "L.DepthwiseConv2D(3, strides=2, padding='same', depth_multiplier=2)"),
    (LINE, "L.SeparableConv1D(4, 3, padding='same')"),
    (MAP, "L.SeparableConv2D(4, 3, depth_multiplier=2, activation='tanh')"),
    (LINE, "L.Conv1DTranspose(4, 3, strides=2, padding='same')"),
    (MAP, "L.Conv2DTranspose(4, 2, strides=3)"),
    (MAP, "L.Conv2DTranspose(4, 4, strides=2, padding='same')"),
    (MAP, "L.Conv2DTranspose(4, 3, strides=2, padding='same', output_padding=1)"),
    (MAP, "L.Conv2DTranspose(4, 4, strides=3, padding='same', output_padding=(2, 1))"),
    (MAP, "L.Conv2DTranspose(4, 3, strides=2, output_padding=1)"),
    (VOLUME, "L.Conv3DTranspose(3, 3, strides=2)"),
    (MAP, "L.Dense(5, activation='softmax')"),
    (LINE, "L.MaxPooling1D(3, padding='same')"),
    (MAP, "L.MaxPooling2D((2, 3), strides=(1, 2))"),
    (VOLUME, "L.MaxPooling3D(2)"),
    (MAP, "L.AveragePooling2D(2, padding='valid')"),
    (MAP, "L.AveragePooling2D((3, 2), strides=1)"),
    (LINE, "L.GlobalMaxPooling1D()"),
    (MAP, "L.GlobalAveragePooling2D(keepdims=True)"),
    (VOLUME, "L.GlobalAveragePooling3D()"),
    (MAP, "L.AdaptiveAveragePooling2D((3, 4))"),
    (MAP, "L.BatchNormalization(epsilon=1e-4, scale=False)"),
    (MAP, "L.BatchNormalization(axis=1)"),
    (MAP, "L.BatchNormalization(trainable=False)"),
    (MAP, "L.LayerNormalization()"),
    (MAP, "L.LayerNormalization(axis=[1, 3], center=False)"),
    (MAP, "L.GroupNormalization(3)"),
    (MAP, "L.GroupNormalization(-1)"),
    (VECTOR, "L.GroupNormalization(2)"),
    (MAP, "L.UnitNormalization()"),
    (MAP, "L.Normalization(mean=[1, 2, 3, 4, 5, 6], variance=[1, 2, 3, 1, 2, 3])"),
    (MAP, "L.Normalization(mean=3.0, variance=2.0, invert=True)"),
    (MAP, "L.Rescaling(0.5, offset=[1, 2, 3, 4, 5, 6])"),
    (MAP, "L.ReLU()"),
    (MAP, "L.ReLU(6)"),
    (MAP, "L.ReLU(negative_slope=0.3)"),
    (MAP, "L.LeakyReLU()"),
    (MAP, "L.ELU(0.5)"),
    (MAP, "L.PReLU(shared_axes=[1, 2])"),
    (MAP, "L.PReLU(shared_axes=[2, 3])"),
    (VECTOR, "L.PReLU()"),
    (MAP, "L.Softmax()"),
    *((MAP, f"L.Activation({name!r})") for name in ("relu6", "leaky_relu", "elu", "selu", "gelu")),
    *((MAP, f"L.Activation({name!r})") for name in ("swish", "silu", "mish", "softplus", "celu")),
    *((MAP, f"L.Activation({name!r})") for name in ("softsign", "exponential", "hard_sigmoid")),
    *((MAP, f"L.Activation({name!r})") for name in ("hard_tanh", "log_sigmoid", "log_softmax")),
    (MAP, "L.Dropout(0.3)"),
    (MAP, "L.Dropout(0.3, noise_shape=(None, 1, 1, 1))"),
    (MAP, "L.SpatialDropout2D(0.3)"),
    (MAP, "L.GaussianNoise(0.3)"),
    (MAP, "L.ActivityRegularization(0.1)"),
    (MAP, "L.RandomFlip()"),
    (MAP, "L.Identity()"),
    (LINE, "L.ZeroPadding1D((1, 2))"),
    (MAP, "L.ZeroPadding2D(((1, 0), (2, 1)))"),
    (VOLUME, "L.ZeroPadding3D(1)"),
    (LINE, "L.Cropping1D(2)"),
    (MAP, "L.Cropping2D((1, 2))"),
    (LINE, "L.UpSampling1D(2)"),
    (MAP, "L.UpSampling2D((2, 3))"),
    (MAP, "L.UpSampling2D(2, interpolation='bilinear')"),
    (MAP, "L.Resizing(5, 7)"),
    (MAP, "L.CenterCrop(4, 5)"),
    (MAP, "L.Flatten()"),
    (MAP, "L.Reshape((15, -1))"),
    (MAP, "L.Permute((2, 3, 1))"),
    (MAP, "lambda x: L.Add()([x, x, x])"),
    (MAP, "lambda x: L.Subtract()([x, L.Activation('relu')(x)])"),
    (MAP, "lambda x: L.Multiply()([x, L.GlobalAveragePooling2D()(x)])"),
    (MAP, "lambda x: L.Maximum()([x, L.Activation('tanh')(x)])"),
    (MAP, "lambda x: L.Average()([x, L.Activation('tanh')(x)])"),
    (MAP, "lambda x: L.Concatenate()([x, x])"),
    (MAP, "lambda x: L.Concatenate(axis=1)([x, x])"),
    (MAP, "lambda x: x * 2 + 3 - x / 4"),
    (MAP, "lambda x: 1 - x"),
    (MAP, "lambda x: -x"),
    (MAP, "lambda x: x + np.arange(6, dtype='float32')"),
    (MAP, "lambda x: x * ops.relu6(x + 3) / 6"),
    (MAP, "lambda x: ops.mean(x, (1, 2))"),
    (MAP, "lambda x: ops.max(x, (1, 2), keepdims=True)"),
    (MAP, "lambda x: x[:, 1:-1, :, :3]"),
    (MAP, "lambda x: x[..., 2:]"),
    (MAP, "lambda x: ops.add(*ops.split(x, 2, axis=-1))"),
    (MAP, "lambda x: ops.reshape(x, (-1, 90, 6))"),
    (MAP, "lambda x: ops.transpose(x, (0, 3, 1, 2))"),
    (MAP, "lambda x: ops.concatenate([x, x], axis=-1)"),
    (MAP, "lambda x: ops.pad(x, [[0, 0], [1, 2], [0, 1], [0, 0]])"),
    (MAP, "lambda x: ops.expand_dims(ops.mean(x, (1, 2)), 1)"),
    (MAP, "lambda x: ops.squeeze(ops.mean(x, (1, 2), keepdims=True), (1, 2))"),
    (MAP, "lambda x: ops.leaky_relu(x, 0.1)"),
    (MAP, "lambda x: ops.gelu(x)"),
    (MAP, "lambda x: ops.gelu(x, approximate=False)"),
    (MAP, "lambda x: ops.softmax(x)"),
    (MAP, "lambda x: ops.maximum(x, 0)"),
    (MAP, "lambda x: ops.silu(x)"),
    (MAP, "lambda x: ops.image.resize(x, (18, 5))"),
    (MAP, "lambda x: ops.max_pool(x, 3, 2, padding='same')"),
    (MAP, "lambda x: ops.average_pool(x, (2, 3))"),
    (MAP, "L.Conv2D(4, 3, dtype='float64')"),
]

# what is not computed here: the shape and the parameters that the file tells, where it does
OPAQUE: list[tuple[tuple[int, ...], str, int | None]] = [
    (LINE, "L.LSTM(5)", 4 * (6 * 5 + 5 * 5 + 5)),
    (LINE, "L.LSTM(5, return_sequences=True, use_bias=False)", 4 * (6 * 5 + 5 * 5)),
    (LINE, "L.GRU(5)", 3 * (6 * 5 + 5 * 5 + 2 * 5)),
    (LINE, "L.SimpleRNN(5)", 6 * 5 + 5 * 5 + 5),
    (LINE, "L.Bidirectional(L.LSTM(5))", 8 * (6 * 5 + 5 * 5 + 5)),
    (LINE, "lambda x: L.MultiHeadAttention(2, 3)(x, x)", 4 * 6 * 6 + 3 * 6 + 6),
    (LINE, "lambda x: L.MultiHeadAttention(2, 3, value_dim=4)(x, x)", 2 * 42 + 8 * 7 + 8 * 6 + 6),
    (VECTOR, "L.Embedding(100, 8)", 800),
    (MAP, "L.EinsumDense('abcd,de->abce', output_shape=(None, None, 4), bias_axes='e')", 28),
    (MAP, "L.RMSNormalization()", 6),
    (MAP, "L.PReLU()", 540),
    (MAP, "L.PReLU(shared_axes=[1])", 60),
    (MAP, "L.Softmax(axis=1)", 0),
    (MAP, "L.ReLU(3.0)", 0),
    (MAP, "L.Activation('squareplus')", 0),
    (MAP, "L.Conv2D(4, 3, activation='sparsemax')", 6 * 9 * 4 + 4),
    (MAP, "lambda x: L.Minimum()([x, L.Activation('relu')(x)])", 0),
    (MAP, "lambda x: L.Multiply()([x, x[..., :1]])", 0),
    (MAP, "lambda x: x[:, ::2]", 0),
    (MAP, "lambda x: ops.mean(x, -1, keepdims=True)", 0),
    (MAP, "lambda x: ops.sqrt(x)", 0),
    (MAP, "lambda x: x ** 2", 0),
    (MAP, "L.UpSampling2D(2, interpolation='bicubic')", 0),
    (MAP, "L.TimeDistributed(L.Dense(4))", None),
    (MAP, "L.Lambda(lambda x: x * 2)", None),
    (MAP, "lambda x: ops.matmul(x, ops.swapaxes(x, -1, -2))", 0),
    (MAP, "L.SpectralNormalization(L.Conv2D(2, 1))", None),
    (MAP, "L.Dot(axes=-1)", None),
    (VECTOR, "L.RepeatVector(3)", 0),
    (LINE, "L.Masking()", 0),
]


def built(shape: tuple[int, ...], text: str) -> Any:
    """A model with one layer, and an activation behind it so that the file tells its shape."""
    x = keras.Input(shape)
    layer: Callable[[Any], Any] = eval(text)  # from the tables above
    y = layer([x, x]) if "Dot" in text else layer(x)
    return keras.Model(x, L.Activation("linear", name="end")(y))


def scramble(model: Any) -> None:
    """Give all variables random values."""
    rng = np.random.default_rng(1)
    for variable in model.weights:
        low = 0.5 if "variance" in variable.path else -0.5
        variable.assign(rng.uniform(low, 1.0, variable.shape))
    for layer in model.layers:
        if isinstance(layer, L.Normalization) and layer.weights:
            layer.finalize_state()


def understood(network: Network) -> NetworkFacts:
    """The facts of a network about which nothing may be wrong or unknown."""
    assert not network.problems, network.problems
    facts = cnncalc.analyze(network)
    assert not any(layer.faults or layer.op == "opaque" for layer in facts.layers)
    return facts


def difference(model: Any, network: Network) -> float:
    """How far the outputs are apart, in parts of the largest."""
    rng = np.random.default_rng(2)
    given = [rng.normal(size=(2, *x.shape[1:])).astype("float32") for x in model.inputs]
    theirs = model(given if len(given) > 1 else given[0], training=False)
    theirs = theirs if isinstance(theirs, list | tuple) else [theirs]
    assert network.origin is not None
    facts = cnncalc.analyze(network)
    inputs = dict(zip(facts.inputs, given, strict=True))
    ours = cnncalc.run(network, inputs, weights=network.origin.weights)
    worst = 0.0
    for name, tensor in zip(facts.outputs, theirs, strict=True):
        mine, value = ours[name], keras.ops.convert_to_numpy(tensor)
        assert mine.shape == value.shape
        worst = max(worst, float(np.abs(mine - value).max() / np.abs(value).max()))
    return worst


def check_values() -> None:
    """Hold every layer to the values that Keras gives."""
    for shape, text in EXACT:
        model = built(shape, text)
        scramble(model)
        apart = difference(model, from_keras(model))
        assert apart <= 1e-4, (text, apart)

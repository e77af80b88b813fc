"""Whole Keras models with weights, saved, read again and run."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras

from cnncalc.importers.keras.archive import read_archive
from cnncalc.importers.keras.live import from_keras
from cnncalc.spec.network import Network, Origin
from tests.importers.keras.layer_cases import difference, scramble, understood

L: Any = keras.layers


def nested() -> Any:
    """A model within a model, a layer that is called twice, and every layout of a kernel."""
    x = keras.Input((16, 16, 3))
    stem = [L.Conv2D(4, 3, name="a"), L.BatchNormalization(), L.ReLU(6)]
    y = keras.Sequential([keras.Input((16, 16, 3)), *stem], name="stem")(x)
    twice = L.Conv2D(4, 3, padding="same", name="twice")
    y = twice(twice(y))
    y = L.DepthwiseConv2D(3, depth_multiplier=2)(y)
    y = L.SeparableConv2D(3, 2, strides=2)(y)
    y = L.Conv2DTranspose(3, 2, strides=3)(y)
    y = L.PReLU(shared_axes=[1, 2])(y)
    y = L.Normalization()(y)
    y = L.LayerNormalization(axis=[1, 2, 3])(L.Dropout(0.1)(y))
    return keras.Model(x, L.Conv2D(2, 1, activation="hard_sigmoid")(L.GroupNormalization(3)(y)))


def siamese() -> Any:
    """Two inputs through one tower, and a tail with two outputs that is called twice."""
    left, right = keras.Input((8, 8, 3), name="left"), keras.Input((8, 8, 3), name="right")
    layers = [keras.Input((8, 8, 3)), L.Conv2D(4, 3, name="c"), L.Activation("swish")]
    tower = keras.Sequential(layers, name="tower")
    x = keras.Input((6, 6, 4))
    tail = keras.Model(x, [L.Conv2D(2, 3)(x), L.GlobalMaxPooling2D()(x)], name="tail")
    ends = [tower(left), tower(right)]
    (_, top_1), (map_2, top_2) = map(tail, ends)
    mean = keras.ops.mean(map_2, axis=[1, 2])
    return keras.Model([left, right], [*ends[::-1], map_2, L.Average()([top_1, top_2]), mean])


def line() -> Any:
    """One spatial axis."""
    x = keras.Input((32, 4))
    y = L.MaxPooling1D(2, padding="same")(L.Conv1D(6, 3, padding="causal", dilation_rate=2)(x))
    y = L.LeakyReLU(0.2)(L.Conv1DTranspose(5, 3, strides=2)(y))
    y = L.DepthwiseConv1D(2)(L.Cropping1D((1, 2))(L.UpSampling1D(2)(y)))
    return keras.Model(x, L.Dense(3, activation="softmax")(L.GlobalAveragePooling1D()(y)))


def mobile() -> Any:
    return keras.applications.MobileNetV3Small(input_shape=(32, 32, 3), weights=None, classes=7)


def inverted() -> Any:
    return keras.applications.MobileNetV2(
        input_shape=(32, 32, 3), alpha=0.35, weights=None, classes=7
    )


MODELS: tuple[Callable[[], Any], ...] = (nested, siamese, line, mobile, inverted)


def check_values() -> None:
    """Hold every model to what Keras computes, from its archive and from the model itself."""
    for make in MODELS:
        model = make()
        scramble(model)
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "model.keras")
            model.save(path)
            read = read_archive(path, name="m", with_weights=True)
        origin = Origin("m", read.format, read.weights)
        for network in (Network.from_data(read.spec(), origin=origin), from_keras(model)):
            understood(network)
            apart = difference(model, network)
            assert apart <= 1e-4, (make.__name__, apart)

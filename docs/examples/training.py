"""What the training examples share: to Keras with a spec, and back with the trained weights."""

from __future__ import annotations

import os
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import cnncalc
from cnncalc.numeric.weights import load_weights

Floats = NDArray[np.float32]

_CLOSE = 1e-4  # what two computations of a probability may differ by


class Samples(NamedTuple):
    """Images, of shape (count, height, width, channels), and the number of each one's class."""

    images: Floats
    labels: NDArray[np.int64]


def train_and_compare(
    network: cnncalc.Network, train: Samples, test: Samples, epochs: int, folder: Path
) -> None:
    """Train a network with Keras, run it with NumPy, and print how well both do.

    Args:
        network: A classifier of images.
        train: What it learns from.
        test: What both are tested on.
        epochs: How often it goes through all that it learns from.
        folder: Where the generated code and the trained weights are put.

    Raises:
        UsageError: The network cannot be written for Keras, or the two outputs differ.
        ImportError: Keras or its backend is missing.
        OSError: The folder cannot be made, or the weights not saved in it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    count = cnncalc.analyze(network).totals.n_params
    print(f"{network.name}: {count:,} parameters, {len(train.images):,} images to learn from")

    code = keras_code(network, folder / f"{network.name}.py")
    model = trained_model(code, train, epochs)
    weights = folder / f"{network.name}.npz"
    code.save_weights(model, weights)

    in_keras = model.predict(test.images, verbose=0)
    (in_numpy,) = cnncalc.run(network, test.images, load_weights(weights)).values()
    report(in_keras, in_numpy, test.labels)


def keras_code(network: cnncalc.Network, path: Path) -> Any:
    """Write the network's code for Keras into a file, and import that."""
    os.environ.setdefault("KERAS_BACKEND", "jax")  # read once, when Keras is imported
    cnncalc.export(network, "keras", path, force=True)
    found = spec_from_file_location("generated", path)
    assert found is not None
    assert found.loader is not None
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module


def trained_model(code: Any, train: Samples, epochs: int) -> Any:
    """Train the model that the generated code builds, always in the same way."""
    import keras

    def tell(epoch: int, logs: dict[str, float]) -> None:
        loss, right = logs["loss"], 100 * logs["accuracy"]
        print(f"epoch {epoch + 1} of {epochs}: loss {loss:.4f}, {right:.1f} % right", flush=True)

    keras.utils.set_random_seed(0)
    model = code.build_model()
    model.compile("nadam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    teller = keras.callbacks.LambdaCallback(on_epoch_end=tell)
    model.fit(train.images, train.labels, epochs=epochs, verbose=0, callbacks=[teller])
    return model


def report(in_keras: Floats, in_numpy: Floats, labels: NDArray[np.int64]) -> None:
    """Print how many images are classified rightly, and whether Keras and NumPy agree.

    Raises:
        UsageError: They differ by more than rounding can explain.
    """
    count = len(labels)
    by_keras, by_numpy = in_keras.argmax(axis=-1), in_numpy.argmax(axis=-1)
    for name, found in (("Keras", by_keras), ("cnncalc", by_numpy)):
        right = int(np.sum(found == labels))
        print(f"{name}: {right:,} of {count:,} held-out images right, {100 * right / count:.1f} %")
    difference = float(np.max(np.abs(in_keras - in_numpy)))
    same = int(np.sum(by_keras == by_numpy))
    print(f"{same:,} of {count:,} predictions are the same; outputs differ by {difference:.0e}")
    if not difference <= _CLOSE:
        raise cnncalc.UsageError(f"the outputs differ by {difference:g}, more than {_CLOSE:g}")

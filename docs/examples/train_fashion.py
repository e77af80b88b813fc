"""Trains the lecture's CNN on Fashion-MNIST with Keras, and runs it with NumPy.

    python -m docs.examples.train_fashion DATA                the folder of the four IDX files
    python -m docs.examples.train_fashion DATA --epochs 3     10 unless you say

In the checkout, with Keras and a backend for it: `pip install ".[keras]" jax`. The files, packed or
not, are those of https://github.com/zalandoresearch/fashion-mnist: train-images-idx3-ubyte.gz,
train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

import cnncalc
from cnncalc.source.printable import printable
from docs.examples.idx import read_labelled
from docs.examples.training import Samples, train_and_compare

_SIDE, _CLASSES = 28, 10


def main(arguments: list[str] | None = None) -> str | None:
    """Train, run and compare; returns what went wrong."""
    given = options(arguments)
    data: Path = given.data
    try:
        train, test = samples(data, "train"), samples(data, "t10k")
        train_and_compare(cnncalc.load("fashion-mnist"), train, test, given.epochs, given.folder)
    except (cnncalc.CnncalcError, ImportError, OSError) as error:
        return f"error: {error}"
    return None


def options(arguments: list[str] | None) -> argparse.Namespace:
    """What stands on the command line."""
    parser = argparse.ArgumentParser(description="Train a CNN on Fashion-MNIST.")
    parser.add_argument("data", type=Path, help="the folder of the four IDX files")
    parser.add_argument("--epochs", type=epochs, default=10, help="times through the images")
    parser.add_argument("--folder", type=Path, default=Path("trained"), help="for what is written")
    return parser.parse_args(arguments)


def epochs(text: str) -> int:
    """A number of epochs: a whole number from 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"the epochs must be 1 or more, not {number}")
    return number


def samples(folder: Path, stem: str) -> Samples:
    """The images of a set, from 0 to 1, with their classes.

    Raises:
        UsageError: The files cannot be used, or are not of Fashion-MNIST's form.
    """
    images, labels = read_labelled(folder, stem)
    where = f"{printable(str(folder))}: {stem}"
    if images.shape[1:] != (_SIDE, _SIDE):
        sides = "×".join(map(str, images.shape[1:]))
        raise cnncalc.UsageError(f"{where} has images of {sides} pixels, not {_SIDE}×{_SIDE}")
    if labels.max() >= _CLASSES:
        raise cnncalc.UsageError(f"{where} has the label {labels.max()}; they go from 0 to 9")
    scaled = np.divide(images[..., np.newaxis], 255, dtype=np.float32)
    return Samples(scaled, labels.astype(np.int64))


if __name__ == "__main__":
    sys.exit(main())

"""Trains LeNet-5 on handwritten digits with Keras, and runs it with NumPy.

    python -m docs.examples.train_digits                    puts its files into trained/
    python -m docs.examples.train_digits --folder FOLDER    or elsewhere

In the checkout, with Keras, a backend for it, and scikit-learn, which brings the digits along:
`pip install ".[keras]" jax scikit-learn`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

import cnncalc
from docs.examples.training import Samples, train_and_compare

_EPOCHS = 4
_MOVES = ((0, 0), (-2, 0), (2, 0), (0, -2), (0, 2))  # not beyond the margin


def main(arguments: list[str] | None = None) -> str | None:
    """Train, run and compare; returns what went wrong."""
    parser = argparse.ArgumentParser(description="Train LeNet-5 on handwritten digits.")
    parser.add_argument("--folder", type=Path, default=Path("trained"), help="for what is written")
    folder: Path = parser.parse_args(arguments).folder
    try:
        train_and_compare(cnncalc.load("lenet5-modern"), *digits(), _EPOCHS, folder)
    except (cnncalc.CnncalcError, ImportError, OSError) as error:
        return f"error: {error}"
    return None


def digits() -> tuple[Samples, Samples]:
    """The 1,797 digits of scikit-learn: four fifths to learn from, one fifth held out.

    They have 8×8 pixels of 0 to 16. Each pixel becomes 3×3, and a margin of 4 makes it 32×32, as
    LeNet-5 has it. What is learned from comes five times: as it is, and moved by 2 pixels up, down,
    left and right, so that it learns what a digit looks like and not where it stands.
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    small, labels = load_digits(return_X_y=True)
    large = np.kron(small.reshape(-1, 8, 8) / 16, np.ones((1, 3, 3)))
    images = np.pad(large, ((0, 0), (4, 4), (4, 4)))[..., np.newaxis].astype(np.float32)
    parts = train_test_split(images, labels, test_size=0.2, stratify=labels, random_state=0)
    train_images, test_images, train_labels, test_labels = parts
    moved = [np.roll(train_images, by, axis=(1, 2)) for by in _MOVES]
    train = Samples(np.concatenate(moved), np.tile(train_labels, len(_MOVES)))
    return train, Samples(test_images, test_labels)


if __name__ == "__main__":
    sys.exit(main())

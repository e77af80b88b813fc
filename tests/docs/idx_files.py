"""Small IDX files with the names of Fashion-MNIST's."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

VALUES = np.random.default_rng(0).integers(0, 256, 2000, np.uint8)


def header(*sizes: int) -> bytes:
    """What an IDX file of bytes begins with."""
    return bytes((0, 0, 8, len(sizes))) + b"".join(size.to_bytes(4, "big") for size in sizes)


def write_set(folder: Path, stem: str, count: int) -> tuple[Bytes, Bytes]:
    """Write images and labels, the training images unpacked and the rest packed; what they hold."""
    images, labels = shapes(count)
    for kind, values in (("images", images), ("labels", labels)):
        data = header(*values.shape) + values.tobytes()
        name = f"{stem}-{kind}-idx{values.ndim}-ubyte"
        if stem == "train":
            (folder / name).write_bytes(data)
        else:
            (folder / f"{name}.gz").write_bytes(gzip.compress(data))
    return images, labels


def shapes(count: int) -> tuple[Bytes, Bytes]:
    """Bright rectangles at random places; the class tells how wide and how high they are."""
    rng = np.random.default_rng(count)
    labels = rng.integers(0, 10, count, np.uint8)
    images = rng.integers(0, 40, (count, 28, 28), np.uint8)
    for image, label in zip(images, labels, strict=True):
        width, height = 3 + 2 * (int(label) % 5), 4 + 10 * (int(label) // 5)
        top, left = rng.integers(0, 28 - height), rng.integers(0, 28 - width)
        image[top : top + height, left : left + width] += 200
    return images, labels

"""Makes the pictures of docs/experiments.md.

    python docs/draw.py            writes docs/pictures/*.png
    python docs/draw.py --check    writes nothing, fails if a picture is not what it should be

Rounding differs from machine to machine, so `--check` compares grey levels and not bytes. The
photograph is given: docs/pictures/camera.png, by Lav Varshney, CC0, made smaller.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import cnncalc
from cnncalc.numeric.effective_field import effective_field
from cnncalc.numeric.image_kernels import KERNELS, kernel_spec
from cnncalc.numeric.images import filter_grid, image_grid, save_image
from cnncalc.numeric.toeplitz import dense_matrix

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]

PICTURES = Path(__file__).resolve().parent / "pictures"
_LEVELS = 2  # of 255 that a value may be off
_SHARE = 0.001  # of the values that may be off by more

# From black over red and yellow to white, brighter from step to step.
_HEAT = ((10, 8, 20), (92, 20, 90), (190, 45, 70), (245, 130, 35), (252, 220, 120), (255, 255, 245))
# One for each place in a 3×3 kernel.
_PLACES = (
    *((166, 206, 227), (31, 120, 180), (178, 223, 138)),
    *((51, 160, 44), (227, 26, 28), (251, 154, 153)),
    *((253, 191, 111), (255, 127, 0), (106, 61, 154)),
)


def main(arguments: list[str] | None = None) -> int:
    """Writes the pictures, or with `--check` compares them; returns the exit code."""
    parser = argparse.ArgumentParser(description="Make the pictures of the documentation.")
    parser.add_argument("--check", action="store_true", help="write nothing, fail on a difference")
    check: bool = parser.parse_args(arguments).check
    failed = False
    for name, picture in pictures().items():
        path = PICTURES / name
        made = picture()
        if not check:
            save_image(path, made, force=True)
            print(f"wrote {path.name}: {made.shape[1]}×{made.shape[0]}")
        elif not path.exists() or not alike(read(path), made):
            failed = True
            print(f"{path.name} is not what docs/draw.py makes")
    return int(failed)


def pictures() -> dict[str, Callable[[], Bytes]]:
    """Returns what makes each picture, by file name."""
    return {
        **{f"kernel-{name}.png": partial(kernel_picture, name) for name in KERNELS},
        "dense-matrix.png": matrix_picture,
        "effective-field.png": field_picture,
        "filters.png": filters_picture,
        "feature-maps.png": maps_picture,
        "pooled-maps.png": partial(maps_picture, pooled=True),
    }


def read(path: Path) -> Bytes:
    """Returns the values of a picture."""
    from PIL import Image

    with Image.open(path) as image:
        return np.asarray(image)


def alike(one: Bytes, other: Bytes) -> bool:
    """Returns whether pictures are the same but for rounding."""
    if one.shape != other.shape:
        return False
    off = np.abs(one.astype(int) - other.astype(int)) > _LEVELS
    return bool(off.mean() <= _SHARE)


def photograph() -> Floats:
    """Returns the grey photograph, from 0 to 1."""
    return read(PICTURES / "camera.png") / 255


def kernel_picture(name: str) -> Bytes:
    """Returns the photograph under one of the classical kernels, in shades from 0 to 1.

    What answers with a sign is shown on middle grey.
    """
    photo = photograph()
    network = cnncalc.load(kernel_spec(name, *photo.shape))
    (maps,) = cnncalc.run(network, photo[np.newaxis, :, :, np.newaxis], dtype="float64").values()
    shown = maps[0, :, :, 0]
    if name in ("sobel-x", "sobel-y"):
        shown = shown / 4 + 0.5
    return shades(shown)


def shades(values: Floats) -> Bytes:
    """Returns values from 0 to 1 as bytes; what lies beyond is cut off."""
    return np.asarray((values.clip(0, 1) * 255).round(), np.uint8)


def enlarged(picture: Bytes, times: int) -> Bytes:
    """Returns a picture with every pixel made a square."""
    return picture.repeat(times, axis=0).repeat(times, axis=1)


def matrix_picture() -> Bytes:
    """Returns the matrix of a 3×3 convolution on 7×7 cells: a colour for each weight."""
    text = "input: 7x7x1\nlayers: [{conv: {filters: 1, kernel: 3, padding: same, bias: false}}]"
    layer = cnncalc.analyze(cnncalc.load(text)).layers[0]
    matrix = dense_matrix(layer, np.arange(1.0, 10.0).reshape(3, 3, 1, 1))
    colors = np.array([(255, 255, 255), *_PLACES], np.uint8)
    picture = enlarged(colors[matrix.astype(int)], 9)
    for edge in range(8):  # a thin line between the blocks
        place = min(edge * 7 * 9, len(picture) - 1)
        picture[place] = picture[:, place] = (205, 205, 205)
    return picture


def heat(values: Floats) -> Bytes:
    """Returns values from 0 to 1 in colours from black to white."""
    steps = np.linspace(0, 1, len(_HEAT))
    channels = [np.interp(values, steps, [color[k] for color in _HEAT]) for k in range(3)]
    return np.stack(channels, axis=-1).round().astype(np.uint8)


def stack(depth: int, size: int) -> str:
    """Returns the spec of so many 3×3 convolutions, each with a ReLU."""
    layers = " - conv: {filters: 4, kernel: 3, padding: same, activation: relu}\n" * depth
    return f"name: {depth} convolutions\ninput: {size}x{size}x1\nlayers:\n{layers}"


def field_picture() -> Bytes:
    """Returns the influence of the cells in stacks of 3, 6 and 12 convolutions, side by side."""
    size, gap = 25, np.full((25 * 8, 12, 3), 255, np.uint8)
    parts = []
    for depth in (3, 6, 12):
        found = effective_field(cnncalc.load(stack(depth, size)), draws=8)
        tile = enlarged(heat(found), 8)
        side, middle = (2 * depth + 1) * 8, len(tile) // 2
        frame(tile, middle - side // 2, middle + side // 2)
        parts += [tile, gap]
    return np.concatenate(parts[:-1], axis=1)


def frame(tile: Bytes, begin: int, stop: int) -> None:
    """Draws the frame of the receptive field, which is square, into a tile."""
    begin, last = max(begin, 0), min(stop, len(tile)) - 1
    for place in (begin, last):
        tile[place, begin : last + 1] = tile[begin : last + 1, place] = (120, 200, 255)


def bank() -> str:
    """Returns the spec of a network that applies all the classical kernels at once."""
    rows = [
        [[[kernel.rows[m][n] for kernel in KERNELS.values()]] for n in range(3)] for m in range(3)
    ]
    return f"""
input: 192x192x1
layers:
  - conv: {{filters: {len(KERNELS)}, kernel: 3, padding: same, bias: false, weights: {rows}}}
  - relu
  - max_pool: 4
"""


def filters_picture() -> Bytes:
    """Returns the kernels of that network, enlarged."""
    kernels = [kernel.rows for kernel in KERNELS.values()]
    kernel = np.moveaxis(np.array(kernels, np.float64), 0, -1)[:, :, np.newaxis]
    large = kernel.repeat(24, axis=0).repeat(24, axis=1)
    return filter_grid(large, len(KERNELS))


def maps_picture(*, pooled: bool = False) -> Bytes:
    """Returns what the layers of that network make of the photograph, a map per filter."""
    network, batch = cnncalc.load(bank()), photograph()[np.newaxis, :, :, np.newaxis]
    name = "max_pool_1" if pooled else "relu_1"
    maps = cnncalc.run(network, batch, keep=[name], dtype="float64")[name][0]
    return image_grid(maps if pooled else maps[::2, ::2], len(KERNELS) if pooled else 4)


if __name__ == "__main__":
    sys.exit(main())

"""Pictures: what a network is fed with, and its maps and filters to look at."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np

from cnncalc.errors import UsageError
from cnncalc.ir.shapes import Sizes, format_shape
from cnncalc.numeric.weights.lazy import Array, Dtype, float_dtype
from cnncalc.numeric.weights.npy import MAGIC, read_header, read_values
from cnncalc.numeric.weights.reading import reading
from cnncalc.source.printable import printable, quoted
from cnncalc.source.writing import replacing

PREPROCESS = ("scale", "imagenet", "caffe", "none")

_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
_FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
_MOST_PIXELS = 2**26  # 8192×8192
_MOST_BYTES = 2**32  # of an input array
_RANDOM = re.compile(r"random:([0-9]{1,18})")

# Mean and deviation of ImageNet's colours, red first, of values from 0 to 1 (torchvision); and the
# means of values from 0 to 255, blue first, that Caffe's networks subtract.
_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)
_CAFFE_MEAN = (103.939, 116.779, 123.68)


def read_input(text: str, shape: Sizes, dtype: str | Dtype, preprocess: str = "scale") -> Array:
    """Read what a network is to be fed with; the batch is the first axis.

    - A path to an image (PNG, JPEG, WebP, GIF, BMP, TIFF, PPM; 8 bits per channel): turned
      upright, its colours become grey, RGB or RGBA as the channels say (transparency is dropped
      where there are fewer), then stretched to H×W by linear interpolation that averages when it
      shrinks (Pillow's BILINEAR), whatever its proportions. Then `preprocess`.
    - A path to a `.npy` file with one sample, with a batch of them, or with H×W values for H×W×1.
      Its numbers are taken as they are.
    - `random:SEED`: values of a normal distribution with mean 0 and deviation 1.

    Args:
        text: One of these.
        shape: What the network takes, without the batch, channels last.
        dtype: float32 or float64.
        preprocess: For images x from 0 to 255: `scale` x/255; `imagenet` (x/255 - mean) / std per
            colour; `caffe` the order BGR, less a mean per colour; `none` nothing.

    Shapes:
        → N×H×W×C, with N = 1 but for a batch in a file

    Raises:
        UsageError: It cannot be read, has another shape, or holds NaN or infinity.

    Reference:
        keras.applications.imagenet_utils.preprocess_input; torchvision, the transforms of its
        ImageNet weights.
    """
    to = float_dtype(dtype)
    if preprocess not in PREPROCESS:
        raise UsageError(f"preprocess is one of {', '.join(PREPROCESS)}, not {quoted(preprocess)}")
    if prod(shape) * to.itemsize > _MOST_BYTES:
        raise UsageError(f"an input of {format_shape(shape)} is larger than {_MOST_BYTES} bytes")
    if text.startswith("random:"):
        return _random(text, shape, to)
    where = printable(text)
    with reading(text) as raw, io.BufferedReader(raw) as file:
        start = file.read(len(MAGIC))
        file.seek(0)
        if start == MAGIC:
            return _array(file, where, shape, to)
        return _image(file, where, shape, preprocess)[np.newaxis].astype(to)


def _random(text: str, shape: Sizes, to: Dtype) -> Array:
    seed = _RANDOM.fullmatch(text)
    if not seed:
        raise UsageError(f"random: takes a whole number, as in random:0, not {quoted(text[7:])}")
    values = np.random.Generator(np.random.PCG64(int(seed[1]))).standard_normal((1, *shape))
    return values.astype(to, copy=False)


def _array(file: IO[bytes], where: str, shape: Sizes, to: Dtype) -> Array:
    header = read_header(file, where, "fiu")
    given = header.form.shape
    if given in (shape, shape[:-1] if shape[-1] == 1 else shape):
        batch = (1, *shape)
    elif given[1:] == shape and given[0]:
        batch = given
    else:
        needed = format_shape(shape)
        message = f"{where} has the shape {format_shape(given) or '()'}; the network takes {needed}"
        raise UsageError(f"{message}, or N×{needed} for a batch of N")
    if header.form.size_bytes > _MOST_BYTES:
        raise UsageError(f"{where} holds more than {_MOST_BYTES} bytes; give a smaller batch")
    values = read_values(file, header, where).reshape(batch)
    with np.errstate(over="ignore"):
        converted = values.astype(to, copy=False)
    if not np.isfinite(converted).all():
        place = np.argwhere(~np.isfinite(converted.reshape(given)))[0].tolist()
        value = values.reshape(given)[tuple(place)]
        limit = f", too large for {to}" if np.isfinite(value) else "; a finite number is needed"
        raise UsageError(f"{where} holds {value:g} at {place}{limit}")
    return converted


def _image(file: IO[bytes], where: str, shape: Sizes, preprocess: str) -> Array:
    """The values of an image after `preprocess`, H×W×C, in float64."""
    mode = _MODES.get(shape[-1])
    if len(shape) != 3 or mode is None:
        taken = f"the network takes {format_shape(shape)}, which is no image's shape"
        raise UsageError(f"{where} is no .npy array; {taken}; give one, or random:0")
    height, width, channels = shape
    if height * width > _MOST_PIXELS:
        raise UsageError(f"{where} would be resized to {height}×{width}; {_MOST_PIXELS} at most")
    if preprocess in ("imagenet", "caffe") and channels != 3:
        raise UsageError(f"preprocess {preprocess} is for 3 channels, not {channels}; use scale")
    pillow = _pillow()
    with _explained(where, pillow):
        with pillow.open(file, formats=_FORMATS) as opened:
            _check_pixels(where, *opened.size)
            _check_mode(where, opened.mode)
            from PIL import ImageOps

            image = ImageOps.exif_transpose(opened).convert(mode)
        image = image.resize((width, height), pillow.Resampling.BILINEAR)
    values = np.asarray(image, np.float64).reshape(shape)
    return _preprocessed(values, preprocess)


def _preprocessed(values: Array, preprocess: str) -> Array:
    match preprocess:
        case "scale":
            return values / 255
        case "imagenet":
            return (values / 255 - _MEAN) / _DEVIATION
        case "caffe":
            return values[..., ::-1] - _CAFFE_MEAN
        case _:
            return values


def image_grid(maps: Array, columns: int) -> Array:
    """Feature maps side by side, in shades of grey, with white lines of one pixel between them.

    Each map is scaled to its own range: its smallest value is black, its largest white. One whose
    values are all the same is black, and so are NaN and infinities.

    Args:
        maps: One map per channel.
        columns: Maps in a row.

    Shapes:
        H×W×C → (rows·(H + 1) - 1)×(columns·(W + 1) - 1), of bytes

    Raises:
        UsageError: There are no such maps or columns, or too many pixels would come out.
    """
    if maps.ndim != 3 or not maps.size:
        raise UsageError(
            f"a grid shows maps of H×W×C, not {format_shape(maps.shape) or 'a number'}"
        )
    return _grid(np.moveaxis(maps, -1, 0)[..., np.newaxis], columns)[..., 0]


def filter_grid(kernel: Array, columns: int) -> Array:
    """The filters of a layer that sees an image, as `image_grid` shows maps.

    Filters over three channels come out in colour, with one range for all three.

    Args:
        kernel: The kernel, with 1 or 3 channels in.
        columns: Filters in a row.

    Shapes:
        F×F×1×N → a grey grid; F×F×3×N → an RGB grid

    Raises:
        UsageError: The kernel has other channels or axes, or the columns are as in `image_grid`.
    """
    if kernel.ndim != 4 or kernel.shape[2] not in (1, 3) or not kernel.size:
        shape = format_shape(kernel.shape) or "a number"
        raise UsageError(f"filters that see 1 or 3 channels can be shown (F×F×3×N), not {shape}")
    grid = _grid(np.moveaxis(kernel, -1, 0), columns)
    return grid if kernel.shape[2] == 3 else grid[..., 0]


def _grid(tiles: Array, columns: int) -> Array:
    """Tiles N×H×W×C side by side."""
    count, height, width, channels = tiles.shape
    if columns < 1:
        raise UsageError(f"a grid needs at least 1 column, not {columns}")
    columns = min(columns, count)
    rows = -(-count // columns)
    n_pixels = rows * (height + 1) * columns * (width + 1)
    if n_pixels > _MOST_PIXELS:
        raise UsageError(f"the grid would have {n_pixels} pixels; {_MOST_PIXELS} at most")
    grid = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1, channels), 255, np.uint8)
    for index, tile in enumerate(tiles):
        row, column = divmod(index, columns)
        top, left = row * (height + 1), column * (width + 1)
        grid[top : top + height, left : left + width] = _shades(tile)
    return grid


def _shades(tile: Array) -> Array:
    """A tile as bytes, scaled to its own range."""
    values = np.where(np.isfinite(tile), tile, np.nan).astype(np.float64)
    if np.isnan(values).all():
        return np.zeros(tile.shape, np.uint8)
    low, high = np.nanmin(values), np.nanmax(values)
    if low == high:
        return np.zeros(tile.shape, np.uint8)
    with np.errstate(over="ignore", invalid="ignore"):  # a range beyond float64 comes out black
        values = (values - low) / (high - low) * 255
    return np.nan_to_num(values, nan=0.0).round().astype(np.uint8)


def save_image(path: str | Path, array: Array, *, force: bool = False) -> None:
    """Write bytes as a PNG: H×W in grey, H×W×3 in colour.

    Args:
        path: The file, which must end in `.png`.
        array: Bytes (uint8).
        force: Whether a file that is there may be replaced.

    Raises:
        UsageError: The ending is another, Pillow is missing, or the file exists already or cannot
            be written.
    """
    if Path(path).suffix.lower() != ".png":
        raise UsageError(f"{printable(str(path))} must end in .png, which is what is written")
    image = _pillow().fromarray(array)
    with replacing(path, force=force) as file:
        image.save(file, format="PNG")


def _pillow() -> Any:
    """Pillow's module for images, if it is installed.

    Raises:
        UsageError: It is not.
    """
    try:
        from PIL import Image
    except ImportError:
        message = "images are read and written with Pillow, which is not installed"
        raise UsageError(f"{message}; pip install 'cnncalc[images]'") from None
    return Image


def _check_pixels(where: str, width: int, height: int) -> None:
    if width * height > _MOST_PIXELS:
        raise UsageError(f"{where} has {width}×{height} pixels; {_MOST_PIXELS} at most are read")


def _check_mode(where: str, mode: str) -> None:
    if mode.startswith(("I", "F")):
        remedy = "save it with 8, or give its values as a .npy file"
        raise UsageError(f"{where} has more than 8 bits per channel; {remedy}")


@contextmanager
def _explained(where: str, pillow: Any) -> Iterator[None]:
    """Turn what Pillow raises for broken and oversized files into one clear line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of oddities in files, and of sizes that we check
            yield
    except UsageError:
        raise
    except pillow.DecompressionBombError:
        raise UsageError(f"{where} has more than {_MOST_PIXELS} pixels, the most allowed") from None
    except pillow.UnidentifiedImageError:
        raise UsageError(
            f"{where} is no image that can be read ({', '.join(_FORMATS)}), and no .npy array"
        ) from None
    except Exception as error:  # plugins raise all sorts of things for broken files
        reason = printable(" ".join(str(error).split())[:100]) or type(error).__name__
        raise UsageError(f"{where} cannot be read as an image ({reason})") from None

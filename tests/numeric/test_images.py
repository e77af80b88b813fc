"""What a network is fed with, and pictures of what is inside it."""

from __future__ import annotations

import io
import os
import struct
import sys
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cnncalc import UsageError
from cnncalc.numeric.images import PREPROCESS, filter_grid, image_grid, read_input, save_image
from cnncalc.numeric.weights.lazy import Array

COLOURS = np.random.default_rng(0).integers(0, 256, (6, 5, 3), np.uint8)


def picture(folder: Path, array: Array = COLOURS, name: str = "p.png", **options: Any) -> str:
    path = folder / name
    Image.fromarray(array).save(path, **options)
    return str(path)


def stored(folder: Path, array: Array, name: str = "x.npy") -> str:
    path = folder / name
    np.save(path, array)
    return str(path)


def refusal(text: str, shape: tuple[int, ...] = (6, 5, 3), preprocess: str = "scale") -> str:
    with pytest.raises(UsageError) as error:
        read_input(text, shape, "float32", preprocess)
    message = str(error.value)
    assert message.isprintable()
    assert len(message) < 400
    return message


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_image_of_the_right_size_is_taken_as_it_is(tmp_path: Path, dtype: str) -> None:
    values = read_input(picture(tmp_path), (6, 5, 3), dtype, "none")
    assert values.shape == (1, 6, 5, 3)
    assert values.dtype == np.dtype(dtype)
    assert values.flags.c_contiguous
    assert np.array_equal(values[0], COLOURS)


def test_preprocessing_is_that_of_the_frameworks(tmp_path: Path) -> None:
    path, x = picture(tmp_path), COLOURS.astype(np.float64)
    expected = {
        "scale": x / 255,
        "imagenet": (x / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225],
        "caffe": np.stack([x[..., 2] - 103.939, x[..., 1] - 116.779, x[..., 0] - 123.68], -1),
        "none": x,
    }
    assert set(expected) == set(PREPROCESS)
    for name, values in expected.items():
        read = read_input(path, (6, 5, 3), "float64", name)
        assert read.flags.c_contiguous
        assert np.allclose(read[0], values, rtol=1e-14)


@pytest.mark.oracle
@pytest.mark.parametrize(("ours", "theirs"), [("imagenet", "torch"), ("caffe", "caffe")])
def test_preprocessing_agrees_with_keras(tmp_path: Path, ours: str, theirs: str) -> None:
    keras: Any = pytest.importorskip("keras")
    preprocess = keras.applications.imagenet_utils.preprocess_input
    expected = preprocess(COLOURS.astype(np.float32), data_format="channels_last", mode=theirs)
    read = read_input(picture(tmp_path), (6, 5, 3), "float32", ours)
    assert np.allclose(read[0], expected, rtol=1e-5, atol=1e-5)


def test_channels_become_those_of_the_network(tmp_path: Path) -> None:
    colours = picture(tmp_path)
    grey = read_input(colours, (6, 5, 1), "float64", "none")[0, ..., 0]
    assert np.abs(grey - COLOURS @ [0.299, 0.587, 0.114]).max() <= 1
    assert (read_input(colours, (6, 5, 4), "float64", "none")[0, ..., 3] == 255).all()
    from_grey = picture(tmp_path, COLOURS[..., 0], "grey.png")
    three = read_input(from_grey, (6, 5, 3), "float64", "none")[0]
    assert np.array_equal(three, np.repeat(COLOURS[..., :1], 3, -1))
    palette = Image.fromarray(COLOURS).quantize(256)
    palette.save(tmp_path / "palette.gif")
    read = read_input(str(tmp_path / "palette.gif"), (6, 5, 3), "float64", "none")[0]
    assert np.array_equal(read, np.asarray(palette.convert("RGB")))


def test_another_size_is_resized_linearly_and_stretched(tmp_path: Path) -> None:
    ramp = np.repeat(np.arange(0, 256, 17, dtype=np.uint8)[:, None], 8, 1)  # 16×8
    half = read_input(picture(tmp_path, ramp), (8, 8, 1), "float64", "none")[0, ..., 0]
    pairs = ramp.reshape(8, 2, 8).mean(1)
    assert np.abs(half[1:-1] - pairs[1:-1]).max() <= 0.5
    assert read_input(picture(tmp_path, ramp), (40, 3, 1), "float32").shape == (1, 40, 3, 1)


def test_an_image_is_turned_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by 90°
    path = picture(tmp_path, name="turned.png", exif=exif)
    read = read_input(path, (5, 6, 3), "float64", "none")[0]
    assert np.array_equal(read, np.rot90(COLOURS, -1))


def test_the_content_and_not_the_name_says_what_a_file_is(tmp_path: Path) -> None:
    Path(picture(tmp_path)).rename(tmp_path / "p.npy")
    assert read_input(str(tmp_path / "p.npy"), (6, 5, 3), "float32").shape == (1, 6, 5, 3)
    np.save(tmp_path / "x.npy", COLOURS)
    (tmp_path / "x.npy").rename(tmp_path / "x.png")
    assert np.array_equal(read_input(str(tmp_path / "x.png"), (6, 5, 3), "float32")[0], COLOURS)


@pytest.mark.parametrize(
    ("given", "shape", "batch"),
    [
        ((6, 5, 3), (6, 5, 3), 1),
        ((1, 6, 5, 3), (6, 5, 3), 1),
        ((4, 6, 5, 3), (6, 5, 3), 4),
        ((6, 5), (6, 5, 1), 1),
        ((6, 5, 1), (6, 5, 1), 1),
        ((7,), (7,), 1),
        ((3, 7), (7,), 3),
        ((7,), (7, 1), 1),
        ((2, 3, 4, 5, 6), (3, 4, 5, 6), 2),
    ],
)
@pytest.mark.parametrize("stored_as", ["<f4", ">f8", "<f2", "|u1", "<i4"])
def test_arrays_are_one_sample_or_a_batch(
    tmp_path: Path, given: tuple[int, ...], shape: tuple[int, ...], batch: int, stored_as: str
) -> None:
    values = np.arange(np.prod(given)).reshape(given).astype(stored_as)
    for array in (values, np.asfortranarray(values)):
        read = read_input(stored(tmp_path, array), shape, "float32", "imagenet")
        assert read.shape == (batch, *shape)
        assert read.dtype == np.float32
        assert read.flags.c_contiguous
        assert np.array_equal(read.reshape(given), values)


@pytest.mark.parametrize(
    ("given", "shape"),
    [((5, 6, 3), (6, 5, 3)), ((6, 5), (6, 5, 3)), ((0, 6, 5, 3), (6, 5, 3)), ((), (3,)),
     ((1, 1, 6, 5, 3), (6, 5, 3)), ((3, 6, 5), (6, 5, 1))],
)  # fmt: skip
def test_an_array_of_another_shape_is_refused(
    tmp_path: Path, given: tuple[int, ...], shape: tuple[int, ...]
) -> None:
    message = refusal(stored(tmp_path, np.zeros(given)), shape)
    sizes = ["×".join(map(str, sizes)) or "()" for sizes in (given, shape)]
    assert f"has the shape {sizes[0]}; the network takes {sizes[1]}, or N×{sizes[1]}" in message


@pytest.mark.parametrize(("value", "text"), [(np.nan, "nan"), (np.inf, "inf"), (-np.inf, "-inf")])
def test_what_is_not_finite_is_refused_with_its_place(
    tmp_path: Path, value: float, text: str
) -> None:
    array = np.zeros((6, 5, 3))
    array[0, 3, 1] = value
    message = refusal(stored(tmp_path, array, "input.npy"))
    assert message.endswith(f"input.npy holds {text} at [0, 3, 1]; a finite number is needed")


def test_what_a_type_cannot_hold_is_refused(tmp_path: Path) -> None:
    path = stored(tmp_path, np.full(3, 1e60))
    assert "holds 1e+60 at [0], too large for float32" in refusal(path, (3,))
    assert read_input(path, (3,), "float64")[0, 0] == 1e60


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array([{}], dtype=object), "holds Python objects, which are never loaded"),
        (np.zeros(3, complex), "holds '<c16'; floats or integers are needed"),
        (np.zeros(3, bool), "holds '|b1'; floats or integers are needed"),
        (np.zeros(3, "U4"), "holds '<U4'; floats or integers are needed"),
        (np.zeros(3, [("a", "f4")]), "is an array of records"),
    ],
)
def test_arrays_that_hold_no_numbers(tmp_path: Path, array: Array, message: str) -> None:
    assert message in refusal(stored(tmp_path, array), (3,))


def test_an_array_that_is_cut_off(tmp_path: Path) -> None:
    path = Path(stored(tmp_path, np.ones((6, 5, 3))))
    whole = path.read_bytes()
    for length in (*range(0, 128, 5), 128, 500, len(whole) - 1):
        path.write_bytes(whole[:length])
        refusal(str(path))
    assert "is cut off: 719 of 720 bytes are there" in refusal(str(path))


def test_an_array_that_claims_a_huge_batch_is_not_read(tmp_path: Path) -> None:
    text = "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999, 3), }"
    path = tmp_path / "x.npy"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode())
    assert "holds more than 4294967296 bytes; give a smaller batch" in refusal(str(path), (3,))


def test_random_numbers_are_normal_and_repeatable() -> None:
    shape = (40, 50, 3)
    values = read_input("random:7", shape, "float64")
    assert values.shape == (1, *shape)
    assert abs(values.mean()) < 0.05
    assert values.std() == pytest.approx(1, abs=0.05)
    assert np.array_equal(values, read_input("random:7", shape, "float64", "caffe"))
    assert np.array_equal(values.astype(np.float32), read_input("random:7", shape, "float32"))
    assert not np.array_equal(values, read_input("random:8", shape, "float64"))


@pytest.mark.parametrize("seed", ["", "x", "-1", "1.5", "1" * 19, " 1", "\u0661", "\x1b[2J"])
def test_random_takes_a_whole_number(seed: str) -> None:
    assert "random: takes a whole number, as in random:0, not '" in refusal(f"random:{seed}")


def test_other_arguments_that_cannot_be_used(tmp_path: Path) -> None:
    path = picture(tmp_path)
    assert "preprocess is one of scale, imagenet, caffe, none, not 'vgg'" in refusal(
        path, preprocess="vgg"
    )
    assert "preprocess caffe is for 3 channels, not 1" in refusal(path, (6, 5, 1), "caffe")
    assert "preprocess imagenet is for 3 channels, not 4" in refusal(path, (6, 5, 4), "imagenet")
    for shape in ((6, 5, 2), (10,), (4, 6, 5, 3)):
        assert "which is no image's shape; give one, or random:0" in refusal(path, shape)
    assert "would be resized to 9000×9000" in refusal(path, (9000, 9000, 1))
    assert "an input of 1000000×1000000×3 is larger than" in refusal(path, (10**6, 10**6, 3))
    with pytest.raises(UsageError, match="float32 or float64, not 'uint8'"):
        read_input(path, (6, 5, 3), "uint8")
    assert "there is no such file" in refusal(str(tmp_path / "none.png"))
    assert "there is no such file" in refusal(str(tmp_path / "\x1b[2J.png"))
    assert "this is a directory" in refusal(str(tmp_path))


def test_an_image_of_more_than_8_bits_is_refused(tmp_path: Path) -> None:
    deep = picture(tmp_path, np.full((6, 5), 40_000, np.uint16))
    assert "has more than 8 bits per channel; save it with 8, or give" in refusal(deep, (6, 5, 1))
    floats = picture(tmp_path, np.zeros((6, 5), np.float32), "p.tiff")
    assert "has more than 8 bits per channel" in refusal(floats, (6, 5, 1))


@pytest.mark.parametrize("ending", ["png", "jpg", "gif", "bmp", "webp", "tiff", "ppm"])
def test_images_cut_off_anywhere(tmp_path: Path, ending: str) -> None:
    path = Path(picture(tmp_path, name=f"p.{ending}"))
    assert read_input(str(path), (6, 5, 3), "float32").shape == (1, 6, 5, 3)
    whole = path.read_bytes()
    for length in {*range(0, len(whole) // 2, 7), 0, 1, 10, len(whole) // 2}:
        path.write_bytes(whole[:length])
        refusal(str(path))


@pytest.mark.parametrize("ending", ["png", "jpg", "gif", "bmp", "webp", "tiff", "ppm"])
@given(data=st.data())
def test_whatever_the_bytes_an_array_comes_out_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, ending: str, data: st.DataObject
) -> None:
    path = Path(picture(tmp_path_factory.mktemp("images"), name=f"p.{ending}"))
    content = bytearray(path.read_bytes())
    places = st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255))
    for place, value in data.draw(st.lists(places, min_size=1, max_size=4)):
        content[place] = value
    path.write_bytes(content)
    try:
        outcome = str(read_input(str(path), (6, 5, 3), "float32").shape)
    except UsageError as error:
        outcome = str(error)
    assert outcome.isprintable()


def chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


@pytest.mark.parametrize("side", [8193, 12_000, 50_000, 2**31 - 1])
def test_a_decompression_bomb_is_refused_by_its_header(tmp_path: Path, side: int) -> None:
    path = tmp_path / "bomb.png"
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(bytes(2**20)))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + rows + chunk(b"IEND", b""))
    tracemalloc.start()
    try:
        message = refusal(str(path))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    expected = "more than 67108864 pixels" if side > 13_376 else "67108864 at most are read"
    assert expected in message
    assert peak < 10 * 2**20


def test_what_is_no_image(tmp_path: Path) -> None:
    path = tmp_path / "p.png"
    for content in (b"", b"hello", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", bytes(99)):
        path.write_bytes(content)
        assert "is no image that can be read (BMP, GIF, JPEG, PNG, PPM" in refusal(str(path))


def test_without_pillow_the_message_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = picture(tmp_path)
    monkeypatch.setitem(sys.modules, "PIL", None)
    expected = "images are read and written with Pillow, which is not installed; pip install"
    assert refusal(path).startswith(f"{expected} 'cnncalc[images]'")
    with pytest.raises(UsageError, match="Pillow, which is not installed"):
        save_image(tmp_path / "q.png", COLOURS)
    assert read_input("random:1", (3,), "float32").shape == (1, 3)


def test_maps_are_laid_out_in_rows_each_with_its_own_range() -> None:
    maps = np.zeros((2, 3, 5), np.float32)
    maps[..., 0] = [[0, 1, 2], [3, 4, 5]]
    maps[..., 1] = [[-1, -1, -1], [1, 1, 0]]
    maps[..., 2] = 7
    maps[..., 3] = [[np.nan, 0, 1], [np.inf, 0, 1]]
    maps[..., 4] = np.nan
    expected = [
        [0, 51, 102, 255, 0, 0, 0],
        [153, 204, 255, 255, 255, 255, 128],
        [255] * 7,
        [0, 0, 0, 255, 0, 0, 255],
        [0, 0, 0, 255, 0, 0, 255],
        [255] * 7,
        [0, 0, 0, 255, 255, 255, 255],
        [0, 0, 0, 255, 255, 255, 255],
    ]
    grid = image_grid(maps, 2)
    assert grid.dtype == np.uint8
    assert grid.tolist() == expected
    assert image_grid(maps[..., :1], 9).tolist() == [[0, 51, 102], [153, 204, 255]]
    assert image_grid(maps, 5).shape == (2, 5 * 4 - 1)


def test_filters_over_three_channels_come_out_in_colour() -> None:
    kernel = np.zeros((1, 2, 3, 2))
    kernel[0, :, :, 0] = [[-1, 0, 1], [1, 1, 1]]
    grid = filter_grid(kernel, 2)
    assert grid.shape == (1, 5, 3)
    assert grid[0, :2].tolist() == [[0, 128, 255], [255, 255, 255]]
    assert grid[0, 3:].tolist() == [[0] * 3] * 2
    assert filter_grid(np.ones((5, 5, 1, 6)), 3).shape == (11, 17)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: image_grid(np.zeros((2, 3)), 1), "a grid shows maps of H×W×C, not 2×3"),
        (lambda: image_grid(np.zeros((2, 3, 0)), 1), "a grid shows maps of H×W×C, not 2×3×0"),
        (lambda: image_grid(np.zeros((2, 3, 1)), 0), "a grid needs at least 1 column, not 0"),
        (lambda: image_grid(np.zeros((999, 999, 70)), 7), "the grid would have 70000000 pixels"),
        (lambda: filter_grid(np.zeros((3, 3, 64, 2)), 1), "see 1 or 3 channels .*, not 3×3×64×2"),
        (lambda: filter_grid(np.zeros((3, 3)), 1), "not 3×3"),
    ],
)
def test_grids_that_cannot_be_drawn(call: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()


@pytest.mark.parametrize("array", [COLOURS, COLOURS[..., 0]])
def test_images_are_saved_as_they_are(tmp_path: Path, array: Array) -> None:
    path = tmp_path / "grid.png"
    save_image(path, np.ascontiguousarray(array))
    assert path.read_bytes().startswith(b"\x89PNG")
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(path.read_bytes()))), array)
    with pytest.raises(UsageError, match="exists already"):
        save_image(path, array)
    save_image(path, array[::-1], force=True)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(path.read_bytes()))), array[::-1])
    with pytest.raises(UsageError, match=r"must end in \.png"):
        save_image(tmp_path / "grid.jpg", array)
    assert os.listdir(tmp_path) == ["grid.png"]

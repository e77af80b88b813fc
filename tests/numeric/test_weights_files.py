"""Weights to a file and back."""

from __future__ import annotations

import io
import json
import os
import stat
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies

from cnncalc import UsageError
from cnncalc.numeric.weights import initial, load_weights, matched, save_weights, scrambled
from cnncalc.numeric.weights.lazy import Array, Form, LazyArrays
from cnncalc.source.writing import replacing
from tests.helpers import zoo_facts

ENDINGS = (".npz", ".safetensors")
FLOATS = (np.float16, np.float32, np.float64)


def names() -> st.SearchStrategy[str]:
    printable = st.characters(exclude_categories=("C", "Z"))
    return st.text(printable, min_size=1, max_size=20).filter(str.isprintable)


def arrays() -> st.SearchStrategy[dict[str, Array]]:
    """Arrays of every float, of 0 to 5 axes, some empty, with every bit pattern there is."""
    shapes = numpy_strategies.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=4)
    dtypes = st.sampled_from(FLOATS)
    array = numpy_strategies.arrays(dtypes, shapes)
    return st.dictionaries(names(), array, max_size=6)


def same_bits(one: Array, other: Array) -> bool:
    return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())


@pytest.mark.parametrize("ending", ENDINGS)
@given(weights=arrays())
def test_what_is_saved_comes_back_bit_by_bit(
    tmp_path_factory: pytest.TempPathFactory, ending: str, weights: dict[str, Array]
) -> None:
    path = tmp_path_factory.mktemp("weights") / f"w{ending}"
    save_weights(path, weights)
    loaded = load_weights(path)
    assert set(loaded) == set(weights)
    for name, array in weights.items():
        assert same_bits(loaded[name], array)
        assert (loaded.forms[name].shape, loaded.forms[name].dtype) == (array.shape, array.dtype)


@pytest.mark.parametrize("ending", ENDINGS)
@given(weights=arrays())
def test_others_read_what_we_write_and_we_what_they_write(
    tmp_path_factory: pytest.TempPathFactory, ending: str, weights: dict[str, Array]
) -> None:
    folder = tmp_path_factory.mktemp("weights")
    ours, theirs = folder / f"ours{ending}", folder / f"theirs{ending}"
    save_weights(ours, weights)
    if ending == ".npz":
        with np.load(ours, allow_pickle=False) as archive:
            read = dict(archive)
        with zipfile.ZipFile(theirs, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, array in weights.items():
                content = io.BytesIO()
                np.save(content, array)
                packed.writestr(f"{name}.npy", content.getvalue())
    else:
        read = safetensors.numpy.load_file(ours)
        safetensors.numpy.save_file({name: array.copy() for name, array in weights.items()}, theirs)
    loaded = load_weights(theirs)
    assert set(read) == set(loaded) == set(weights)
    for name, array in weights.items():
        assert same_bits(read[name], array)
        assert same_bits(loaded[name], array)


def test_numpys_own_writers_are_read(tmp_path: Path) -> None:
    weights: dict[str, Any] = {"a.kernel": np.arange(6.0).reshape(2, 3), "b": np.float32(7)}
    for number, save in enumerate((np.savez, np.savez_compressed)):
        path = tmp_path / f"{number}.npz"
        save(path, **weights)
        loaded = load_weights(path)
        assert list(loaded) == ["a.kernel", "b"]
        assert np.array_equal(loaded["a.kernel"], weights["a.kernel"])
        assert loaded["b"].shape == ()


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
@pytest.mark.parametrize("stored", ["<f8", ">f8", ">f4", "<f2"])
def test_every_order_of_bytes_and_axes_is_read(
    tmp_path: Path, stored: str, version: tuple[int, int]
) -> None:
    array = np.asfortranarray(np.arange(24).reshape(2, 3, 4).astype(stored))
    content = io.BytesIO()
    np.lib.format.write_array(content, array, version)
    path = tmp_path / "w.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", content.getvalue())
    loaded = load_weights(path)["x"]
    assert loaded.flags.c_contiguous
    assert loaded.dtype.isnative
    assert np.array_equal(loaded, array)


def test_a_bfloat16_becomes_the_float32_of_the_same_value(tmp_path: Path) -> None:
    torch: Any = pytest.importorskip("torch")
    saver: Any = pytest.importorskip("safetensors.torch")
    values = torch.tensor([1.0, -2.5, 3.14159, 1e-40, 65280.0, float("inf")], dtype=torch.bfloat16)
    path = tmp_path / "w.safetensors"
    saver.save_file({"x": values.reshape(2, 3), "y": torch.ones(3)}, path)
    loaded = load_weights(path)
    assert loaded.forms["x"].dtype == np.float32
    assert np.array_equal(loaded["x"], values.float().reshape(2, 3).numpy())


def test_metadata_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    safetensors.numpy.save_file({"x": np.ones(2)}, path, metadata={"format": "pt"})
    assert list(load_weights(path)) == ["x"]


def test_the_content_says_what_a_file_is(tmp_path: Path) -> None:
    for ending, other in zip(ENDINGS, reversed(ENDINGS), strict=True):
        path = tmp_path / f"w{ending}"
        save_weights(path, {"x": np.ones(3)})
        path.rename(tmp_path / f"v{other}")
        assert load_weights(tmp_path / f"v{other}")["x"].tolist() == [1, 1, 1]


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_weights_give_the_same_file(tmp_path: Path, ending: str) -> None:
    weights = scrambled(zoo_facts("lenet5-modern"))
    for name in "ab":
        save_weights(tmp_path / (name + ending), weights)
    assert (tmp_path / f"a{ending}").read_bytes() == (tmp_path / f"b{ending}").read_bytes()
    if ending == ".npz":
        with zipfile.ZipFile(tmp_path / "a.npz") as archive:
            assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


@pytest.mark.parametrize("ending", ENDINGS)
def test_arrays_in_any_order_of_bytes_and_axes_are_saved(tmp_path: Path, ending: str) -> None:
    values = np.arange(24.0).reshape(2, 3, 4)
    weights = {"a": values.astype(">f8"), "b": np.asfortranarray(values), "c": values[::-1, :, 1]}
    path = tmp_path / f"w{ending}"
    save_weights(path, weights)
    loaded = load_weights(path)
    for name, array in weights.items():
        assert np.array_equal(loaded[name], array)
        assert loaded[name].dtype == np.dtype(np.float64)


def test_all_arrays_of_a_safetensors_are_aligned(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    save_weights(path, {"a": np.ones(3, np.float16), "b": np.ones(1), "c": np.ones(3, np.float32)})
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    assert length % 8 == 0
    for entry in json.loads(data[8 : 8 + length]).values():
        assert entry["data_offsets"][0] % {"F64": 8, "F32": 4, "F16": 2}[entry["dtype"]] == 0


@pytest.mark.parametrize("ending", ENDINGS)
def test_neither_saving_nor_loading_holds_more_than_one_array(tmp_path: Path, ending: str) -> None:
    facts = zoo_facts("alexnet-torchvision")  # 244 MB, 151 of them in one array
    path = tmp_path / f"w{ending}"
    tracemalloc.start()
    try:
        save_weights(path, initial(facts, kernel="ones"))
        _, saving = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        loaded = matched(load_weights(path), facts, "float32")
        _, opening = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        smallest = min(loaded, key=lambda name: loaded.forms[name].size_bytes)
        loaded[smallest]
        _, reading = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert saving < 160 * 10**6
    assert opening < 2 * 10**6
    assert reading < 3 * 10**6


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_may_be_replaced_while_it_is_being_read(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"w{ending}"
    save_weights(path, {"x": np.ones(3), "y": np.zeros(2)})
    loaded = load_weights(path)
    save_weights(path, {"x": loaded["x"] * 2, "y": loaded["y"]}, force=True)
    assert loaded["x"].tolist() == [1, 1, 1]
    assert load_weights(path)["x"].tolist() == [2, 2, 2]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_is_closed_when_its_arrays_are_gone(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"w{ending}"
    save_weights(path, {"x": np.ones(3)})
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else None
    if before is None:
        pytest.skip("no list of open files here")
    loaded = load_weights(path)
    assert len(os.listdir("/proc/self/fd")) == before + 1
    del loaded
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_file_that_is_there_is_kept_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    path.write_text("mine")
    with pytest.raises(UsageError, match="exists already; --force"):
        save_weights(path, {"x": np.ones(3)})
    assert path.read_text() == "mine"
    path.chmod(0o640)
    save_weights(path, {"x": np.ones(3)}, force=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert load_weights(path)["x"].tolist() == [1, 1, 1]
    assert os.listdir(tmp_path) == ["w.npz"]


def test_a_file_that_is_there_is_noticed_before_anything_is_read(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    path.write_text("mine")
    form = Form((3,), np.dtype(np.float64))
    weights = LazyArrays({"x": form}, lambda name: pytest.fail("read"))
    with pytest.raises(UsageError, match="exists already"):
        save_weights(path, weights)


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_goes_wrong_on_the_way_leaves_no_trace(tmp_path: Path, ending: str) -> None:
    def make(name: str) -> Array:
        if name == "second":
            raise UsageError("broken")
        return np.ones(3)

    form = Form((3,), np.dtype(np.float64))
    path = tmp_path / f"w{ending}"
    path.write_text("old")
    with pytest.raises(UsageError, match="broken"):
        save_weights(path, LazyArrays({"first": form, "second": form}, make), force=True)
    assert os.listdir(tmp_path) == [path.name]
    assert path.read_text() == "old"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "real.npz", tmp_path / "link.npz"
    target.write_text("old")
    link.symlink_to(target)
    save_weights(link, {"x": np.ones(3)}, force=True)
    assert link.is_symlink()
    assert load_weights(target)["x"].tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("path", "weights", "message"),
    [
        ("w.h5", {}, r"w\.h5 must end in \.npz or \.safetensors"),
        ("w", {}, "must end in"),
        ("no/such/folder/w.npz", {}, "cannot be written: No such file or directory"),
        ("w\0.npz", {}, "cannot be written"),
        ("w.npz", {"x": np.ones(3, int)}, "x is of type int64; only floats can be saved"),
        ("w.npz", {"x": [None]}, "x is of type object; only floats can be saved"),
        ("w.npz", {"a\0b": np.ones(3)}, r"an array called 'a\\x00b' cannot be saved"),
        ("w.npz", {"": np.ones(3)}, "an array called '' cannot be saved"),
        ("w.safetensors", {"__metadata__": np.ones(3)}, "can be called __metadata__"),
    ],
)
def test_what_cannot_be_saved(
    tmp_path: Path, path: str, weights: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message) as error:
        save_weights(f"{tmp_path}/{path}", weights)
    assert str(error.value).isprintable()
    assert os.listdir(tmp_path) == []


def test_a_device_is_not_replaced() -> None:
    if not os.path.exists("/dev/null"):
        pytest.skip("no devices here")
    with (
        pytest.raises(UsageError, match="is no regular file"),
        replacing("/dev/null", force=True),
    ):
        pass


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    for path, message in [
        (tmp_path / "none.npz", "there is no such file; check the path"),
        (tmp_path, "this is a directory; give the path of a file"),
        (Path("a\0b"), "this is not a possible path"),
        (tmp_path / "\x1b[2J", r"\\x1b\[2J: there is no such file"),
    ]:
        with pytest.raises(UsageError, match=message) as error:
            load_weights(path)
        assert str(error.value).isprintable()


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.npz"
    os.mkfifo(pipe)
    with pytest.raises(UsageError, match="this is no regular file"):
        load_weights(pipe)

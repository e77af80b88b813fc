"""Weight files from strangers: a clear line, soon, without much memory, and nothing is executed."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import tracemalloc
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnncalc import UsageError
from cnncalc.numeric.weights import load_weights, matched, save_weights
from tests.helpers import chain

LONGEST_MESSAGE = 400


@contextmanager
def at_most(size_bytes: int) -> Iterator[None]:
    """No more memory than this may be taken at any time."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < size_bytes


def refusal(path: Path, **options: Any) -> str:
    """The message with which a file is refused, when it is opened or when it is read."""
    with at_most(20 * 2**20), pytest.raises(UsageError) as error:
        dict(load_weights(path, **options))
    message = str(error.value)
    assert message.isprintable()
    assert len(message) - len(str(path)) < LONGEST_MESSAGE
    assert message.startswith(str(path))
    return message


def outcome(path: Path) -> str:
    """The message with which a file is refused, or the names of the arrays in it."""
    try:
        return repr(list(dict(load_weights(path))))
    except UsageError as error:
        return str(error)


def npy(text: str, data: bytes = b"", version: int = 1) -> bytes:
    """A `.npy` with a header of our own."""
    width = 2 if version == 1 else 4
    return (
        b"\x93NUMPY"
        + bytes([version, 0])
        + len(text).to_bytes(width, "little")
        + text.encode("latin-1")
        + data
    )


def header(shape: str = "(2,)", descr: str = "'<f4'", order: str = "False") -> str:
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n"


def archive(path: Path, members: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", packing) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return path


def tensors(path: Path, entries: object, data: bytes = b"", length: int | None = None) -> Path:
    """A `.safetensors` with a header of our own: text, or what JSON makes of anything else."""
    text = entries if isinstance(entries, str) else json.dumps(entries)
    encoded = text.encode("utf-8", "surrogatepass")
    size = len(encoded) if length is None else length
    path.write_bytes(size.to_bytes(8, "little") + encoded + data)
    return path


def entry(begin: int, end: int, shape: Any = None, dtype: Any = "F32") -> dict[str, Any]:
    sizes = [(end - begin) // 4] if shape is None else shape
    return {"dtype": dtype, "shape": sizes, "data_offsets": [begin, end]}


def small_file(folder: Path, ending: str) -> bytes:
    path = folder / f"small{ending}"
    save_weights(path, {"a": np.ones((2, 2), np.float32), "b": np.arange(3.0)}, force=True)
    return path.read_bytes()


@pytest.mark.parametrize("ending", [".npz", ".safetensors"])
def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path, ending: str) -> None:
    whole = small_file(tmp_path, ending)
    path = tmp_path / f"cut{ending}"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        refusal(path)


@pytest.mark.parametrize("kind", ["stored", "deflated", "safetensors"])
@pytest.mark.parametrize("value", [0x00, 0xFF])
def test_any_single_byte_may_be_wrong(tmp_path: Path, kind: str, value: int) -> None:
    if kind == "deflated":
        content = archive(tmp_path / "w", {"x.npy": npy(header(), bytes(8))}).read_bytes()
    else:
        content = small_file(tmp_path, ".npz" if kind == "stored" else ".safetensors")
    path = tmp_path / "changed"
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([value]) + content[place + 1 :])
        assert outcome(path).isprintable()


@pytest.mark.parametrize("ending", [".npz", ".safetensors"])
@given(data=st.data())
def test_whatever_the_bytes_arrays_come_out_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, ending: str, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("weights")
    content = bytearray(small_file(folder, ending))
    places = st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255))
    for place, value in data.draw(st.lists(places, min_size=1, max_size=4)):
        content[place] = value
    path = folder / f"changed{ending}"
    path.write_bytes(content)
    with at_most(20 * 2**20):
        assert outcome(path).isprintable()


@given(content=st.binary(max_size=200))
@example(content=b"PK\x05\x06" + bytes(18))
@example(content=b"PK")
@example(content=b"")
def test_whatever_bytes_there_are(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("weights") / "w.npz"
    path.write_bytes(content)
    assert outcome(path).isprintable()


class Bait:
    """Makes a file when it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (os.mkdir, (self.path,))


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    bait = np.array([Bait(str(trap))], dtype=object)
    path = tmp_path / "w.npz"
    np.savez(path, allow_pickle=True, x=bait)
    assert "x holds Python objects, which are never loaded" in refusal(path)
    content = io.BytesIO()
    np.save(content, bait, allow_pickle=True)
    disguised = content.getvalue().replace(b"'|O'", b"'<f8'", 1).replace(b"(1,)", b"(9,)", 1)
    archive(path, {"x.npy": disguised})
    refusal(path)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        path.write_bytes(pickle.dumps({"x": bait}, protocol))
        refusal(path)
    assert "a pickle, which is never loaded" in refusal(path)
    archive(path, {"archive/data.pkl": pickle.dumps(bait), "archive/version": b"3"})
    assert "holds archive/data.pkl, which is no .npy array" in refusal(path)
    assert not trap.exists()
    with np.load(tmp_path / "w.npz", allow_pickle=True) as loaded:  # the bait does bite
        pickle.loads(loaded.zip.read("archive/data.pkl"))
    assert trap.exists()


def test_headers_are_not_evaluated(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    for shape in (
        "(print('x'),)",
        "(2**9,)",
        "(1e3,)",
        "(True,)",
        "(((((2)))))",
        "[2]",
        "2",
        "(0x2,)",
    ):
        archive(path, {"x.npy": npy(header(shape), bytes(8))})
        refusal(path)
    archive(path, {"x.npy": npy("(" * 9000)})
    refusal(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "x is no .npy array"),
        (b"hello world", "x is no .npy array"),
        (npy(header(), bytes(8), version=9), "x has .npy version 9, which is not known"),
        (npy(" " * 10_001, version=2), "x has a header of 10001 bytes; 10000 are allowed"),
        (b"\x93NUMPY\x01\x00\x80\x00{", "x is cut off in its header"),
        (npy("{'descr': '<f4'}"), "x has a header that is not understood"),
        (npy(header() + header()), "x has a header that is not understood"),
        (npy(header(order="1")), "x has a header that is not understood"),
        (npy(header("(1,), 'shape': (2,)"), bytes(8)), "x has a header that is not understood"),
        (npy(header("(-2,)")), "x has the shape (-2,), which is none"),
        (npy(header("(2,,3)")), "x has the shape (2,,3), which is none"),
        (npy(header(f"({2**59},)")), "values by its header; 281474976710656 at most"),
        (npy(header(f"({2**60},)")), "which is none"),
        (npy(header(f"({2**31}, {2**31}, 0)")), "values by its header"),
        (npy(header(f"({'1, ' * 17})")), "which is none"),
        (npy(header("(4,)"), bytes(15)), "x has 83 bytes, but its shape needs 84"),
        (npy(header("()"), bytes(5)), "bytes, but its shape needs"),
        (npy(header(descr="'<i8'"), bytes(16)), "x holds '<i8'; floats of 16, 32 or 64 bits"),
        (npy(header(descr="'|b1'"), bytes(2)), "x holds '|b1'; floats"),
        (npy(header(descr="'<f1'"), bytes(2)), "x holds '<f1'; floats"),
        (npy(header(descr="'<c8'"), bytes(16)), "x holds '<c8'; floats"),
        (npy(header(descr="'<f16'"), bytes(32)), "x holds '<f16'; floats"),
        (npy(header(descr="'<U9'"), bytes(72)), "x holds '<U9'; floats"),
        (npy(header(descr="'<M8[ns]'"), bytes(16)), "x holds '<M8[ns]'; floats"),
        (npy(header(descr="[('a', '<f4')]"), bytes(8)), "x is an array of records"),
        (npy(header(descr="'|O'")), "x holds Python objects, which are never loaded"),
        (npy(header(descr="'\x1b[2J'")), "floats of 16, 32 or 64 bits are needed"),
    ],
)  # fmt: skip
def test_arrays_in_an_archive_that_are_none(tmp_path: Path, content: bytes, message: str) -> None:
    assert message in refusal(archive(tmp_path / "w.npz", {"x.npy": content}))


@pytest.mark.parametrize(
    "order",
    [
        "'descr': '<f4', 'shape': (1,), 'fortran_order': False",
        '"shape":(1,),"fortran_order":False,"descr":"<f4"',
        "'descr': '<f4', 'fortran_order': False, 'shape': (1L,),  ",
    ],
)
def test_headers_of_other_writers_are_understood(tmp_path: Path, order: str) -> None:
    path = archive(tmp_path / "w.npz", {"x.npy": npy(f"{{{order}}}  \n", b"\0\0\x80\x3f")})
    assert load_weights(path)["x"].tolist() == [1]


def test_members_that_are_no_arrays(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    sound = npy(header(), bytes(8))
    assert "holds notes.txt, which is no .npy array" in refusal(archive(path, {"notes.txt": b""}))
    assert "holds folder/, which is no" in refusal(archive(path, {"folder/": b""}))
    evil = "\x1b[31m\u202e.txt"
    assert r"holds '\x1b[31m\u202e.txt', which" in refusal(archive(path, {evil: b""}))
    for packing in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        assert "packed in a way NumPy never does" in refusal(
            archive(path, {"x.npy": sound}, packing)
        )
    with zipfile.ZipFile(path, "w") as packed, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        packed.writestr("x.npy", sound)
        packed.writestr("x.npy", sound)
    assert "holds x.npy twice" in refusal(path)
    content = bytearray(archive(path, {"x.npy": sound}).read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    path.write_bytes(content)
    assert "encrypted" in refusal(path)


def test_a_damaged_value_is_noticed(tmp_path: Path) -> None:
    whole = small_file(tmp_path, ".npz")
    path = tmp_path / "w.npz"
    path.write_bytes(whole.replace(np.float64(2).tobytes(), np.float64(3).tobytes()))
    assert "Bad CRC-32" in refusal(path)


def test_a_zip_bomb_stays_folded(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    count = 2**26
    zeros = npy(header(f"({count},)"), bytes(4 * count))
    archive(path, {"dense_1.kernel.npy": zeros, "dense_1.bias.npy": npy(header(), bytes(8))})
    assert path.stat().st_size < 10**6
    assert "unpacks to 268435464 bytes; 1000000 at most are read" in refusal(path, limit=10**6)
    with at_most(10**6), pytest.raises(UsageError, match="3×2 needed, 67108864 given"):
        matched(load_weights(path), chain("3", "dense: 2"), "float32")
    small = npy(header("(3, 2)"), bytes(4 * count))
    archive(path, {"x.npy": small})
    assert "its shape needs" in refusal(path)


def test_a_member_longer_than_its_entry_says_is_not_unpacked(tmp_path: Path) -> None:
    sound = npy(header("(3, 2)"), bytes(24))
    path = archive(tmp_path / "w.npz", {"x.npy": sound + bytes(10**8)})
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = content.index(signature) + offset
        content[place : place + 4] = len(sound).to_bytes(4, "little")
    path.write_bytes(content)
    refusal(path)


@pytest.mark.parametrize(
    ("name", "offset"),
    [(b"x.npy", 2**63 - 1), (b"x.npy", 2**64 - 1), (b"\xff\xfe.npy", 0)],
)
def test_a_directory_that_points_nowhere(tmp_path: Path, name: bytes, offset: int) -> None:
    content = npy(header(), bytes(8))
    sizes = (zlib.crc32(content), len(content), len(content), len(name))
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0x800, 0, 0, 33, *sizes, 0) + name + content
    extra = struct.pack("<HHQ", 1, 8, offset)
    places = (len(extra), 0, 0, 0, 0, 2**32 - 1)
    directory = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 45, 0x800, 0, 0, 33, *sizes, *places)
    directory += name + extra
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), len(local), 0)
    path = tmp_path / "w.npz"
    path.write_bytes(local + directory + end)
    assert "cannot be read (" in refusal(path)


def test_a_huge_directory_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    length = 400 * 2**20
    end = b"PK\x05\x06" + bytes(4) + b"\xff\xff\xff\xff" + length.to_bytes(4, "little") + bytes(6)
    with open(path, "wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(length)  # a hole, which takes no room
        file.seek(length)
        file.write(end)
    assert "its directory is too large" in refusal(path)


@pytest.mark.parametrize(
    ("entries", "data", "message"),
    [
        ("{", b"", "has a header that is no JSON ("),
        ('{"a": NaN}', b"", "has a header that is no JSON (NaN is not JSON)"),
        ('{"a": 1e999}', b"", "a needs a dtype, a shape and two data_offsets"),
        ('{"a":' * 100_000, b"", "has a header nested too deep to be one"),
        ('{"a":' + "[" * 100_000, b"", "has a header nested too deep to be one"),
        ('{"a":' + "1" * 10_000 + "}", b"", "has a header that is no JSON ("),
        ('{"a": {}, "a": {}}', b"", "is no JSON (it has a twice)"),
        ('{"a": {"dtype": "F32", "dtype": "F64"}}', b"", "is no JSON (it has dtype twice)"),
        ('{"\\u001b[2J": {}, "\\u001b[2J": {}}', b"", r"it has '\x1b[2J' twice"),
        ("{\ud800", b"", "has a header that is no JSON ("),
        ({"\ud800": 3}, b"", r"'\ud800' needs a dtype"),
        ({"a": 3}, b"", "a needs a dtype, a shape and two data_offsets, whole numbers from 0"),
        ({"a": [1]}, b"", "a needs a dtype"),
        ({"a": {**entry(0, 4), "more": 1}}, bytes(4), "a needs a dtype"),
        ({"a": entry(0, 4, [-1])}, bytes(4), "a needs a dtype"),
        ({"a": entry(0, 4, [1.0])}, bytes(4), "a needs a dtype"),
        ({"a": entry(0, 4, [True])}, bytes(4), "a needs a dtype"),
        ({"a": entry(0, 4, "1")}, bytes(4), "a needs a dtype"),
        ({"a": entry(0, 4, [1] * 17)}, bytes(4), "a needs a dtype"),
        ({"a": entry(0, 4, [2**60])}, bytes(4), "a needs a dtype"),
        ({"a": entry(0, 4, [2**40, 2**40])}, bytes(4), "a has 4 bytes, but its shape needs"),
        ({"a": entry(0, 4, dtype=4)}, bytes(4), "a needs a dtype"),
        ({"a": entry(0, 8, [1], "I64")}, bytes(8), "not of type F64, F32, F16 or BF16: a (I64)"),
        ({"a": entry(0, 1, [1], "BOOL")}, bytes(1), "a (BOOL)"),
        ({"a": entry(0, 1, [1], "F8_E4M3")}, bytes(1), "a (F8_E4M3)"),
        ({"a": entry(0, 1, [1], "\x1b[2J")}, bytes(1), r"a (\x1b[2J)"),
        ({"a": entry(0, 8, [1])}, bytes(8), "a has 8 bytes, but its shape needs 4"),
        ({"a": entry(8, 4, [])}, bytes(8), "a has -4 bytes, but its shape needs 4"),
        ({"a": entry(0, 8), "b": entry(4, 12)}, bytes(12), "a and b overlap"),
        ({"a": entry(0, 8), "b": entry(0, 8)}, bytes(8), "a and b overlap"),
        ({"a": entry(0, 4), "b": entry(8, 12)}, bytes(12), "a and b have a hole between them"),
        ({"a": entry(4, 8)}, bytes(8), "the data begins with bytes that belong to no array"),
        ({"a": entry(0, 8)}, bytes(4), "needs 8 bytes of data and has 4; get the file again"),
        ({"a": entry(0, 8)}, bytes(12), "needs 8 bytes of data and has 12"),
        ({}, bytes(4), "needs 0 bytes of data and has 4"),
    ],
)
def test_safetensors_that_are_none(
    tmp_path: Path, entries: object, data: bytes, message: str
) -> None:
    assert message in refusal(tensors(tmp_path / "w.safetensors", entries, data))


@pytest.mark.parametrize("length", [0, 1, 3, 100, 2**25 + 1, 2**40, 2**63, 2**64 - 1])
def test_a_header_that_is_longer_or_shorter_than_it_says(tmp_path: Path, length: int) -> None:
    entries = {"a": entry(0, 4)}
    path = tensors(tmp_path / "w.safetensors", entries, bytes(4), length=length)
    longer = length > path.stat().st_size - 8
    assert (f"says that its header has {length} bytes" in refusal(path)) == longer


def test_a_header_of_gigabytes_is_not_read(tmp_path: Path) -> None:
    path = tensors(tmp_path / "w.safetensors", "{", length=2**32)
    os.truncate(path, 2**33)  # a hole, which takes no room
    assert "33554432 at most are read" in refusal(path)


def test_more_than_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tensors(tmp_path / "w.safetensors", {"a": entry(0, 800)}, bytes(800))
    assert "holds 800 bytes; 799 at most are read" in refusal(path, limit=799)
    assert load_weights(path, limit=800)["a"].shape == (200,)


def test_a_million_duplicates_take_no_time(tmp_path: Path) -> None:
    names = "".join(f'"{number}":0,' for number in range(300_000))
    text = f'{{{names}"last":0,"last":0}}'
    path = tensors(tmp_path / "w.safetensors", text)
    with pytest.raises(UsageError, match="it has last twice"):
        load_weights(path)


def test_a_file_that_shrinks_while_it_is_open(tmp_path: Path) -> None:
    path = tensors(tmp_path / "w.safetensors", {"a": entry(0, 80_000)}, bytes(80_000))
    loaded = load_weights(path)
    os.truncate(path, 1000)
    with pytest.raises(UsageError, match="a is cut off: "):
        loaded["a"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x89HDF\r\n\x1a\n" + bytes(100), "is an HDF5 file; weights are read from .npz and"),
        (npy(header(), bytes(8)), "is a single array without a name"),
        (b"\x08\x07\x12\x07pytorch", "is no weight file; weights are read from .npz and"),
        (b"", "is no weight file"),
    ],
)
def test_other_files_are_told_apart(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "w.npz"
    path.write_bytes(content)
    assert message in refusal(path)

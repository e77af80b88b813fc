"""The reader of IDX files that the training examples use: what it reads, and what it refuses."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from cnncalc.errors import UsageError
from docs.examples import idx
from docs.examples.train_fashion import main, samples
from tests.docs.idx_files import VALUES, header, write_set


@pytest.mark.parametrize("name", ["a-ubyte", "a-ubyte.gz"])
def test_values_come_back(name: str, tmp_path: Path) -> None:
    data = header(2, 3, 4) + VALUES[:24].tobytes()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    found = idx.read_idx(idx.find(tmp_path, "a-ubyte"), n_axes=3)
    assert found.shape == (2, 3, 4)
    assert found.tobytes() == VALUES[:24].tobytes()


GOOD = header(2, 3, 4) + bytes(24)
BROKEN = [
    pytest.param(b"", "begins with nothing, but", id="empty"),
    pytest.param(b"PK\x03\x04" + GOOD, "begins with 50 4b 03 04", id="another format"),
    pytest.param(header(24) + bytes(24), "begins with 00 00 08 01", id="labels for images"),
    pytest.param(b"\0\0\x0d\x03" + GOOD[4:], "begins with 00 00 0d 03", id="floats"),
    pytest.param(GOOD[:9], "ends within its header", id="half a header"),
    pytest.param(GOOD[:-1], "has 23 bytes of values, but 2×3×4 need 24", id="short"),
    pytest.param(GOOD + b"\0", "has more bytes of values, but 2×3×4 need 24", id="long"),
    pytest.param(header(0, 3, 4), "has 0×3×4 bytes; from 1", id="none"),
    pytest.param(header(*[2**32 - 1] * 3), "; from 1 to 268,435,456 are read", id="huge"),
]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize(("data", "reason"), BROKEN)
def test_a_broken_file_is_one_clear_line(
    data: bytes, reason: str, packed: bool, tmp_path: Path
) -> None:
    path = tmp_path / ("a.gz" if packed else "a")
    path.write_bytes(gzip.compress(data) if packed else data)
    with pytest.raises(UsageError, match=reason) as caught:
        idx.read_idx(path, n_axes=3)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_broken_gzip(tmp_path: Path) -> None:
    whole = gzip.compress(header(500, 2, 2) + VALUES.tobytes())
    spoilt = whole[:10] + b"\xff" * 20 + whole[30:]
    for data in (b"not packed", whole[: len(whole) // 2], spoilt, whole[:-8] + bytes(8)):
        (tmp_path / "a.gz").write_bytes(data)
        with pytest.raises(UsageError, match=r"a\.gz (cannot be read|has)") as caught:
            idx.read_idx(tmp_path / "a.gz", n_axes=3)
        assert "\n" not in str(caught.value)


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idx, "MOST_BYTES", 1000)
    (tmp_path / "a.gz").write_bytes(gzip.compress(header(10, 10, 10) + bytes(10**8)))
    with pytest.raises(UsageError, match="more bytes of values"):
        idx.read_idx(tmp_path / "a.gz", n_axes=3)
    (tmp_path / "a.gz").write_bytes(gzip.compress(header(10, 10, 11) + bytes(1100)))
    with pytest.raises(UsageError, match="from 1 to 1,000 are read"):
        idx.read_idx(tmp_path / "a.gz", n_axes=3)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    with pytest.raises(UsageError, match="no regular file"):
        idx.read_idx(tmp_path / "a", n_axes=3)


def test_samples(tmp_path: Path) -> None:
    images, labels = write_set(tmp_path, "t10k", 12)
    found = samples(tmp_path, "t10k")
    assert found.images.shape == (12, 28, 28, 1)
    np.testing.assert_allclose(found.images[..., 0] * 255, images, rtol=1e-6)
    assert found.labels.tolist() == labels.tolist()


@pytest.mark.parametrize(
    ("file", "data", "reason"),
    [
        ("train-images-idx3-ubyte", None, "has no train-images-idx3-ubyte and no"),
        ("t10k-labels-idx1-ubyte.gz", header(11) + bytes(11), "has 12 images and 11 labels"),
        ("t10k-labels-idx1-ubyte.gz", header(12) + bytes([10] * 12), "has the label 10; they go"),
        ("train-images-idx3-ubyte", header(12, 2, 5) + bytes(120), "has images of 2×5 pixels"),
    ],
)
def test_another_data_set(file: str, data: bytes | None, reason: str, tmp_path: Path) -> None:
    write_set(tmp_path, "train", 12)
    write_set(tmp_path, "t10k", 12)
    if data is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_bytes(gzip.compress(data) if file.endswith("gz") else data)
    found = main([str(tmp_path), "--folder", str(tmp_path / "trained")])
    assert found is not None
    assert found.startswith(f"error: {tmp_path}")
    assert reason in found
    assert "\n" not in found
    assert not (tmp_path / "trained").exists()


@pytest.mark.parametrize("epochs", ["0", "-1", "x", "1.5"])
def test_epochs(epochs: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([str(tmp_path), "--epochs", epochs])
    assert caught.value.code == 2
    assert epochs in capsys.readouterr().err

"""What all exporters share: files, names, and what cannot be expressed at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

import cnncalc
from cnncalc import UsageError
from cnncalc.exporters.expressible import check_expressible
from cnncalc.exporters.naming import Names
from cnncalc.source.writing import write_file
from tests.helpers import chain


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_file(b"one", path)
    assert path.read_bytes() == b"one"
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~_mask()
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_file_that_is_there_is_kept_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o640)
    with pytest.raises(UsageError, match=r"exists already; --force"):
        write_file(b"new", path)
    assert path.read_bytes() == b"old"
    write_file(b"new", path, force=True)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_a_link_stays_one(tmp_path: Path) -> None:
    path, link = tmp_path / "file", tmp_path / "link"
    path.write_bytes(b"old")
    link.symlink_to(path)
    write_file(b"new", link, force=True)
    assert link.is_symlink()
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("place", ["missing/file", ".", "a\0b"])
def test_where_nothing_can_be_written(tmp_path: Path, place: str) -> None:
    with pytest.raises(UsageError, match="cannot be written: ") as caught:
        write_file(b"", f"{tmp_path}/{place}", force=True)
    assert str(caught.value).isprintable()
    assert not list(tmp_path.iterdir())


def test_a_failure_half_way_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(UsageError, match=r"cannot be written: No space left on device$"):
        write_file(b"new", path, force=True)
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_names_are_handed_out_once() -> None:
    names = Names()
    wanted = ["a", "a", "a_2", "a", "", "x\ty", r"x\ty"]
    given = [names.unique(name) for name in wanted]
    assert given == ["a", "a_2", "a_2_2", "a_3", "_", r"x\ty", r"x\ty_2"]


def test_a_taken_name_is_not_looked_for_from_the_start() -> None:
    names = Names()
    assert len({names.unique("a") for _ in range(50_000)}) == 50_000  # or this takes for ever


def test_what_follows_from_a_fault_is_not_listed() -> None:
    text = (
        'input: 8x8x3\nlayers: [opaque: {output: 4, name: "a\\eb"}, max_pool: 2, relu, dense: 3]\n'
    )
    with pytest.raises(UsageError) as caught:
        check_expressible(cnncalc.analyze(cnncalc.load(text)), "a poem")
    assert str(caught.value) == (
        "the network cannot be written as a poem: a\\x1bb: what an opaque layer computes is not "
        "known; max_pool_1: the shapes do not fit (S121 in `cnncalc check`)"
    )


def test_a_sound_network_can_be_expressed() -> None:
    check_expressible(chain("8x8x3", "conv: {filters: 2, kernel: 3}"), "anything")


def test_code_has_no_weights_and_says_how_to_load_them() -> None:
    network = cnncalc.load("lenet5")
    for form in ("keras", "torch"):
        with pytest.raises(UsageError, match=r"onnx have; load_weights .* reads an \.npz file$"):
            cnncalc.export(network, form, weights={})

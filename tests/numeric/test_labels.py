"""Names of classes from files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc import UsageError
from cnncalc.numeric.labels import read_labels


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "labels"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        "tench\ngoldfish\nwhite shark\n",
        "tench\r\ngoldfish\r\n  white shark",
        b"\xef\xbb\xbftench\ngoldfish\nwhite shark\n\n",
        '["tench", "goldfish", "white shark"]',
        '{"0": "tench", "2": "white shark", "1": "goldfish"}',
        '\n {"0": ["n01440764", "tench"], "1": ["n", "goldfish"], "2": ["n", "white shark"]}',
    ],
)
def test_labels_in_every_form(tmp_path: Path, content: str | bytes) -> None:
    assert read_labels(written(tmp_path, content)) == ["tench", "goldfish", "white shark"]


@given(labels=st.lists(st.text(min_size=1), min_size=1, max_size=5))
def test_labels_are_always_printable(
    tmp_path_factory: pytest.TempPathFactory, labels: list[str]
) -> None:
    path = written(tmp_path_factory.mktemp("labels"), json.dumps(labels))
    read = read_labels(path)
    assert len(read) == len(labels)
    assert all(label.isprintable() for label in read)


def test_escape_sequences_are_shown_and_not_obeyed(tmp_path: Path) -> None:
    path = written(tmp_path, "a\x1b[2Jb\ncat\u202e\n\u2028x\n")
    assert read_labels(path) == [r"a\x1b[2Jb", r"cat\u202e", "x"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "has no labels; write one on each line"),
        (" \n\n", "has no labels"),
        ("[]", "has no labels"),
        ("{}", "has no labels"),
        ("[1, 2]", "must be a list of strings, or an object of strings by index"),
        ('{"0": 5}', "must be a list of strings, or an object"),
        ('{"0": ["a", "b", "c"]}', "must be a list of strings, or an object"),
        ('{"1": "a"}', "the keys must be the numbers from 0 to 0"),
        ('{"a": "b", "0": "c"}', "the keys must be the numbers from 0 to 1"),
        ("[cat", "begins like JSON, but is none"),
        ("[" * 100_000, "begins like JSON, but is none"),
        (b"\xff\xfe\x00", "is not UTF-8"),
        ("x" * 1001, "has a label of more than 1000 characters"),
        (b"a\n" * 2**23 + b"b", "is larger than 16 MiB"),
    ],
)  # fmt: skip
def test_files_that_hold_no_labels(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(UsageError, match=message) as error:
        read_labels(written(tmp_path, content))
    assert str(error.value).isprintable()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file"):
        read_labels(tmp_path / "none.txt")
    with pytest.raises(UsageError, match="this is a directory"):
        read_labels(tmp_path)

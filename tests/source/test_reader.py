"""Files and bytes."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path

import pytest

from cnncalc.errors import Diagnostic, SpecError
from cnncalc.source import decode, read

UTF8_BOM = b"\xef\xbb\xbf"


def refusal(data: bytes) -> Diagnostic:
    with pytest.raises(SpecError) as caught:
        decode(data, "arch.yaml")
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


def unreadable(path: str) -> Diagnostic:
    with pytest.raises(SpecError) as caught:
        read(path)
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


def test_file(tmp_path: Path) -> None:
    path = tmp_path / "arch.yaml"
    path.write_bytes(b"name: caf\xc3\xa9\r\n")
    source = read(str(path))
    assert (source.name, source.text) == (str(path), "name: café\r\n")


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a: 1")))
    source = read("-")
    assert (source.name, source.text) == ("<stdin>", "a: 1")


def test_closed_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert "standard input is closed" in unreadable("-").message


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/no/such/file.yaml", "there is no such file"),
        ("/", "this is a directory"),
        ("/etc/hostname/x", "cannot be read (Not a directory)"),
        ("/proc/self/mem", "cannot be read"),
        ("a\0b", "not a possible path"),
        ("/dev/zero", "larger than 16 MiB"),
        ("/dev/null", "the document is empty"),
    ],
)
def test_unreadable(path: str, part: str) -> None:
    assert part in unreadable(path).message


def test_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", forbidden)
    assert "no permission" in unreadable("arch.yaml").message


def test_names_are_shown_escaped() -> None:
    assert unreadable("/no/\x1b[31m\u202e\udcff.yaml").source == r"/no/\x1b[31m\u202e\udcff.yaml"


def test_pipe(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=[b"a: 1\n" * 50_000])
    writer.start()
    assert read(str(path)).text == "a: 1\n" * 50_000
    writer.join()


def test_size_limit() -> None:
    assert len(decode(b"a" * 16 * 2**20, "arch.yaml").text) == 16 * 2**20
    assert "larger than 16 MiB" in refusal(b"a" * (16 * 2**20 + 1)).message
    assert "larger than 16 MiB" in refusal("é".encode() * (8 * 2**20 + 1)).message


def test_byte_order_mark_is_no_text() -> None:
    assert decode(UTF8_BOM + b"a: 1", "arch.yaml").text == "a: 1"


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_other_encodings(encoding: str) -> None:
    assert "save it as UTF-8" in refusal("a: 1".encode(encoding)).message


@pytest.mark.parametrize(
    ("mark", "encoding"), [(b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")]
)
def test_other_encodings_of_other_scripts(mark: bytes, encoding: str) -> None:
    assert "save it as UTF-8" in refusal(mark + "層: 1".encode(encoding)).message


@pytest.mark.parametrize(
    ("data", "place", "part"),
    [
        (b"a: 1\nb: \xc3\xa9 \xff", (2, 6), "byte 0xff"),
        (UTF8_BOM + b"a: caf\xe9\n", (1, 7), "byte 0xe9"),
        (b"a: \xed\xa0\x80", (1, 4), "byte 0xed"),
        (b"a: 1\r\n\xf0\x9f\x98", (2, 1), "byte 0xf0"),
        (b"a: \xf0\x9f\x98\x80\0", (1, 5), "U+0000"),
        (b"\0", (1, 1), "U+0000"),
        (b"", (1, 1), "empty"),
        (UTF8_BOM, (1, 1), "empty"),
        (b" \r\n", (1, 1), "empty"),
    ],
)
def test_bad_bytes(data: bytes, place: tuple[int, int], part: str) -> None:
    diagnostic = refusal(data)
    assert (diagnostic.line, diagnostic.column) == place
    assert part in diagnostic.message

"""`cnncalc report`, from its words to the file and the exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnncalc.cli import main

FAULTY = "input: 7x7x1\nlayers:\n  - conv: {filters: 1, kernel: 3, stride: 3}\n"
Captured = pytest.CaptureFixture[str]


def test_the_page_goes_to_a_file(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "report.html"
    assert main(["report", "lenet5", "-o", str(file)]) == 0
    assert file.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert capsys.readouterr() == ("", "")


def test_a_page_has_the_name_of_a_page(tmp_path: Path, capsys: Captured) -> None:
    assert main(["report", "lenet5", "-o", str(tmp_path / "report.pdf")]) == 2
    assert "its name ends in .html" in capsys.readouterr().err
    assert main(["report", "lenet5", "-o", str(tmp_path / "report.HTM")]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["report.HTM"]


def test_a_file_that_is_there_is_kept(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "report.html"
    file.write_text("mine")
    assert main(["report", "lenet5", "-o", str(file)]) == 2
    assert "--force" in capsys.readouterr().err
    assert file.read_text() == "mine"
    assert main(["report", "lenet5", "-o", str(file), "--force"]) == 0
    assert file.read_text(encoding="utf-8") != "mine"


def test_a_pipe_gets_the_page(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["report", "lenet5"]) == 0
    assert capfdbinary.readouterr().out.endswith(b"</html>\n")


def test_a_terminal_does_not(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["report", "lenet5"]) == 2
    assert capsys.readouterr() == ("", "cnncalc: the page goes to a file: -o report.html\n")


def test_findings_are_on_the_page_and_not_in_the_exit_code(tmp_path: Path) -> None:
    spec, file = tmp_path / "net.yaml", tmp_path / "report.html"
    spec.write_text(FAULTY)
    assert main(["report", str(spec), "-o", str(file)]) == 0
    assert "#rule-S102" in file.read_text(encoding="utf-8")
    assert main(["report", str(spec), "-o", str(file), "--force", "--ignore", "S102"]) == 0
    assert "#rule-S102" not in file.read_text(encoding="utf-8")


def test_the_network_is_loaded_as_asked(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    words = ["report", "resnet50", "--input", "64x64x3", "--batch", "2", "-o", str(file)]
    assert main(words) == 0
    page = file.read_text(encoding="utf-8")
    assert "64×64×3 → 1000" in page
    assert "batch 2" in page


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["no-such-network"], "there is no file and no zoo network"),
        (["lenet5", "--image", "missing.png"], "missing.png: there is no such file"),
        (["lenet5", "--dtype", "int3"], "the dtype must be one of"),
        (["lenet5", "--select", "Q99"], "Q99"),
        (["lenet5", "--config", "a.toml", "--isolated"], "do not go together"),
    ],
)
def test_what_cannot_be_is_one_line(words: list[str], complaint: str, capsys: Captured) -> None:
    assert main(["report", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert complaint in err
    assert err.count("\n") == 1

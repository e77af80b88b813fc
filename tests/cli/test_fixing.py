"""`--fix`, `--fix-only`, `--diff`: what they write, and what they leave alone."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnncalc import zoo
from cnncalc.cli import mending
from tests.cli.conftest import Run
from tests.cli.test_check import Spec

FAULTY = """\
# a network
input: 7x7x1          # small
layers:
  - conv: {filters: 1, kernel: 3, stride: 3, bias: true}   # first
  - batch_norm
  - relu
  - relu              # twice

  # the end
"""
FIXED = """\
# a network
input: 7x7x1          # small
layers:
  - conv: {filters: 1, kernel: 3, stride: 3, bias: false}   # first
  - batch_norm
  - relu

  # the end
"""
SELECT = ("--select", "S102,T4")
WHAT = "Fixed 2 findings:\n  {path}:4:46: T401 drop the bias\n  {path}:7:5: T403 drop it\n"


def test_fix(run: Run, spec: Spec) -> None:
    path = spec(FAULTY)
    done = run("check", str(path), *SELECT, "--fix")
    assert path.read_text() == FIXED
    assert done.code == 1
    assert done.err == ""
    assert f"{path}:4:35: S102 conv: " in done.out
    assert done.out.endswith(
        WHAT.format(path=path) + "Found 1 warning.\n1 fixable with --unsafe-fixes.\n"
    )


def test_fixing_twice_changes_nothing(run: Run, spec: Spec) -> None:
    path = spec(FAULTY)
    run("check", str(path), *SELECT, "--fix", "--unsafe-fixes")
    text, before = path.read_text(), path.stat()
    done = run("check", str(path), *SELECT, "--fix", "--unsafe-fixes")
    assert done.code == 0
    assert "Fixed" not in done.out
    assert path.read_text() == text
    assert path.stat() == before  # not even written again


def test_unsafe_fixes(run: Run, spec: Spec) -> None:
    path = spec(FAULTY)
    done = run("check", str(path), *SELECT, "--fix", "--unsafe-fixes")
    assert done.code == 0
    assert "Fixed 3 findings:\n" in done.out
    assert done.out.endswith("\nNo findings.\n")
    assert run("check", str(path), *SELECT).code == 0


def test_only_what_is_selected_is_fixed(run: Run, spec: Spec) -> None:
    path = spec(FAULTY)
    run("check", str(path), "--select", "T401", "--fix")
    assert path.read_text() == FAULTY.replace("bias: true", "bias: false")


def test_the_report_is_about_the_network_as_it_is_now(run: Run, spec: Spec) -> None:
    done = run("check", str(spec(FAULTY)), *SELECT, "--fix")
    assert "relu_1" in done.out
    assert "relu_2" not in done.out


def test_fix_only(run: Run, spec: Spec) -> None:
    path = spec(FAULTY)
    done = run("check", str(path), *SELECT, "--fix-only")
    assert done == (0, WHAT.format(path=path), "")
    assert path.read_text() == FIXED
    assert run("check", str(path), *SELECT, "--fix-only") == (0, "", "")


DIFF = [
    "@@ -1,9 +1,8 @@",
    " # a network",
    " input: 7x7x1          # small",
    " layers:",
    "-  - conv: {filters: 1, kernel: 3, stride: 3, bias: true}   # first",
    "+  - conv: {filters: 1, kernel: 3, stride: 3, bias: false}   # first",
    "   - batch_norm",
    "   - relu",
    "-  - relu              # twice",
    " ",
    "   # the end",
]


def test_diff_changes_nothing(run: Run, spec: Spec) -> None:
    path = spec(FAULTY)
    done = run("check", str(path), *SELECT, "--diff")
    assert done.code == 1
    assert done.out.splitlines() == [f"--- {path}", f"+++ {path}", *DIFF]
    assert done.err == "Would fix 2 findings.\n1 fixable with --unsafe-fixes.\n"
    assert path.read_text() == FAULTY
    assert run("check", str(path), *SELECT, "--diff", "--fix").code == 1
    assert path.read_text() == FAULTY


def test_diff_without_a_difference(run: Run, spec: Spec) -> None:
    done = run("check", str(spec(FIXED)), *SELECT, "--diff")
    assert done == (0, "", "Nothing to fix.\n1 fixable with --unsafe-fixes.\n")


@pytest.mark.skipif(shutil.which("patch") is None, reason="there is no patch here")
@pytest.mark.parametrize(
    "text",
    [FAULTY, FAULTY.partition("\n\n")[0], FAULTY.replace("\n", "\r\n"), f"\ufeff{FAULTY}"],
    ids=["plain", "no-newline-at-the-end", "crlf", "byte-order-mark"],
)
def test_a_diff_is_one_for_patch(spawn: Run, tmp_path: Path, text: str) -> None:
    path, data = tmp_path / "arch.yaml", text.encode()
    path.write_bytes(data)
    done = spawn("check", str(path), *SELECT, "--diff", "--unsafe-fixes")
    subprocess.run(
        ["patch", "--binary", "--silent", str(path)], input=done.out.encode(), check=True
    )
    patched = path.read_bytes()
    path.write_bytes(data)
    spawn("check", str(path), *SELECT, "--fix", "--unsafe-fixes")
    assert path.read_bytes() == patched != data


def test_a_diff_on_a_terminal(run: Run, spec: Spec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    out = run("check", str(spec(FAULTY.replace("twice", "\u202e"))), *SELECT, "--diff").out
    assert "\x1b[31m-  - relu              # \\u202e\x1b[0m\n" in out


# ------------------------------------------------------------------------------ byte for byte


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_the_rest_stays_byte_for_byte(
    run: Run, tmp_path: Path, mark: bytes, end: str, last: bool
) -> None:
    path = tmp_path / "arch.yaml"
    texts = [text.replace("\n", end) for text in (FAULTY, FIXED)]
    before, after = (mark + (text if last else text.rstrip()).encode() for text in texts)
    path.write_bytes(before)
    run("check", str(path), *SELECT, "--fix")
    assert path.read_bytes() == after


def test_new_lines_end_as_the_others_do(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "arch.yaml"
    text = "input: 8x8x1\nlayers:\n  - conv:\n      filters: 4\n      kernel: 3\n  - batch_norm\n"
    path.write_bytes(text.replace("\n", "\r\n").encode())
    run("check", str(path), "--select", "T401", "--fix")
    data = path.read_bytes()
    assert b"bias: false\r\n" in data
    assert data.count(b"\n") == data.count(b"\r\n")


def test_a_suppression_goes_without_the_line_end(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "arch.yaml"
    path.write_bytes(b"input: 8\r\nlayers:\r\n  - dense: 3  # cnncalc: ignore[S102]\r\n")
    run("check", str(path), "--fix", "--select", "Y703,S102")
    assert path.read_bytes() == b"input: 8\r\nlayers:\r\n  - dense: 3\r\n"
    path.write_bytes(b"input: 8\r\n# cnncalc: ignore[S102]\r\nlayers:\r\n  - dense: 3\r\n")
    run("check", str(path), "--fix", "--select", "Y703,S102")
    assert path.read_bytes() == b"input: 8\r\nlayers:\r\n  - dense: 3\r\n"


@pytest.mark.parametrize("name", ["a b.yaml", "a\nb.yaml", "\x1b[31m.yaml", "卷积.yaml", "-.yaml"])
def test_names_of_files(run: Run, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(FAULTY)
    assert run("check", str(path), *SELECT, "--fix").code == 1
    assert path.read_text() == FIXED
    assert os.listdir(tmp_path) == [name]


def test_mode_and_links_stay(run: Run, tmp_path: Path) -> None:
    real, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    real.write_text(FAULTY)
    real.chmod(0o640)
    link.symlink_to("real.yaml")
    run("check", str(link), *SELECT, "--fix")
    assert link.is_symlink()
    assert real.read_text() == FIXED
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


# ------------------------------------------------------------------------- what is left alone


def test_a_read_only_file(run: Run, spec: Spec) -> None:
    path = spec(FAULTY)
    path.chmod(0o444)
    done = run("check", str(path), *SELECT, "--fix")
    assert done == (2, "", f"cnncalc: {path} cannot be written: it is read-only\n")
    assert path.read_text() == FAULTY
    assert run("check", str(path), *SELECT, "--diff").code == 1
    path.chmod(0o644)
    path.write_text(FIXED)
    path.chmod(0o444)
    assert run("check", str(path), *SELECT, "--fix").code == 1  # there is nothing to write


@pytest.mark.parametrize("option", ["--fix", "--fix-only", "--diff"])
def test_the_zoo(run: Run, option: str) -> None:
    done = run("check", "resnet50", option)
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "cnncalc: resnet50 belongs to the zoo, which --fix leaves alone; make a copy of your own: "
        "cnncalc zoo resnet50 > my.yaml\n"
    )
    assert "did you mean resnet50?" in run("check", "resnt50", option).err


def test_a_link_into_the_zoo(run: Run, tmp_path: Path) -> None:
    target = Path(zoo.__file__).parent / "seven.yaml"
    before = target.read_bytes()
    link = tmp_path / "mine.yaml"
    link.symlink_to(target)
    for path in (link, target):
        done = run("check", str(path), "--fix", "--unsafe-fixes")
        assert done.code == 2
        assert done.err.endswith(f" make a copy of your own: cp {path} my.yaml\n")
    assert target.read_bytes() == before


def test_what_is_no_file(run: Run, tmp_path: Path) -> None:
    assert run("check", str(tmp_path), "--fix").code == 2
    assert run("check", "missing.yaml", "--fix").err.startswith("missing.yaml: there is no such")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = subprocess.Popen(["sh", "-c", 'printf "%s" "$1" > "$0"', str(pipe), FAULTY])
    done = run("check", str(pipe), "--fix")
    assert writer.wait() == 0
    assert done.err == f"cnncalc: {pipe} is no regular file, so --fix cannot write it\n"


def test_a_document_that_cannot_be_read(run: Run, spec: Spec) -> None:
    path = spec("input: [\n")
    done = run("check", str(path), "--fix")
    assert done.code == 2
    assert done.err.startswith(f"{path}:")
    assert path.read_text() == "input: [\n"


def test_a_file_that_changes_meanwhile(
    run: Run, spec: Spec, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = spec(FAULTY)
    mend = mending.mend

    def slow(*arguments: object, **options: object) -> object:
        mended = mend(*arguments, **options)  # type: ignore[arg-type]
        path.write_text("# edited\n")
        return mended

    monkeypatch.setattr(mending, "mend", slow)
    done = run("check", str(path), *SELECT, "--fix")
    assert done == (2, "", f"cnncalc: {path} was changed by somebody else; nothing is written\n")
    assert path.read_text() == "# edited\n"


def test_one_file_that_cannot_be_fixed_does_not_keep_the_others(run: Run, tmp_path: Path) -> None:
    one, other = tmp_path / "a.yaml", tmp_path / "b.yaml"
    for path in (one, other):
        path.write_text(FAULTY)
    one.chmod(0o444)
    done = run("check", str(one), str(other), *SELECT, "--fix-only")
    assert done.code == 2
    assert done.out == WHAT.format(path=other)
    assert (one.read_text(), other.read_text()) == (FAULTY, FIXED)


# ----------------------------------------------------------------------------- standard input


def test_standard_input_is_fixed_to_standard_output(run: Run) -> None:
    done = run("check", "-", *SELECT, "--fix", stdin=FAULTY)
    assert done.code == 1
    assert done.out == FIXED
    assert "<stdin>:4:35: S102 conv: " in done.err
    assert "Fixed 2 findings:\n  <stdin>:4:46: T401 drop the bias\n" in done.err


def test_standard_input_that_needs_no_fix_is_printed_as_it_is(run: Run) -> None:
    assert run("check", "-", *SELECT, "--fix-only", stdin=FIXED) == (0, FIXED, "")


def test_standard_input_in_bytes(spawn: Run) -> None:
    data = ("\ufeff" + FAULTY.replace("twice", "zweimal ×")).replace("\n", "\r\n")
    fixed = ("\ufeff" + FIXED).replace("\n", "\r\n")
    done = spawn(
        "check", "-", *SELECT, "--fix-only",
        stdin=data.encode(), PYTHONIOENCODING="ascii", PYTHONUTF8="0",
    )  # fmt: skip
    assert done.out == fixed


def test_a_diff_of_standard_input(run: Run) -> None:
    done = run("check", "-", *SELECT, "--diff", stdin=FAULTY)
    assert done.code == 1
    assert done.out.startswith("--- <stdin>\n+++ <stdin>\n@@ ")


def test_a_text_to_standard_output_and_a_report_to_a_file(run: Run, tmp_path: Path) -> None:
    report = tmp_path / "report"
    options = [*SELECT, "--fix", "--output-format", "concise", "--output-file", str(report)]
    done = run("check", "-", *options, stdin=FAULTY)
    assert (done.code, done.out) == (1, FIXED)
    assert report.read_text().startswith("<stdin>:4:35: S102 ")


def test_settings_hold_for_fixing_too(run: Run, spec: Spec) -> None:
    text = FAULTY.replace("stride: 3", "stride: $s").replace("input:", "vars: {s: 1}\ninput:")
    path = spec(text)
    done = run("check", str(path), *SELECT, "--fix", "-D", "s=3", "--output-format", "concise")
    assert done.code == 1
    assert ": S102 conv: stride 3 " in done.out
    assert done.err == WHAT.format(path=path).replace(":4:46", ":5:47").replace(":7:5", ":8:5")


def test_a_baseline_with_fixes(run: Run, spec: Spec, tmp_path: Path) -> None:
    path, baseline = spec(FAULTY), str(tmp_path / "b.json")
    assert run("check", str(path), *SELECT, "--fix", "--write-baseline", baseline).code == 0
    assert path.read_text() == FIXED
    done = run("check", str(path), *SELECT, "--fix", "--baseline", baseline)
    assert done.code == 0
    assert done.out.endswith("\nNo findings. The baseline has 1 more.\n")


@pytest.mark.parametrize("form", ["json", "json-lines", "sarif", "github", "gitlab", "junit"])
def test_formats_for_programs_say_what_was_fixed_elsewhere(run: Run, spec: Spec, form: str) -> None:
    path = spec(FAULTY)
    done = run("check", str(path), *SELECT, "--fix", "--output-format", form)
    assert done.code == 1
    assert "Fixed" not in done.out
    assert done.err == WHAT.format(path=path)


@st.composite
def slips(draw: st.DrawFn) -> str:
    """The faulty network with a few characters lost, doubled or put in."""
    text = draw(st.sampled_from([FAULTY, FAULTY.replace("\n", "\r\n")]))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        lost = draw(st.integers(0, 4))
        text = text[:at] + draw(st.text("ab: -{}[],#$\n013", max_size=3)) + text[at + lost :]
    return text


@given(slips())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_fixed_stays_fixed(run: Run, text: str) -> None:
    options = ("check", "-", "--select", "ALL", "--fix-only", "--unsafe-fixes")
    done = run(*options, stdin=text)
    assert done.code in (0, 2), done
    assert "internal error" not in done.err
    assert "E000" not in done.err
    if done.code == 0:
        again = run(*options, stdin=done.out)
        assert again == (0, done.out, "")
        if done.out != text:
            assert "Fixed" in done.err
    else:
        assert done.out == ""

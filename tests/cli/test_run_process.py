"""`cnncalc run` as a process: threads, what is imported, and the progress bar on a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import ROOT, Run
from tests.cli.test_check import Spec
from tests.cli.test_process import modules_after
from tests.cli.test_run import TINY

_PRINT = "import os; print(os.environ.get('OPENBLAS_NUM_THREADS'))"


def blas_threads(before: str, **environment: str) -> str:
    code = f"{before}from cnncalc.cli import main; main(['run', 'lenet5']); {_PRINT}"
    unset = {name: text for name, text in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        env={**unset, **environment},
        check=True,
    )
    return done.stdout.splitlines()[-1]


def test_the_library_below_keeps_to_one_thread() -> None:
    assert blas_threads("") == "1"
    assert blas_threads("", OPENBLAS_NUM_THREADS="3") == "3"
    assert blas_threads("import numpy; ") == "None"  # too late, and somebody else's process


def test_a_run_needs_no_drawing_and_no_images() -> None:
    loaded = modules_after("from cnncalc.cli import main; main(['run', 'lenet5'])")
    assert "numpy" in loaded
    assert loaded.isdisjoint({"rich", "PIL", "onnx", "keras", "torch"})


@pytest.mark.parametrize("command", ["['summary', 'lenet5', '--top', '2']", "['--version']"])
def test_other_commands_need_nothing_of_it(command: str) -> None:
    loaded = modules_after(f"from cnncalc.cli import main; main({command})")
    assert loaded.isdisjoint({"numpy", "cnncalc.numeric", "cnncalc.cli.session"})


def test_a_pipe_gets_no_progress(spawn: Run, spec: Spec) -> None:
    done = spawn(
        "run", str(spec(TINY)), "--input", "random:0", "--input", "random:1", "--batch", "1"
    )
    assert (done.code, done.err) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
@pytest.mark.parametrize("several", [True, False])
def test_a_terminal_gets_progress(spec: Spec, tmp_path: Path, several: bool) -> None:
    np.save(tmp_path / "in.npy", np.zeros((5, 8, 8, 3)))
    arguments = ["run", str(spec(TINY)), "--input", str(tmp_path / "in.npy")]
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "cnncalc", *arguments, *(["--batch", "2"] if several else [])],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"},
    )
    os.close(theirs)
    out, _ = process.communicate()
    shown = b""
    try:
        while data := os.read(ours, 65536):
            shown += data
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(ours)
    assert process.returncode == 0
    assert ("5/5" in shown.decode()) is several
    assert "in.npy[4]" in out.decode()
    assert b"5/5" not in out

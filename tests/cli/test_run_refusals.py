"""`cnncalc run` on what it cannot use: one clear line, exit code 2, and no file is written."""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cnncalc.numeric.program import Program
from cnncalc.numeric.weights import initial, save_weights
from tests.cli.conftest import Run
from tests.helpers import zoo_facts

OPAQUE = "input: 8x8x3\nlayers:\n  - opaque: {output: 4x4x2}\n"
UNKNOWN = "input: 8x8x3\nlayers:\n  - reluu\n"
MISREAD = "input: 8x8x3\nlayers:\n  - relu: {slope: 1}\n"
FAULT = "input: 8x8x3\nlayers:\n  - conv: {filters: 4, kernel: 9}\n"
TWINS = "inputs: {a: 2x2x1, b: 2x2x1}\nlayers:\n  - relu: {name: c, from: a}\n  - add: [c, b]\n"


class Evil:
    """A pickle of it leaves a file behind when it is loaded."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str, str]]:
        return open, ("was-here", "w")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with all that can be wrong, in which the command runs."""
    monkeypatch.chdir(tmp_path)
    sample = np.zeros((32, 32, 1), "f")
    np.save("good.npy", sample)
    sample[1, 2, 0] = np.nan
    np.save("nan.npy", sample)
    np.save("inf.npy", np.full((32, 32, 1), np.inf))
    np.save("small.npy", np.zeros((31, 32, 1)))
    np.save("complex.npy", np.zeros((32, 32, 1), complex))
    np.save("objects.npy", np.array([Evil()]), allow_pickle=True)
    np.savez("pickle.npz", **{"C1.kernel": np.array([Evil()])})  # type: ignore[arg-type]
    Path("pickle.pt").write_bytes(pickle.dumps(Evil()))
    save_weights("good.npz", initial(zoo_facts("lenet5")))
    data = Path("good.npz").read_bytes()
    Path("cut.npz").write_bytes(data[:100_000])
    Path("text.txt").write_text("one\ntwo\n")
    Path("no.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    Path("empty").mkdir()
    Path("mixed").mkdir()
    for name in ("a.npy", "b.npy"):
        np.save(Path("mixed", name), np.zeros((32, 32, 1)))
    Path("mixed", "c.npy").write_bytes(Path("nan.npy").read_bytes())
    for name, text in {
        "opaque.yaml": OPAQUE, "unknown.yaml": UNKNOWN, "misread.yaml": MISREAD,
        "fault.yaml": FAULT, "twins.yaml": TWINS,
    }.items():  # fmt: skip
        Path(name).write_text(text)
    return tmp_path


OUT = ["--output", "new.npz", "--save-weights", "new-weights.npz"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--input", "nan.npy"], "nan.npy holds nan at [1, 2, 0]"),
        (["--input", "inf.npy"], "inf.npy holds inf at [0, 0, 0]"),
        (["--input", "small.npy"], "small.npy has the shape 31×32×1"),
        (["--input", "complex.npy"], "complex.npy holds '<c16'"),
        (["--input", "objects.npy"], "Python objects, which are never loaded"),
        (["--input", "no.png"], "no.png is no image"),
        (["--input", "text.txt"], "text.txt is no image"),
        (["--input", "missing.png"], "missing.png: there is no such file"),
        (["--input", "a\x00b"], "not a possible path"),
        (["--input", ""], "there is no such file"),
        (["--input", "empty"], "empty has no image and no .npy file in it"),
        (["--input", "mixed"], "mixed/c.npy holds nan"),
        (["--input", "random:x"], "random: takes a whole number"),
        (["--input", "random:-1"], "random: takes a whole number"),
        (["--input", "left=good.npy"], "left=good.npy: there is no such file"),
        (["--weights", "cut.npz"], "cut.npz cannot be read"),
        (["--weights", "pickle.npz"], "Python objects, which are never loaded"),
        (["--weights", "pickle.pt"], "a pickle, which is never loaded"),
        (["--weights", "text.txt"], "text.txt is no weight file"),
        (["--weights", "missing.npz"], "missing.npz: there is no such file"),
        (["--weights", "good.npz", "--seed", "1"], "--seed is for random weights"),
        (["--weights", "good.npz", "--input-size", "33x33x3"], "C1.kernel (5×5×3×6 needed"),
        (["--layer", "C9"], "there is no layer called 'C9'"),
        (["--labels", "text.txt"], "text.txt names 2 of the network's 84 classes"),
        (["--labels", "missing.txt"], "missing.txt: there is no such file"),
        (["--preprocess", "caffe"], "--preprocess is for images"),
        (["--max-memory", "1kB"], "but 1000 bytes are allowed"),
        (["--max-memory", "much"], "--max-memory takes an amount such as 2GiB"),
        (["--batch", "1000000000"], "running needs"),
        (["--batch", "10000000000"], "the batch must be from 1"),
        (["--input-size", "0x0"], "the input must be"),
        (["--input-size", "8x8x1", "--input-size", "8x8x1"], "every --input-size is NAME=SHAPE"),
        (["--variant", "x"], "has no variant 'x'"),
        (["-D", "x"], "-D takes name=value"),
    ],
)
def test_of_lenet(run: Run, folder: Path, arguments: list[str], message: str) -> None:
    refused(run, folder, ["lenet5", *arguments, *OUT], message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--output", "good.npy"], "good.npy exists already; --force replaces it"),
        (["--output", "text.txt"], "text.txt must end in .npy, .npz or .png"),
        (["--output", "maps"], "maps must end in"),
        (["--output", ""], "must end in"),
        (["--output", "a\x00.npy"], "is not a possible path"),
        (["--output", "a\x00/"], "is not a possible path"),
        (["--output", "missing/x.npy"], "missing/x.npy cannot be written: there is no such folder"),
        (["--output", "missing/x/"], "missing/x cannot be written: there is no such folder"),
        (["--output", "x.png"], "x.png would show maps of H×W×C"),
        (["--layer", "C1", "--batch", "2", "--output", "x.png"], "of 1 sample, not of 2"),
        (["--layer", "C1", "--layer", "S2", "--output", "x.npy"], "not those of 2 layers"),
        (["--save-weights", "good.npz"], "good.npz exists already; --force replaces it"),
        (["--save-weights", "w.h5"], "--save-weights takes a file that ends in .npz or"),
        (["--save-weights", "x.npz", "--output", "./x.npz"], "are the same file"),
    ],
)
def test_of_what_is_written(run: Run, folder: Path, arguments: list[str], message: str) -> None:
    refused(run, folder, ["lenet5", *arguments], message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["opaque.yaml"], "'opaque_1' is opaque"),
        (["unknown.yaml"], "unknown op 'reluu'; cnncalc check shows where"),
        (["misread.yaml"], "relu has no argument 'slope'; cnncalc check shows where"),
        (["fault.yaml"], "'conv_1' has a fault"),
        (["missing.yaml"], "missing.yaml"),
        (["good.npy"], "good.npy"),
        (["twins.yaml", "--input", "good.npy"], "each is given as NAME=FILE, not 'good.npy'"),
        (["twins.yaml", "--input", "a=random:0"], "nothing is given for the input 'b'"),
        (
            [
                "twins.yaml",
                "--input",
                "a=random:0",
                "--input",
                "a=random:1",
                "--input",
                "b=random:2",
            ],
            "all inputs need equally many samples, but 'a' has 2, 'b' has 1",
        ),
        (["resnet18", "--input", "good.npy"], "the network takes 224×224×3"),
        (["vgg16", "--input-size", "50000x50000x3"], "running needs"),
    ],
)
def test_of_other_networks(run: Run, folder: Path, arguments: list[str], message: str) -> None:
    refused(run, folder, arguments, message)


def refused(run: Run, folder: Path, arguments: list[str], message: str) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    done = run("run", *arguments)
    assert done.code == 2
    assert done.out == ""
    assert message in done.err
    assert len(done.err.splitlines()) == 1
    assert "internal error" not in done.err
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["--batch", "0"],
        ["--threads", "0"],
        ["--threads", "257"],
        ["--top", "0"],
        ["--seed", "-1"],
        ["--dtype", "float16"],
        ["--preprocess", "best"],
        ["--output-format", "csv"],
    ],
)
def test_values_that_an_option_does_not_take(run: Run, arguments: list[str]) -> None:
    done = run("run", "lenet5", *arguments)
    assert (done.code, done.out) == (2, "")
    assert f"'{arguments[0]}'" in done.err


def test_without_pillow(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    refused(run, folder, ["lenet5", "--input", "no.png"], "pip install 'cnncalc[images]'")
    picture = ["lenet5", "--layer", "C1", "--output", "maps.png"]
    refused(run, folder, picture, "pip install 'cnncalc[images]'")


def test_errors_as_json(run: Run, folder: Path) -> None:
    done = run("run", "lenet5", "--input", "nan.npy", "--output-format", "json")
    assert (done.code, done.err) == (2, "")
    (error,) = json.loads(done.out)["errors"]
    assert "nan.npy holds nan" in error["message"]


def test_force_replaces(run: Run, folder: Path) -> None:
    files = ["--output", "good.npy", "--save-weights", "good.npz"]
    assert run("run", "lenet5", *files, "--force").code == 0
    assert np.load("good.npy").shape == (1, 84)


def test_memory_that_was_promised_and_is_not_there(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Program, "__init__", fail)
    refused(run, folder, ["lenet5"], "less memory than --max-memory allows")


def test_an_input_that_changes_meanwhile(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Program.__init__

    def change(*arguments: object) -> None:
        np.save("good.npy", np.zeros((3, 32, 32, 1)))
        start(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Program, "__init__", change)
    done = run("run", "lenet5", "--input", "good.npy")
    assert (done.code, done.out) == (2, "")
    assert "good.npy changed while it was being read" in done.err

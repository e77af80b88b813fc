"""What `run`, `verify` and `shift` read: never overwritten, and a failure says what failed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from cnncalc.cli.running import guarded
from cnncalc.numeric.weights import initial, save_weights
from tests.cli.conftest import Run
from tests.helpers import zoo_facts

TWO = "inputs: {left: 8x8x1, right: 8x8x1}\nlayers:\n  - add: [left, right]\n"
BLOCKS = """
input: 8x8x2
blocks:
  Pair:
    layers:
      - conv: {filters: 4, kernel: 3}
      - relu
layers:
  - Pair
  - Pair
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what is read, in which the command runs."""
    monkeypatch.chdir(tmp_path)
    np.save("x.npy", np.zeros((32, 32, 1), "f"))
    save_weights("w.npz", initial(zoo_facts("lenet5")))
    os.symlink("x.npy", "link.npy")
    os.link("x.npy", "twin.npy")
    Path("two.yaml").write_text(TWO)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--input", "x.npy", "--output", "x.npy"], "x.npy is read, too, and would be lost"),
        (["--input", "x.npy", "--output", "./link.npy"], "link.npy is read, too"),
        (["--input", "link.npy", "--output", "x.npy"], "give another --output"),
        (["--input", "x.npy", "--output", "twin.npy"], "twin.npy is read, too"),
        (["--weights", "w.npz", "--output", "w.npz"], "w.npz is read, too"),
        (["--weights", "w.npz", "--save-weights", "w.npz"], "give another --save-weights"),
    ],
)
def test_what_is_read_is_not_overwritten(run: Run, arguments: list[str], message: str) -> None:
    before = [Path(name).read_bytes() for name in ("x.npy", "w.npz")]
    done = run("run", "lenet5", *arguments, "--force")
    assert done.code == 2
    assert message in done.err
    assert [Path(name).read_bytes() for name in ("x.npy", "w.npz")] == before


def test_what_is_not_read_is_replaced_as_before(run: Run) -> None:
    np.save("out.npy", np.zeros(1))
    assert run("run", "lenet5", "--input", "x.npy", "--output", "out.npy", "--force").code == 0


@pytest.mark.skipif(sys.platform != "linux", reason="the file that cannot be read is in /proc")
@pytest.mark.parametrize("option", ["--input", "--weights", "--labels"])
def test_a_file_that_cannot_be_read_is_named(run: Run, option: str) -> None:
    done = run("run", "lenet5", option, "/proc/self/mem")
    assert done.code == 2
    assert done.err == "cnncalc: /proc/self/mem cannot be read (Input/output error)\n"


def test_a_link_that_leads_nowhere_is_told_of(run: Run) -> None:
    Path("many").mkdir()
    np.save("many/a.npy", np.zeros((32, 32, 1), "f"))
    os.symlink("nothing.npy", "many/b.npy")
    done = run("run", "lenet5", "--input", "many")
    assert done.code == 2
    assert "many/b.npy: there is no such file" in done.err


def test_a_block_call_is_its_last_layer(run: Run) -> None:
    Path("net.yaml").write_text(BLOCKS)
    for name, file in (("Pair_1", "call.npy"), ("Pair_1.relu_1", "layer.npy")):
        assert run("run", "net.yaml", "--layer", name, "--output", file).code == 0
    assert np.array_equal(np.load("call.npy"), np.load("layer.npy"))
    done = run("run", "net.yaml", "--layer", "Pair_1", "--output", "all.npz")
    assert done.code == 0
    assert "Pair_1   " in done.out
    assert sorted(np.load("all.npz")) == ["Pair_1", "Pair_2.relu_1"]


def test_a_misspelt_layer_has_a_hint(run: Run) -> None:
    Path("net.yaml").write_text(BLOCKS)
    for wrong, right in (("Pair1", "Pair_1"), ("Pair_2.relu1", "Pair_2.relu_1")):
        done = run("run", "net.yaml", "--layer", wrong)
        assert done.code == 2
        assert f"there is no layer called '{wrong}'; did you mean {right}?" in done.err


def test_a_picture_of_a_block_call_needs_maps(run: Run) -> None:
    text = BLOCKS.replace("      - relu\n", "      - relu\n      - flatten\n")
    Path("net.yaml").write_text(text.replace("  - Pair\n  - Pair\n", "  - Pair\n"))
    done = run("run", "net.yaml", "--layer", "Pair_1", "--output", "maps.png")
    assert done.code == 2
    assert "maps.png would show maps of H×W×C" in done.err


def test_seeds_and_batches_beyond_all_bounds(run: Run) -> None:
    done = run("run", "lenet5", "--input", f"random:{10**17}")
    assert "takes a whole number of at most 17 digits" in done.err
    assert "the batch must be from 1 to" in run("run", "lenet5", "--batch", "99999999999").err


def test_memory_is_refused_in_units_to_read(run: Run) -> None:
    for command in ("run", "verify", "shift"):
        done = run(command, "vgg16", "--max-memory", "100MiB")
        assert done.code == 2
        assert " MiB (" in done.err
        assert "but 100 MiB (104857600 bytes) are allowed" in done.err


def test_shift_moves_one_sample_of_one_input(run: Run) -> None:
    done = run("shift", "two.yaml")
    assert done.code == 2
    assert "one input is moved, but the network has 2: 'left', 'right'" in done.err
    Path("many").mkdir()
    for name in "ab":
        np.save(f"many/{name}.npy", np.zeros((32, 32, 1), "f"))
    done = run("shift", "lenet5", "--image", "many")
    assert done.code == 2
    assert "one sample is moved, but many has 2; give one of them" in done.err


def test_an_interrupted_import_ends_quietly(capsys: pytest.CaptureFixture[str]) -> None:
    def action() -> int:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as interrupt:
            raise ImportError("a compiled module") from interrupt

    assert guarded(action) == 130
    assert capsys.readouterr() == ("", "")

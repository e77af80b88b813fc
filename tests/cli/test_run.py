"""`cnncalc run`: what goes in, what is printed, and what is written."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

import cnncalc
from cnncalc.numeric.images import read_input
from cnncalc.numeric.weights import initial, load_weights, save_weights
from tests.cli.conftest import Run
from tests.cli.test_check import Spec

TINY = """\
name: tiny
input: 8x8x3
layers:
  - conv: {filters: 5, kernel: 3, activation: relu}
  - separable_conv: {filters: 4, kernel: 3}
  - batch_norm
  - flatten
  - dense: 3
  - softmax
"""
TWINS = """\
name: twins
inputs: {left: 4x4x1, right: 4x4x1}
layers:
  - conv: {filters: 2, kernel: 1, name: a, from: left}
  - conv: {filters: 2, kernel: 1, name: b, from: right}
  - add: [a, b]
"""
PLAIN = """\
tiny: 8×8×3 → 3, 6 layers

Input    random:0
Weights  random weights, seed 0; --weights takes trained ones
Time     TIME, TIME to load, 1 thread, float32
Memory   SIZE: weights SIZE, activations SIZE, scratch SIZE, results SIZE

Class  Probability
──────────────────
"""


def pictures(folder: Path, count: int) -> Path:
    image = pytest.importorskip("PIL.Image")
    folder.mkdir()
    values = np.random.default_rng(0).integers(0, 256, (count, 9, 7, 3), np.uint8)
    for number, value in enumerate(values):
        image.fromarray(value).save(folder / f"{number:02}.png")
    (folder / "notes.txt").write_text("no picture")
    (folder / ".hidden.png").write_text("no picture")
    return folder


def masked(text: str) -> str:
    text = re.sub(r"[\d.,]+ (s|ms)\b", "TIME", text)
    return re.sub(r"[\d.]+ ([KMG]iB|B)", "SIZE", text)


def test_the_report_in_a_pipe(run: Run, spec: Spec) -> None:
    path = str(spec(TINY))
    done = run("run", path, "--threads", "1")
    assert (done.code, done.err) == (0, "")
    assert masked(done.out).startswith(PLAIN)
    assert all(line == line.rstrip() for line in done.out.splitlines())
    assert masked(run("run", path, "--threads", "1").out) == masked(done.out)


def test_the_output_is_that_of_the_function(run: Run, spec: Spec, tmp_path: Path) -> None:
    path, file = spec(TINY), tmp_path / "out.npy"
    given = np.random.default_rng(1).normal(size=(3, 8, 8, 3))
    np.save(tmp_path / "in.npy", given)
    arguments = ["--input", str(tmp_path / "in.npy"), "--seed", "4", "--dtype", "float64"]
    done = run("run", str(path), *arguments, "--output", str(file))
    assert f"\nWritten  {file}\n" in done.out
    (expected,) = cnncalc.run(cnncalc.load(path), given, seed=4, dtype="float64").values()
    saved = np.load(file)
    assert saved.dtype == np.float64
    np.testing.assert_allclose(saved, expected, rtol=1e-12)


def test_an_archive_has_everything(run: Run, spec: Spec, tmp_path: Path) -> None:
    file = tmp_path / "all.npz"
    run("run", str(spec(TINY)), "--layer", "conv_1", "--batch", "2", "--output", str(file))
    with np.load(file) as arrays:
        shapes = {name: arrays[name].shape for name in arrays}
    assert shapes == {"conv_1": (2, 6, 6, 5), "softmax_1": (2, 3)}


def test_a_file_of_one_array_has_the_layer(run: Run, spec: Spec, tmp_path: Path) -> None:
    file = tmp_path / "maps.npy"
    done = run("run", str(spec(TINY)), "--layer", "conv_1", "--output", str(file))
    assert np.load(file).shape == (1, 6, 6, 5)
    assert re.search(r"^conv_1 +6×6×5 +0\.000 ", done.out, re.MULTILINE)


@pytest.mark.parametrize("made", [False, True])
def test_a_folder_gets_a_file_for_each(run: Run, spec: Spec, tmp_path: Path, made: bool) -> None:
    folder = tmp_path / "maps"
    if made:
        folder.mkdir()
    named = spec(
        "input: 4x4x1\n"
        "layers:\n"
        '  - relu: {name: "../../a/b"}\n'
        '  - relu: {name: ".._.._a_b"}\n'
        "  - relu\n"
    )
    where = str(folder) if made else f"{folder}/"
    done = run("run", str(named), "--layer", "../../a/b", "--layer", ".._.._a_b", "--output", where)
    assert done.code == 0, done.err
    files = sorted(path.name for path in folder.iterdir())
    assert files == ["_.._a_b.npy", "_.._a_b_2.npy", "relu_1.npy"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["arch.yaml", "maps"]
    again = run("run", str(named), "--output", where)
    assert again.code == 2
    assert "relu_1.npy exists already" in again.err


def test_maps_as_a_picture(run: Run, spec: Spec, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    file = tmp_path / "maps.png"
    done = run("run", str(spec(TINY)), "--layer", "conv_1", "--output", str(file))
    assert done.code == 0, done.err
    with image.open(file) as opened:
        assert opened.mode == "L"
        # five maps of 6×6 in three columns and two rows, 30 pixels for a cell
        assert opened.size == (3 * 181 - 1, 2 * 181 - 1)


@pytest.mark.parametrize("ending", ["npz", "safetensors"])
def test_weights_that_are_saved_are_loaded(
    run: Run, spec: Spec, tmp_path: Path, ending: str
) -> None:
    path, file = str(spec(TINY)), str(tmp_path / f"w.{ending}")
    first = run("run", path, "--seed", "7", "--save-weights", file)
    assert "random weights, seed 7" in first.out
    second = run("run", path, "--weights", file)
    assert f"\nWeights  {file}\n" in second.out
    assert second.out.partition("\nClass")[2] == first.out.partition("\nClass")[2]
    assert second.out != run("run", path).out
    drawn = initial(cnncalc.analyze(cnncalc.load(Path(path))), seed=7)
    assert {name: array.tolist() for name, array in load_weights(file).items()} == {
        name: array.tolist() for name, array in drawn.items()
    }


@pytest.mark.parametrize("batch", [None, "1", "3", "4", "11", "100"])
def test_a_folder_of_pictures(run: Run, spec: Spec, tmp_path: Path, batch: str | None) -> None:
    path, folder, file = spec(TINY), pictures(tmp_path / "in", 11), tmp_path / "out.npy"
    options = ["--preprocess", "imagenet", *(["--batch", batch] if batch else [])]
    done = run("run", str(path), "--input", str(folder), *options, "--output", str(file))
    assert done.code == 0, done.err
    assert f"\nInput       11 samples, {folder}/00.png to {folder}/10.png\n" in done.out
    assert "\nPreprocess  imagenet\n" in done.out
    assert len(re.findall(r"/\d\d\.png +\d", done.out)) == 11
    network = cnncalc.load(path)
    for number, output in enumerate(np.load(file)):
        given = read_input(str(folder / f"{number:02}.png"), (8, 8, 3), "float32", "imagenet")
        (expected,) = cnncalc.run(network, given).values()
        np.testing.assert_allclose(output, expected[0], rtol=1e-4, atol=1e-6)


def test_runs_are_of_one_size(run: Run, spec: Spec, tmp_path: Path) -> None:
    folder = pictures(tmp_path / "in", 9)
    out = run("run", str(spec(TINY)), "--input", str(folder)).out
    assert " for 9 samples in 2 runs of 5, " in out


def test_several_sources(run: Run, spec: Spec, tmp_path: Path) -> None:
    file = tmp_path / "two.npy"
    np.save(file, np.zeros((2, 8, 8, 3), np.uint8))
    arguments = ["--input", str(file), "--input", "random:3", "--output-format", "json"]
    data = json.loads(run("run", str(spec(TINY)), *arguments).out)
    names = [sample["inputs"]["input"] for sample in data["samples"]]
    assert names == [f"{file}[0]", f"{file}[1]", "random:3"]


def test_random_numbers_fill_the_batch(run: Run, spec: Spec, tmp_path: Path) -> None:
    path, file = str(spec(TINY)), tmp_path / "out.npy"
    out = run("run", path, "--input", "random:5", "--batch", "3", "--output", str(file)).out
    assert "3 samples, random:5 to random:7" in out
    one = tmp_path / "one.npy"
    run("run", path, "--input", "random:6", "--output", str(one))
    np.testing.assert_allclose(np.load(file)[1:2], np.load(one), rtol=1e-5)


def test_several_inputs(run: Run, spec: Spec, tmp_path: Path) -> None:
    path, file = spec(TWINS), tmp_path / "out.npy"
    np.save(tmp_path / "r=1.npy", np.ones((4, 4)))
    given = [f"right={tmp_path / 'r=1.npy'}", "left=random:2"]
    done = run("run", str(path), "--input", given[0], "--input", given[1], "--output", str(file))
    assert f"\nInput left   random:2\nInput right  {tmp_path}/r=1.npy\n" in done.out
    left = read_input("random:2", (4, 4, 1), "float32")
    inputs = {"left": left, "right": np.ones((1, 4, 4, 1))}
    (expected,) = cnncalc.run(cnncalc.load(path), inputs).values()
    np.testing.assert_allclose(np.load(file), expected, rtol=1e-5)
    assert "Input right  random:1\n" in run("run", str(path)).out


def test_labels(run: Run, spec: Spec, tmp_path: Path) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text("cat\n狗\nx\x1b[31m\n", encoding="utf-8")
    done = run("run", str(spec(TINY)), "--labels", str(labels))
    rows = [line.split() for line in done.out.partition("───\n")[2].splitlines()[:3]]
    assert {row[0]: row[2] for row in rows} == {"0": "cat", "1": "狗", "2": r"x\x1b[31m"}
    scores = [float(row[1]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) == pytest.approx(1, abs=1e-3)
    two = run("run", str(spec(TINY)), "--labels", str(labels), "--top", "2")
    assert two.out.count("%") == 0
    assert len(two.out.partition("───\n")[2].partition("\n\n")[0].splitlines()) == 2


def test_scores_are_no_probabilities(run: Run, spec: Spec) -> None:
    assert "\nClass  " in run("run", str(spec(TINY))).out
    logits = TINY.replace("  - softmax\n", "")
    assert re.search(r"^Class +Score$", run("run", str(spec(logits))).out, re.MULTILINE)
    maps = TINY.partition("  - flatten")[0]
    assert "\nClass" not in run("run", str(spec(maps))).out


def test_what_is_no_number_is_counted(run: Run, spec: Spec, tmp_path: Path) -> None:
    path = spec("input: 2x2x1\nlayers:\n  - conv: {filters: 2, kernel: 1}\n  - flatten\n")
    weights = {"conv_1.kernel": np.array([[[[3e38, 0]]]], "f"), "conv_1.bias": np.zeros(2, "f")}
    save_weights(tmp_path / "w.npz", weights)
    np.save(tmp_path / "in.npy", np.full((2, 2, 1), 9.0))
    options = ["--weights", str(tmp_path / "w.npz"), "--input", str(tmp_path / "in.npy")]
    done = run("run", str(path), *options)
    assert re.search(r"NaN or infinite\n─+\nflatten_1 +8 .* 4\n", done.out)
    data = json.loads(run("run", str(path), *options, "--output-format", "json").out)
    (layer,) = data["layers"]
    assert (layer["n_not_finite"], layer["largest"]) == (4, 0)
    assert data["samples"][0]["top"][0] == {"class": 0, "label": None, "score": None}


def test_json(run: Run, spec: Spec, tmp_path: Path) -> None:
    file = str(tmp_path / "o.npy")
    options = ["--output-format", "json", "--top", "1", "--output", file, "--threads", "2"]
    done = run("run", str(spec(TINY)), *options)
    data = json.loads(done.out)
    assert done.err == ""
    assert list(data) == [
        "schema_version", "name", "source", "inputs", "outputs", "batch", "dtype", "n_threads",
        "weights", "seed", "preprocess", "n_samples", "n_runs", "load_seconds", "run_seconds",
        "memory", "files", "layers", "score", "samples",
    ]  # fmt: skip
    assert (data["schema_version"], data["n_threads"], data["seed"]) == ("1", 2, 0)
    assert (data["score"], data["files"], data["inputs"]) == (
        "probability", [file], {"input": [8, 8, 3]},
    )  # fmt: skip
    memory = data["memory"]
    assert memory.pop("total") == sum(memory.values())
    (sample,) = data["samples"]
    assert sample["inputs"] == {"input": "random:0"}
    assert len(sample["top"]) == 1


def test_the_settings_of_a_spec(run: Run) -> None:
    size = ["--input-size", "40x40x1", "--variant", "resnext50", "--max-memory", "1k"]
    done = run("run", "resnet50", *size)
    assert "running needs" in done.err
    assert run("run", "lenet5", "--input-size", "40x40x1").out.startswith("lenet5: 40×40×1 → ")

"""The examples of docs/training.md: trained in Keras, run with NumPy, and the other way round."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cnncalc
from cnncalc.numeric.weights import load_weights, required, save_weights, scrambled
from docs.examples.training import keras_code, report
from tests.docs.idx_files import write_set
from tests.numeric.arrays import assert_close

keras: Any = pytest.importorskip("keras")
ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")


def run_example(name: str, *arguments: object) -> str:
    """What an example prints, run as the page says."""
    done = subprocess.run(
        [sys.executable, "-m", f"docs.examples.{name}", *map(str, arguments)],
        cwd=ROOT,
        env={"KERAS_BACKEND": "jax", **os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def figures(text: str) -> tuple[int, int, int, int, float]:
    """Images held out, right ones of Keras and of NumPy, equal predictions, the difference."""
    rights = re.findall(r"^(Keras|cnncalc): (\d+) of (\d+) held-out images right", text, re.M)
    assert [name for name, _, _ in rights] == ["Keras", "cnncalc"]
    (same,) = re.findall(r"^(\d+) of (\d+) predictions are the same; .* by (\S+)$", text, re.M)
    assert len({rights[0][2], rights[1][2], same[1]}) == 1
    return int(same[1]), int(rights[0][1]), int(rights[1][1]), int(same[0]), float(same[2])


def without_figures(text: str) -> str:
    return re.sub(r"\d[\d.,]*(e-\d+)?", "#", text)


@pytest.mark.slow
def test_digits(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    text = run_example("train_digits", "--folder", tmp_path)
    count, by_keras, by_numpy, same, difference = figures(text)
    assert count == 360  # a fifth of 1,797
    assert by_keras == by_numpy
    assert by_keras >= 0.97 * count
    assert same == count
    assert difference <= 1e-4

    assert "It has 61,706 parameters." in (tmp_path / "lenet5-modern.py").read_text("utf-8")
    network = cnncalc.load("lenet5-modern")
    arrays = load_weights(tmp_path / "lenet5-modern.npz")
    assert set(arrays) == set(required(cnncalc.analyze(network)))
    shown = re.search(r"^\$ python -m docs\.examples\.train_digits\n(.*?)^```$", PAGE, re.M | re.S)
    assert shown is not None
    assert without_figures(shown[1]) == without_figures(text)


@pytest.mark.slow
def test_fashion(tmp_path: Path) -> None:
    write_set(tmp_path, "train", 32)
    write_set(tmp_path, "t10k", 32)
    folder = tmp_path / "trained"
    text = run_example("train_fashion", tmp_path, "--epochs", 1, "--folder", folder)
    assert "fashion-mnist: 1,413,834 parameters, 32 images to learn from" in text
    assert text.count("epoch ") == 1
    count, by_keras, by_numpy, same, difference = figures(text)
    assert count == 32
    assert by_keras == by_numpy
    assert same == count
    assert difference <= 1e-4


def test_from_numpy_to_keras(tmp_path: Path) -> None:
    network = cnncalc.load("lenet5-modern")
    weights = scrambled(cnncalc.analyze(network), 3)
    save_weights(tmp_path / "start.npz", weights)
    code = keras_code(network, tmp_path / "lenet5.py")
    keras.backend.clear_session(free_memory=False)
    model = code.build_model()
    code.load_weights(model, tmp_path / "start.npz")

    images = np.random.default_rng(0).random((5, 32, 32, 1), np.float32)
    (ours,) = cnncalc.run(network, images, weights).values()
    assert_close(keras.ops.convert_to_numpy(model(images)), ours, "float32", "output")

    code.save_weights(model, tmp_path / "back.npz")
    back = load_weights(tmp_path / "back.npz")
    assert set(back) == set(weights)
    assert all(np.array_equal(back[name], weights[name]) for name in weights)


def test_outputs_that_differ(capsys: pytest.CaptureFixture[str]) -> None:
    outputs = np.array([[0.1, 0.9], [0.8, 0.2]], np.float32)
    report(outputs, outputs, np.array([1, 1]))
    assert figures(capsys.readouterr().out) == (2, 1, 1, 2, 0.0)
    with pytest.raises(cnncalc.UsageError, match=r"differ by 0\.8, more than 0\.0001"):
        report(outputs, np.array([[0.9, 0.1], [0.8, 0.2]], np.float32), np.array([1, 1]))
    assert figures(capsys.readouterr().out) == (2, 1, 0, 1, 0.8)
    with pytest.raises(cnncalc.UsageError, match="differ by nan"):
        report(outputs, np.full_like(outputs, np.nan), np.array([1, 1]))


def test_code_on_the_page_is_that_of_the_examples() -> None:
    folder = ROOT / "docs" / "examples"
    files = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py"))]
    blocks = re.findall(
        r"<!-- from the examples -->\n   ```python\n(.*?)^   ```$", PAGE, re.M | re.S
    )
    assert len(blocks) == PAGE.count("<!-- from")
    for block in blocks:
        code = textwrap.indent(textwrap.dedent(block), " " * 4)
        assert any(code in text for text in files), code

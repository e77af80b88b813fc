"""Keras, PyTorch, ONNX Runtime and NumPy give the same, with the same weights."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import zoo_names
from tests.numeric.arrays import TOLERANCES

for package in ("keras", "torch", "onnx", "onnxruntime"):
    pytest.importorskip(package)
pytestmark = [pytest.mark.oracle, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {
    "KERAS_BACKEND": "torch",
    "OMP_NUM_THREADS": "1",
    # keep what is freed: to get half a gigabyte from the system takes longer than to fill it
    "MALLOC_MMAP_THRESHOLD_": "2000000000",
    "MALLOC_TRIM_THRESHOLD_": "8000000000",
}
# what Keras has no way to say, and says so
REFUSED = re.compile(r"cannot be written as Keras: .*(no cells have no mean|pools with dilation)")


def agreement(*arguments: str) -> list[tuple[str, dict[str, float | str]]]:
    """The lines that the program prints, which has Keras on PyTorch."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.exporters.agreement", *arguments],
        cwd=ROOT,
        env={**os.environ, **ENVIRONMENT},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return [(what, found) for what, found in map(json.loads, done.stdout.splitlines())]


def too_far(value: float | str) -> bool:
    """Whether a difference is no number, or more than rounding."""
    return isinstance(value, str) or not value <= TOLERANCES["float32"]


@pytest.mark.parametrize("half", [0, 1])
def test_zoo(half: int) -> None:
    names = list(zoo_names())[half::2]
    found = agreement("zoo", *names)
    assert [name for name, _ in found] == names
    for name, differences in found:
        assert set(differences) == {"keras", "torch", "onnx"}
        assert not {key: one for key, one in differences.items() if too_far(one)}, name


def test_keras_on_what_is_drawn() -> None:
    """Networks, primitives and layers of every kind; the other targets have tests of their own."""
    found = agreement("drawn")
    refused = [given["keras"] for _, given in found if REFUSED.search(str(given["keras"]))]
    assert len({what for what, _ in found}) - len(refused) > 700
    assert not [
        (what, given["keras"])
        for what, given in found
        if too_far(given["keras"]) and given["keras"] not in refused
    ]

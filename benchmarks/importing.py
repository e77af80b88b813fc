"""The whole process `cnncalc check` of imported models, against the programs they come from.

A graph of ResNet-50 in ONNX against onnx-tool's profile of the same file, and Keras's ResNet50 as
JSON against Keras building and summarising it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from benchmarks.cold_start import PROFILE, resnet50_onnx
from benchmarks.measure import Ratio, interleaved, python, report

WRITE = "import keras; print(keras.applications.ResNet50(weights=None).to_json())"
SUMMARISE = "import keras; keras.applications.ResNet50(weights=None).summary()"


def main(rounds: int = 21) -> int:
    """Measure and print."""
    ratios = []
    model = resnet50_onnx()
    if model is not None:
        profile = python("-c", PROFILE, str(model))
        ratios.append(
            _ratio("ONNX ResNet-50 / onnx-tool's profile", model, profile, rounds, 1.3, 1.0)
        )
    if find_spec("keras") is not None:
        os.environ["KERAS_BACKEND"] = "numpy"  # the quickest of its backends to start
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "resnet50.json"
            file.write_bytes(
                subprocess.run(python("-c", WRITE), check=True, stdout=subprocess.PIPE).stdout
            )
            built = python("-c", SUMMARISE)
            name = "Keras's ResNet50 JSON / Keras's summary"
            ratios.append(_ratio(name, file, built, max(rounds // 4, 3), 0.1, None))
    if len(ratios) < 2:
        print('onnx-tool or Keras is not installed: pip install ".[benchmark]"')
    return report(ratios)


def _ratio(
    name: str, model: Path, other: list[str], rounds: int, bound: float, dream: float | None
) -> Ratio:
    check = python("-m", "cnncalc", "check", str(model))
    own, theirs = interleaved([check, other], rounds)
    detail = f"{own * 1000:.0f} ms against {theirs * 1000:.0f} ms"
    return Ratio(f"check {name}", own / theirs, bound, dream, "x", detail)


if __name__ == "__main__":
    sys.exit(main())

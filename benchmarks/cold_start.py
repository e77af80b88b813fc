"""The whole process `cnncalc check resnet50`, piped, against imports alone and against onnx-tool.

Run it where cnncalc is installed and not merely on the path, so that its byte code is cached as a
user's is: `pip install ".[benchmark]" && python -m benchmarks.cold_start`.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

from benchmarks.measure import Ratio, interleaved, python, report

IMPORTS = "import typer, rich.console, rich.table, pydantic, yaml"
PROFILE = "import onnx_tool, sys; onnx_tool.model_profile(sys.argv[1])"


def resnet50_onnx() -> Path | None:
    """The ResNet-50 graph that the onnx package ships, where it and onnx-tool are installed."""
    spec = find_spec("onnx")
    if spec is None or spec.origin is None or find_spec("onnx_tool") is None:
        return None
    return Path(spec.origin).parent / "backend/test/data/light/light_resnet50.onnx"


def main(rounds: int = 21) -> int:
    """Measure and print."""
    check = python("-m", "cnncalc", "check", "resnet50")
    commands = [check, python("-c", IMPORTS)]
    model = resnet50_onnx()
    if model is not None:
        commands.append(python("-c", PROFILE, str(model)))
    own, imports, *others = interleaved(commands, rounds)
    detail = f"{own * 1000:.0f} ms against {imports * 1000:.0f} ms"
    ratios = [Ratio("check resnet50 / imports alone", own / imports, 2.0, 1.6, "x", detail)]
    for profile in others:
        detail = f"{own * 1000:.0f} ms against {profile * 1000:.0f} ms"
        ratios.append(
            Ratio("check resnet50 / onnx-tool's profile", own / profile, 1.3, 1.0, "x", detail)
        )
    if model is None:
        print('onnx-tool is not installed: pip install ".[benchmark]"')
    return report(ratios)


if __name__ == "__main__":
    sys.exit(main())

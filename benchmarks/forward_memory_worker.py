"""What one forward pass takes in memory, in a process of its own.

Arguments: `cnncalc` or `torch`, a network, the batch and one of two measures:

- `allocated`: the most bytes that arrays take during the pass, weights included. For cnncalc it is
  what tracemalloc sees; for torch the parameters and buffers and, by its profiler, what its
  allocator holds at the same time. Neither sees what the library under it, OpenBLAS or oneDNN,
  takes for itself.
- `resident`: by how much the process grows while it loads the weights and runs, at most. A small
  network has been run before, so that the code of the library is there (Linux only).

The process prints a JSON object; for cnncalc it has what was predicted, too.
"""

from __future__ import annotations

import json
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import cnncalc
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.numeric.program import Plan, Program
from cnncalc.numeric.threads import crew
from cnncalc.numeric.weights import initial, matched

_SMALL = "lenet5-modern"
_PROCESS = Path("/proc/self")


def main(contender: str, network: str, batch: str, measure: str) -> None:
    """Measure and print."""
    facts = cnncalc.analyze(cnncalc.load(network), batch=int(batch))
    small = cnncalc.analyze(cnncalc.load(_SMALL))
    passes = {"cnncalc": _cnncalc, "torch": _torch}[contender]
    passes(small, _image(small))()
    found: dict[str, int] = {}
    if contender == "cnncalc":
        found["predicted"] = Plan(facts).memory.total
    if measure == "resident":
        found["resident"] = _growth(passes(facts, _image(facts)))
    elif contender == "cnncalc":
        found["allocated"] = _traced(facts)
    else:
        found["allocated"] = _profiled(facts)
    print(json.dumps(found))


def _image(facts: NetworkFacts) -> np.ndarray[Any, Any]:
    (shape,) = facts.inputs.values()
    assert shape is not None
    return np.ones((facts.batch, *[size or 1 for size in shape]), np.float32)


def _cnncalc(facts: NetworkFacts, x: np.ndarray[Any, Any]) -> Callable[[], object]:
    def run() -> None:
        with crew(1) as hands:
            Program(Plan(facts), matched(initial(facts), facts, "float32"), hands)(x)

    return run


def _torch(facts: NetworkFacts, x: np.ndarray[Any, Any]) -> Callable[[], object]:
    import torch

    from cnncalc.exporters.torch import build_torch

    torch.set_num_threads(1)
    first = torch.from_numpy(np.moveaxis(x, -1, 1).copy())

    def run() -> None:
        model = build_torch(facts).eval()
        with torch.inference_mode():
            model(first)

    return run


def _traced(facts: NetworkFacts) -> int:
    x = _image(facts)
    tracemalloc.start()
    with crew(1) as hands:
        program = Program(Plan(facts), matched(initial(facts), facts, "float32"), hands)
        tracemalloc.reset_peak()
        program(x)
    return tracemalloc.get_traced_memory()[1]


def _profiled(facts: NetworkFacts) -> int:
    import torch
    from torch.profiler import ProfilerActivity, profile

    from cnncalc.exporters.torch import build_torch

    model = build_torch(facts).eval()
    x = torch.from_numpy(np.moveaxis(_image(facts), -1, 1).copy())
    with (
        torch.inference_mode(),
        profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler,
    ):
        model(x)
    live = peak = 0
    for event in profiler.profiler.kineto_results.events():
        if event.name() == "[memory]":
            live += event.nbytes()
            peak = max(peak, live)
    return int(peak + sum(t.nbytes for t in (*model.parameters(), *model.buffers())))


def _growth(run: Callable[[], object]) -> int:
    (_PROCESS / "clear_refs").write_text("5")  # the highest mark is what it is now
    before = _status("VmRSS")
    run()
    return _status("VmHWM") - before


def _status(name: str) -> int:
    lines = (_PROCESS / "status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    main(*sys.argv[1:])

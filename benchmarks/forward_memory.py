"""The memory of a forward pass against PyTorch's: `python -m benchmarks.forward_memory`.

Each figure is from a process of its own, on one thread; `forward_memory_worker` says what is
measured. Both measures are ratios to PyTorch's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.measure import Ratio, python, report

NETWORKS = ("lenet5-modern", "fashion-mnist", "vgg16", "resnet50", "mobilenet-v2")
BATCHES = (1, 8)
_MEBIBYTE = 2**20
_LIMITS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class Peaks(NamedTuple):
    """Bytes that a pass takes.

    Attributes:
        predicted: What `run` says before.
        ours: What tracemalloc sees of it, from the first weight on.
        theirs: What PyTorch allocates.
        our_growth: By how much our process grows.
        their_growth: By how much PyTorch's does.
    """

    predicted: int
    ours: int
    theirs: int
    our_growth: int
    their_growth: int


def peaks(network: str, batch: int) -> Peaks:
    """Measure a network."""
    ours, theirs, our_growth, their_growth = (
        _measured(contender, network, batch, measure)
        for measure in ("allocated", "resident")
        for contender in ("cnncalc", "torch")
    )
    return Peaks(
        ours["predicted"],
        ours["allocated"],
        theirs["allocated"],
        our_growth["resident"],
        their_growth["resident"],
    )


def _measured(contender: str, network: str, batch: int, measure: str) -> dict[str, int]:
    environment = os.environ | dict.fromkeys(_LIMITS, "1")
    words = ["benchmarks.forward_memory_worker", contender, network, str(batch), measure]
    command = python("-W", "ignore", "-m", *words)
    result = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    found: dict[str, int] = json.loads(result.stdout.splitlines()[-1])
    return found


def ratios(network: str) -> list[Ratio]:
    """A network's peaks, of PyTorch's and of what was predicted."""
    found = []
    for batch in BATCHES:
        peak = peaks(network, batch)
        where = f"{network}, batch {batch}"
        found += [
            _ratio(f"{where}, allocated, of torch", peak.ours, peak.theirs, 1.0),
            _ratio(f"{where}, growth, of torch", peak.our_growth, peak.their_growth, 1.0),
            _ratio(f"{where}, allocated, of predicted", peak.ours, peak.predicted, 1.2),
        ]
    return found


def _ratio(name: str, ours: int, theirs: int, bound: float) -> Ratio:
    detail = f"{ours / _MEBIBYTE:.1f} MiB to {theirs / _MEBIBYTE:.1f} MiB"
    return Ratio(name, ours / theirs, bound, None, "x", detail)


def main(networks: Sequence[str] = NETWORKS) -> int:
    """Measure and print."""
    return report([ratio for network in networks for ratio in ratios(network)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or NETWORKS))

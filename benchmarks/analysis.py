"""Analysis alone: ResNet-50 from a loaded network to its facts."""

from __future__ import annotations

import gc
import sys
from statistics import median
from time import perf_counter

import cnncalc
from benchmarks.measure import Ratio, report


def main(rounds: int = 101) -> int:
    """Measure and print."""
    network = cnncalc.load("resnet50")
    cnncalc.analyze(network)
    times = []
    gc.collect()
    for _ in range(rounds):
        start = perf_counter()
        cnncalc.analyze(network)
        times.append(1000 * (perf_counter() - start))
    detail = f"median of {rounds}, fastest {min(times):.2f} ms"
    return report([Ratio("analyze resnet50", median(times), 5.0, 1.0, "ms", detail)])


if __name__ == "__main__":
    sys.exit(main())

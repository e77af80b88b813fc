"""The NumPy backend against those who run networks for a living: `python -m benchmarks.forward`.

Each contender runs in processes of its own, in turn with the others, so that noise meets all alike;
what is compared is the time per image in the fastest stretch of runs. The memory that a pass takes
is compared with PyTorch's, too. It all takes a quarter of an hour; names of networks after the
command make it less.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence

import cnncalc
from benchmarks import forward_memory
from benchmarks.forward_worker import PEAK_FLOPS
from benchmarks.measure import Ratio, python, report

_LENET, _FASHION, _VGG, _RESNET, _MOBILENET = (
    "lenet5-modern",
    "fashion-mnist",
    "vgg16",
    "resnet50",
    "mobilenet-v2",
)
NETWORKS = (_LENET, _FASHION, _VGG, _RESNET, _MOBILENET)
_TORCH = {_LENET: 0.6, _FASHION: 0.5, _VGG: 0.85, _RESNET: 0.7, _MOBILENET: 1.0}
_ONNXRUNTIME = {_VGG: 1.2, _RESNET: 1.5, _FASHION: 1.6, _MOBILENET: 3.0}
_THREADED = (_VGG, _RESNET)
_SECONDS = 1.0
# the variables that halve the speed of a current OpenBLAS where they are set
_MISLEADING = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
_LIMITS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")

Key = tuple[str, str, int, int]  # contender, network, batch, threads


def main(networks: Sequence[str] = NETWORKS, rounds: int = 3) -> int:
    """Measure and print."""
    ratios: list[Ratio] = []
    for network in networks:
        ratios += _network(network, rounds)
        ratios += forward_memory.ratios(network)
    return report(ratios)


def _network(network: str, rounds: int) -> list[Ratio]:
    keys: list[Key] = [
        (contender, network, batch, threads)
        for batch in (1, 8)
        for threads in (1, 2)
        for contender in ("cnncalc", "torch", "onnxruntime", "matmul")
    ]
    times = _measured(keys, rounds)
    slow: list[Key] = [(name, network, 1, 1) for name in ("reference", "keras")]
    times |= _measured(slow, 1)
    _print_shares(network, times)
    ours = times["cnncalc", network, 1, 1]
    ratios = [
        _ratio(f"{network}, of torch", ours, times["torch", network, 1, 1], _TORCH[network]),
        _ratio(f"{network}, of the reference", ours, times["reference", network, 1, 1], 0.2),
        _ratio(
            f"{network}, an image of 8, of one",
            times["cnncalc", network, 8, 1],
            ours,
            1.0,
            None,
        ),
    ]
    if network in _ONNXRUNTIME:
        theirs = times["onnxruntime", network, 1, 1]
        bound = _ONNXRUNTIME[network]
        ratios.append(_ratio(f"{network}, of ONNX Runtime", ours, theirs, bound, 1.0))
    if network in _THREADED:
        both = times["cnncalc", network, 1, 2]
        ratios.append(_ratio(f"{network}, two threads, of one", both, ours, 1 / 1.4, 1 / 1.8))
    return ratios


def _ratio(
    name: str, ours: float, theirs: float, bound: float, dream: float | None = None
) -> Ratio:
    return Ratio(name, ours / theirs, bound, dream, "x", f"{ours:.3f} ms to {theirs:.3f} ms")


def _print_shares(network: str, times: dict[Key, float]) -> None:
    """Every time, and which share of the speed of a large matrix product it is."""
    flops = 2 * cnncalc.analyze(cnncalc.load(network)).totals.n_macs
    for (contender, _, batch, threads), time in times.items():
        if contender == "matmul":
            continue
        peak = PEAK_FLOPS / (times["matmul", network, batch, threads] * batch)
        share = flops / time / peak
        where = f"{network}, batch {batch}, {threads} threads"
        print(f"     {time:10.3f} ms  {share:6.1%} of matmul  {contender:12} {where}")


def _measured(keys: list[Key], rounds: int) -> dict[Key, float]:
    best: dict[Key, float] = {}
    for _ in range(rounds):
        for key in keys:
            best[key] = min(_fastest(key), best.get(key, float("inf")))
    return best


def _fastest(key: Key) -> float:
    """Milliseconds per image of the fastest stretch."""
    contender, network, batch, threads = key
    environment = {name: value for name, value in os.environ.items() if name not in _MISLEADING}
    environment |= dict.fromkeys(_LIMITS, str(threads))
    if contender == "cnncalc":  # it shares the work out by itself
        environment |= dict.fromkeys(_LIMITS, "1")
    words = ["-m", "benchmarks.forward_worker", contender, network, str(batch), str(threads)]
    command = python("-W", "ignore", *words, str(_SECONDS))
    result = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return float(json.loads(result.stdout.splitlines()[-1])["fastest"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or NETWORKS))

"""Chains of 1 000, 10 000 and 100 000 layers: the whole command, time per layer and memory.

What starting up costs, measured by a network of one layer, is taken off before dividing.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks.measure import Ratio, python, report

LENGTHS = (1_000, 10_000, 100_000)


def spec(n_layers: int, *, repeated: bool) -> str:
    """A chain of convolutions, written out line by line or as one repeated line."""
    head = "input: 16x16x8\nlayers:\n"
    if repeated:
        layer = f"{{filters: 8, kernel: 3, padding: 1, activation: relu, repeat: {n_layers}}}"
        return f"{head}  - conv: {layer}\n"
    lines = (
        f"  - conv: {{filters: {8 + 8 * (k % 7)}, kernel: 3, padding: 1, activation: relu}}\n"
        for k in range(n_layers)
    )
    return head + "".join(lines)


def run(path: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of `cnncalc check`, piped."""
    start = perf_counter()
    process = os.posix_spawn(
        sys.executable,
        python("-m", "cnncalc", "check", str(path)),
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, usage = os.wait4(process, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"cnncalc check {path} failed")
    return perf_counter() - start, usage.ru_maxrss / 1024


def measure(folder: Path, n_layers: int, *, repeated: bool, rounds: int) -> tuple[float, float]:
    """Fewest seconds, which noise cannot make fewer, and largest megabytes over some rounds."""
    path = folder / f"chain-{n_layers}.yaml"
    path.write_text(spec(n_layers, repeated=repeated))
    results = [run(path) for _ in range(rounds)]
    return min(time for time, _ in results), max(memory for _, memory in results)


def main() -> int:
    """Measure and print."""
    ratios = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for repeated in (False, True):
            form = "one repeated line" if repeated else "a line per layer"
            # a thousand layers take a fraction of what starting takes, so that needs many rounds
            start, _ = measure(folder, 1, repeated=repeated, rounds=21)
            per_layer = []
            for n_layers in LENGTHS:
                rounds = {1_000: 21, 10_000: 5, 100_000: 2}[n_layers]
                time, memory = measure(folder, n_layers, repeated=repeated, rounds=rounds)
                per_layer.append(1e6 * (time - start) / n_layers)
            detail = " → ".join(f"{own:.1f} µs" for own in per_layer) + " per layer"
            growth = max(per_layer[1:]) / per_layer[0]
            ratios += [
                Ratio(f"growth, {form}", growth, 1.2, None, "x", detail),
                Ratio(f"100 000 layers, {form}", time, 10.0, None, "s", "whole process"),
                Ratio(f"100 000 layers, {form}", memory, 500.0, None, "MB", "peak"),
            ]
    return report(ratios)


if __name__ == "__main__":
    sys.exit(main())

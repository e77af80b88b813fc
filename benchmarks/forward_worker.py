"""One forward pass, timed in a process of its own: `python -m benchmarks.forward_worker …`.

Every contender gets the same seeded weights and input, loads, runs once to warm up, and then runs
until the time is up, in stretches of eight images whatever the batch is: the best of many short
stretches would always beat the best of a few long ones. The process prints the milliseconds per
image of the fastest stretch and of the median one.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

import cnncalc
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.numeric.program import Plan, Program
from cnncalc.numeric.threads import crew
from cnncalc.numeric.weights import initial, matched

Run = Callable[[], Any]
_PEAK_SIZE = 2048
_STRETCH = 8  # images
_SLOW = ("reference", "keras")  # seconds for an image


def main(contender: str, network: str, batch: str, threads: str, seconds: str) -> None:
    """Time one contender and print the result as JSON."""
    with ExitStack() as stack:
        run = _CONTENDERS[contender](network, int(batch), int(threads), stack)
        run()
        times: list[float] = []
        n_runs = 1 if contender in _SLOW else max(1, _STRETCH // int(batch))
        end = perf_counter() + float(seconds)
        while not times or perf_counter() < end:
            start = perf_counter()
            for _ in range(n_runs):
                run()
            times.append(1000 * (perf_counter() - start) / (n_runs * int(batch)))
    print(json.dumps({"fastest": min(times), "median": median(times), "runs": len(times)}))


def _facts(network: str, batch: int) -> NetworkFacts:
    return cnncalc.analyze(cnncalc.load(network), batch=batch)


def _input(facts: NetworkFacts) -> np.ndarray[Any, Any]:
    (shape,) = facts.inputs.values()
    assert shape is not None
    rng = np.random.default_rng(0)
    return rng.standard_normal((facts.batch, *[n or 1 for n in shape]), dtype=np.float32)


def _first(x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    # a copy, as PyTorch takes what has one channel for channels last if it lies so
    return np.moveaxis(x, -1, 1).copy()


def _cnncalc(network: str, batch: int, threads: int, stack: ExitStack) -> Run:
    facts = _facts(network, batch)
    plan = Plan(facts, n_threads=threads)
    weights = matched(initial(facts), facts, "float32")
    program = Program(plan, weights, stack.enter_context(crew(threads)))
    x = _input(facts)
    return lambda: program(x)


def _torch(network: str, batch: int, threads: int, stack: ExitStack) -> Run:
    import torch

    from cnncalc.exporters.torch import build_torch

    torch.set_num_threads(threads)
    facts = _facts(network, batch)
    module = build_torch(facts).eval()
    x = torch.from_numpy(_first(_input(facts)))
    stack.enter_context(torch.inference_mode())
    return lambda: module(x)


def _onnx(network: str, batch: int) -> tuple[Any, np.ndarray[Any, Any]]:
    from cnncalc.exporters.onnx import to_onnx

    facts = _facts(network, batch)
    return to_onnx(facts, initial(facts)), _first(_input(facts))


def _onnxruntime(network: str, batch: int, threads: int, stack: ExitStack) -> Run:
    import onnxruntime

    model, x = _onnx(network, batch)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    feed = {session.get_inputs()[0].name: x}
    return lambda: session.run(None, feed)


def _reference(network: str, batch: int, threads: int, stack: ExitStack) -> Run:
    from onnx.reference import ReferenceEvaluator

    model, x = _onnx(network, batch)
    evaluator = ReferenceEvaluator(model)
    feed = {model.graph.input[0].name: x}
    return lambda: evaluator.run(None, feed)


def _keras(network: str, batch: int, threads: int, stack: ExitStack) -> Run:
    os.environ["KERAS_BACKEND"] = "numpy"
    from cnncalc.exporters.keras import build_keras

    facts = _facts(network, batch)
    model, x = build_keras(facts), _input(facts)
    return lambda: model(x, training=False)


def _peak(network: str, batch: int, threads: int, stack: ExitStack) -> Run:
    a, b = np.random.default_rng(0).random((2, _PEAK_SIZE, _PEAK_SIZE), dtype=np.float32)
    out = np.empty_like(a)
    return lambda: np.matmul(a, b, out=out)


PEAK_FLOPS = 2 * _PEAK_SIZE**3
_CONTENDERS = {
    "cnncalc": _cnncalc,
    "torch": _torch,
    "onnxruntime": _onnxruntime,
    "reference": _reference,
    "keras": _keras,
    "matmul": _peak,
}

if __name__ == "__main__":
    main(*sys.argv[1:])

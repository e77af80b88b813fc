"""Runs cnncalc on hostile specs, each in a process of its own, and tells what it cost.

One process imports everything and then forks for every request, so that a request costs what its
spec costs. Requests and answers are JSON, one a line.
"""

from __future__ import annotations

import json
import os
import re
import resource
import sys
import time
from pathlib import Path
from typing import Any

CPU_SECONDS = 20
BYTES = 3 * 2**30


def main() -> None:
    from cnncalc import analyze, lint, load
    from cnncalc.spec.flat import flat_spec

    everything = load("resnet50")
    lint(analyze(everything))
    flat_spec(everything)
    lint(analyze(load("input: 3\nlayers: [reluu, {dense: $n}]\nbudget: {params: x}\n")))
    for line in sys.stdin:
        sys.stdout.write(_in_a_child(json.loads(line)) + "\n")
        sys.stdout.flush()


def _in_a_child(request: dict[str, Any]) -> str:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as answers:
            json.dump(_answer(request), answers)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answers:
        answer = answers.read()
    _, status = os.waitpid(child, 0)
    return answer or json.dumps({"outcome": f"killed, status {status}", "messages": []})


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    before = _peak_kibibytes()
    start = time.process_time()
    outcome, messages = _try(request)
    used = _peak_kibibytes() - before
    seconds = time.process_time() - start
    return {"outcome": outcome, "messages": messages, "seconds": seconds, "bytes": used * 1024}


def _peak_kibibytes() -> int:
    """Most memory so far; getrusage would include the process that this one is forked from."""
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    assert peak is not None
    return int(peak[1])


def _try(request: dict[str, Any]) -> tuple[str, list[str]]:
    from cnncalc import CnncalcError, SpecError, analyze, lint, load

    settings = {key: value for key, value in request.items() if key != "source"}
    try:
        facts = analyze(load(request["source"], **settings))
        repr([(layer.output_shape, layer.n_params, layer.n_macs) for layer in facts.layers[:100]])
        findings = [finding for finding in lint(facts) if finding.severity == "error"]
    except CnncalcError as error:
        return type(error).__name__, (
            [diagnostic.message for diagnostic in error.diagnostics]
            if isinstance(error, SpecError)
            else [str(error)]
        )
    except BaseException as error:
        return f"crashed: {type(error).__name__}: {str(error)[:200]}", []
    return f"{len(findings)} errors", [finding.message for finding in findings[:20]]


if __name__ == "__main__":
    main()

"""A run as JSON: a contract for programs, which docs/run.md describes."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import isfinite
from typing import Any

from cnncalc.numeric.session import Scored, Values
from cnncalc.numeric.timing import Row, Timings
from cnncalc.report.json_report import SCHEMA_VERSION
from cnncalc.report.run_report import Ran, score_name
from cnncalc.report.run_times import of_peak


def write_document(write: Callable[[str], object], ran: Ran) -> None:
    """Write a run, one sample and one row of times per line."""
    write(f"{_dump(_head(ran))[:-1]}")
    _write_list(write, "samples", _samples(ran))
    if ran.outcome.timings is not None:
        timings = ran.outcome.timings
        head = {
            "seconds": timings.seconds,
            "n_macs": timings.n_macs,
            "n_runs": timings.n_runs,
            "peak_flops_per_second": timings.peak,
        }
        write(f',\n"timings": {_dump(head)[:-1]}')
        _write_list(write, "rows", [_row(row, timings) for row in timings.rows])
        write("}")
    write("}\n")


def _write_list(write: Callable[[str], object], key: str, entries: list[Any]) -> None:
    write(f',\n"{key}": [')
    for number, entry in enumerate(entries):
        write((",\n" if number else "\n") + _dump(entry))
    write("]")


def _dump(value: Any) -> str:
    return json.dumps(value, allow_nan=False)


def _head(ran: Ran) -> dict[str, Any]:
    facts, outcome = ran.facts, ran.outcome
    return {
        "schema_version": SCHEMA_VERSION,
        "name": facts.name,
        "source": facts.network.file,
        "inputs": facts.inputs,
        "outputs": facts.outputs,
        "batch": facts.batch,
        "dtype": facts.dtype,
        "n_threads": ran.n_threads,
        "weights": ran.weights,
        "seed": ran.seed if ran.weights is None else None,
        "preprocess": ran.preprocess if ran.feed.has_images else None,
        "n_samples": ran.feed.n_samples,
        "n_runs": ran.feed.n_runs,
        "load_seconds": outcome.load_seconds,
        "run_seconds": outcome.run_seconds,
        "memory": {**ran.memory._asdict(), "total": ran.memory.total},
        "files": list(ran.files),
        "layers": [_layer(name, values) for name, values in outcome.values.items()],
        "score": score_name(facts).lower() if outcome.top else None,
    }


def _layer(name: str, values: Values) -> dict[str, Any]:
    return {
        "name": name,
        "shape": values.shape,
        "smallest": values.smallest,
        "largest": values.largest,
        "mean": values.mean,
        "n_not_finite": values.n_odd,
    }


def _samples(ran: Ran) -> list[dict[str, Any]]:
    top = ran.outcome.top or [[] for _ in range(ran.feed.n_samples)]
    return [
        {"inputs": inputs, "top": [_scored(entry, ran.labels) for entry in entries]}
        for inputs, entries in zip(ran.feed.samples, top, strict=True)
    ]


def _scored(entry: Scored, labels: list[str] | None) -> dict[str, Any]:
    return {
        "class": entry.number,
        "label": None if labels is None else labels[entry.number],
        "score": entry.score if isfinite(entry.score) else None,
    }


def _row(row: Row, timings: Timings) -> dict[str, Any]:
    return {
        "layers": row.layers,
        "kernels": row.kernels,
        "seconds": row.seconds,
        "n_macs": row.n_macs,
        "flops_per_second": row.flops_per_second,
        "of_peak": of_peak(row, timings),
    }

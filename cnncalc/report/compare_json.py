"""A comparison of networks as JSON, for programs; docs/compare.md describes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cnncalc.comparison.comparing import ComparedNetwork, Comparison
from cnncalc.report.json_report import SCHEMA_VERSION

_TOTALS = ("n_params", "n_statistics", "n_macs", "n_flops", "weight_bytes", "peak_memory_bytes")


def write_json(write: Callable[[str], object], found: Comparison) -> None:
    """Write a comparison as one object, with a line per network."""
    head = json.dumps({"schema_version": SCHEMA_VERSION})
    lines = ",\n".join(json.dumps(_network(one), allow_nan=False) for one in found.networks)
    write(f'{head[:-1]},\n"networks": [\n{lines}]}}\n')


def _network(one: ComparedNetwork) -> dict[str, Any]:
    facts = one.facts
    return {
        "name": one.name,
        "source": facts.network.file,
        "inputs": facts.inputs,
        "batch": facts.batch,
        "dtype": facts.dtype,
        **{name: getattr(facts.totals, name) for name in _TOTALS},
        "receptive_field": one.receptive_field,
        "depth": one.depth,
        "partial": [name for name in _TOTALS if name in facts.totals.partial],
        "accuracy": None if one.accuracy is None else one.accuracy._asdict(),
    }

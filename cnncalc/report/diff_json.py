"""A comparison as JSON, for programs; docs/diff.md describes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import isfinite
from typing import Any

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.comparison.difference import FIGURES, Change, LayerDiff, NetworkDiff
from cnncalc.comparison.likeness import Written
from cnncalc.report.diff_totals import percent
from cnncalc.report.json_report import SCHEMA_VERSION, layer_data


def write_json(write: Callable[[str], object], diff: NetworkDiff) -> None:
    """Write a comparison as one object, with a line for every layer that is not the same."""
    head = {
        "schema_version": SCHEMA_VERSION,
        "before": _network(diff.before),
        "after": _network(diff.after),
        "is_empty": diff.is_empty,
        "counts": diff.counts,
        "changes": _changes(diff.changes),
        "totals": {change.what: _total(change) for change in diff.totals},
    }
    write(f'{_dump(head)[:-1]},\n"layers": [')
    layers = [layer for layer in diff.layers if layer.kind != "same"]
    for number, layer in enumerate(layers):
        write((",\n" if number else "\n") + _dump(_layer(layer)))
    write("]}\n")


def _dump(value: Any) -> str:
    return json.dumps(value, allow_nan=False)


def _network(facts: NetworkFacts) -> dict[str, Any]:
    return {"name": facts.name, "source": facts.network.file}


def _layer(layer: LayerDiff) -> dict[str, Any]:
    before, after = (None if x is None else layer_data(x) for x in (layer.before, layer.after))
    names = FIGURES if before is None or after is None else [c.what for c in layer.figures]
    return {
        "kind": layer.kind,
        "op": layer.layer.op,
        "before": _name(layer.before),
        "after": _name(layer.after),
        "changes": _changes(layer.changes),
        "figures": {
            name: {"before": before and before[name], "after": after and after[name]}
            for name in names
        },
    }


def _name(layer: LayerFacts | None) -> str | None:
    return None if layer is None else layer.name


def _changes(changes: tuple[Change, ...]) -> dict[str, Any]:
    return {
        change.what: {"before": _plain(change.before), "after": _plain(change.after)}
        for change in changes
    }


def _total(change: Change) -> dict[str, Any]:
    found = {"before": change.before, "after": change.after}
    if isinstance(change.before, int) and isinstance(change.after, int):
        found["difference"] = change.after - change.before
        found["percent"] = percent(change.before, change.after)
    return found


def _plain(value: Any) -> Any:
    """A value as JSON has it: an infinite one is a text."""
    match value:
        case float() if not isfinite(value):
            return str(value)
        case Written(op, arguments):
            words = {name: _plain(item) for name, item in arguments if item is not None}
            return {op: words} if words else op
        case tuple() | list():
            return [_plain(item) for item in value]
        case _:
            return value

"""What another tool would print, as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.conventions.comparing import Against, Comparison
from cnncalc.conventions.counting import Count, Figure, count
from cnncalc.report.json_report import SCHEMA_VERSION


def count_data(facts: NetworkFacts, convention: str) -> dict[str, Any]:
    """A count as plain data."""
    return _count(count(facts, convention))


def write_counts(write: Callable[[str], object], facts: NetworkFacts, counts: list[Count]) -> None:
    """Write what all tools would print as one JSON object."""
    _write(write, {**_head(facts), "counts": [_count(counted) for counted in counts]})


def write_against(write: Callable[[str], object], facts: NetworkFacts, found: Against) -> None:
    """Write why two tools differ as one JSON object."""
    comparisons = [_comparison(one) for one in found.comparisons]
    data = {"against": found.theirs.convention, "title": found.theirs.title}
    _write(write, {**_head(facts), **data, "comparisons": comparisons})


def _write(write: Callable[[str], object], document: dict[str, Any]) -> None:
    write(json.dumps(document, allow_nan=False, indent=2) + "\n")


def _head(facts: NetworkFacts) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "name": facts.name,
        "source": facts.network.file,
        "batch": facts.batch,
    }


def _count(counted: Count) -> dict[str, Any]:
    return {
        "convention": counted.convention,
        "title": counted.title,
        "note": counted.note,
        "figures": [_figure(figure) for figure in counted.figures],
        "mistakes": counted.mistakes,
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "word": figure.word,
        "quantity": figure.quantity,
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "is_partial": figure.is_partial,
    }


def _comparison(found: Comparison) -> dict[str, Any]:
    return {
        "ours": _figure(found.ours),
        "theirs": _figure(found.theirs),
        "difference": found.difference,
        "terms": [{**row._asdict(), "difference": row.difference} for row in found.rows],
    }

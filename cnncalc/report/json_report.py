"""The report as JSON: a contract for programs, which docs/cli.md describes.

`SCHEMA_VERSION` changes when a key goes away or changes its meaning; further keys may come without.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from cnncalc.analysis.facts import LayerFacts, NetworkFacts, ReceptiveField
from cnncalc.errors import Diagnostic
from cnncalc.linter.finding import Finding
from cnncalc.linter.fixes import ResolvedFix
from cnncalc.report.totals import CONVENTION
from cnncalc.source import Source

SCHEMA_VERSION = "1"
_FINDING = (
    "code", "name", "severity", "message", "help", "line", "column", "end_line", "end_column",
    "layer", "layers",
)  # fmt: skip
_CHUNK = 1000  # layers that are joined before they are written


def write_document(
    write: Callable[[str], object],
    networks: Iterable[tuple[NetworkFacts, Sequence[Finding] | None]],
    errors: Sequence[Diagnostic] = (),
    convention: str | None = None,
) -> None:
    """Write networks, each with its findings unless they were not asked for, and errors.

    With a convention each has what that tool would print, beside our own totals.

    Without any network there are errors only.
    """
    write(f'{{"schema_version": {_dump(SCHEMA_VERSION)}')
    parts = list(networks)
    if parts or not errors:
        write(f',\n"convention": {_dump(CONVENTION)},\n"networks": [')
        for number, (facts, findings) in enumerate(parts):
            write(",\n" if number else "\n")
            _write_network(write, facts, findings, convention)
        write("]")
    if errors:
        write(f',\n"errors": {_dump([_error(error) for error in errors])}')
    write("}\n")


def _write_network(
    write: Callable[[str], object],
    facts: NetworkFacts,
    findings: Sequence[Finding] | None,
    convention: str | None,
) -> None:
    """One line per layer, so that a diff of two reports can be read."""
    head = _dump(_head(facts))
    write(f'{head[:-1]},\n"layers": [')
    for start in range(0, len(facts.layers), _CHUNK):
        lines = [_dump(layer_data(layer)) for layer in facts.layers[start : start + _CHUNK]]
        write((",\n" if start else "\n") + ",\n".join(lines))
    write(f'],\n"totals": {_dump(_totals(facts))}')
    if convention is not None:
        from cnncalc.report.count_json import count_data

        write(f',\n"counted": {_dump(count_data(facts, convention))}')
    if findings is not None:
        write(',\n"findings": [')
        for number, finding in enumerate(findings):
            data = finding_data(finding, facts.network.source)
            write((",\n" if number else "\n") + _dump(data))
        write("]")
    write("}")


def _dump(value: Any) -> str:
    return json.dumps(value, allow_nan=False)


def _head(facts: NetworkFacts) -> dict[str, Any]:
    inputs = facts.inputs
    return {
        "name": facts.name,
        "source": facts.network.file,
        "input": next(iter(inputs.values())) if len(inputs) == 1 else inputs,
        "inputs": inputs,
        "outputs": facts.outputs,
        "output_shape": facts.output_shape,
        "batch": facts.batch,
        "dtype": facts.dtype,
    }


def layer_data(layer: LayerFacts) -> dict[str, Any]:
    """A layer as plain data."""
    weights = layer.weights
    return {
        "name": layer.name,
        "op": layer.op,
        "inputs": layer.inputs,
        "input_shapes": layer.input_shapes,
        "output_shape": layer.output_shape,
        "n_params": layer.n_params,
        "n_trainable_params": layer.n_trainable_params,
        "n_statistics": layer.n_statistics,
        "n_macs": layer.n_macs,
        "n_flops": layer.n_flops,
        "flops": layer.flops,
        "misfit": [
            {
                "axis": axis,
                "remainder": window.remainder,
                "real_cells_lost": window.real_cells_lost,
            }
            for axis, window in enumerate(layer.windows)
        ],
        "receptive_field": _field(layer.receptive_field),
        "weights": None if weights is None else [weight._asdict() for weight in weights],
        "weight_bytes": layer.weight_bytes,
        "activation_bytes": layer.activation_bytes,
        "arithmetic_intensity": layer.arithmetic_intensity,
        "shares": layer.shares,
    }


def _field(field: ReceptiveField | None) -> dict[str, Any] | None:
    if field is None:
        return None
    stride = None if field.stride is None else [_number(step) for step in field.stride]
    return {
        "size": field.size,
        "stride": stride,
        "start": field.start,
        "smallest": field.smallest,
        "whole_input": field.whole_input,
        "aligned": field.aligned,
    }


def _number(value: int | Fraction) -> int | float:
    """An integer where it is one: strides are fractions after upsampling only."""
    return int(value) if value.denominator == 1 else float(value)


def _totals(facts: NetworkFacts) -> dict[str, Any]:
    return facts.totals._asdict()


def finding_data(finding: Finding, source: Source | None) -> dict[str, Any]:
    """A finding as plain data."""
    return {
        **{key: getattr(finding, key) for key in _FINDING},
        "fixes": [] if source is None else [_fix(fix, source) for fix in finding.fixes],
    }


def _fix(fix: ResolvedFix, source: Source) -> dict[str, Any]:
    edits = [
        {
            "start": _place(edit.span.start, source),
            "end": _place(edit.span.end, source),
            "text": edit.text,
        }
        for edit in fix.edits
    ]
    return {"title": fix.title, "is_safe": fix.is_safe, "edits": edits}


def _place(offset: int, source: Source) -> dict[str, int]:
    line, column = source.position(offset)
    return {"line": line, "column": column}


def _error(error: Diagnostic) -> dict[str, Any]:
    return error._asdict()

"""The engine: runs the rules, finds the places of what they report, and sorts it out."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.linter.finding import Finding, Severity
from cnncalc.linter.rule import Report, Rule
from cnncalc.source import Mapping, Node, Source, Span

_CRASHED = "internal-error"
_RULES = "cnncalc.linter.rules"


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, by code; a rule is a file in `cnncalc/linter/rules/`."""
    package = import_module(_RULES)
    found = []
    for info in pkgutil.iter_modules(package.__path__):
        if not info.name.startswith("_"):
            module = import_module(f"{_RULES}.{info.name}")
            found += [
                kind()
                for kind in vars(module).values()
                if isinstance(kind, type) and issubclass(kind, Rule) and kind is not Rule
            ]
    return tuple(sorted(found, key=lambda rule: rule.code))


def lint(facts: NetworkFacts) -> list[Finding]:
    """Run every rule; what several copies of one line share is one finding."""
    found: dict[tuple[object, ...], Finding] = {}
    superseded: set[tuple[str, object]] = set()
    for rule in rules():
        try:
            reports = list(rule.check(facts))
        except Exception as error:  # whatever a rule does wrong must not hide the others' findings
            reports = []
            crash = _crash(rule, error)
            found[crash.code, rule.code] = crash
        for report in reports:
            finding = _locate(rule, report, facts.network.source)
            place = finding.span if finding.line is not None else finding.layer
            superseded.update((code, place) for code in rule.supersedes)
            _collect(found, finding, place)
    kept = [f for key, f in found.items() if (f.code, key[1]) not in superseded]
    return sorted(kept, key=_order)


def _order(finding: Finding) -> tuple[int, int, str]:
    return (finding.line or 0, finding.column or 0, finding.code)


def _collect(found: dict[tuple[object, ...], Finding], finding: Finding, place: object) -> None:
    key: tuple[object, ...] = (finding.code, place)
    first = found.get(key)
    if first is not None and first.layer == finding.layer and first.message != finding.message:
        key = (finding.code, place, finding.message)  # two faults of one layer, not two copies
        first = found.get(key)
    if first is None:
        found[key] = finding
    elif finding.layer not in first.layers:
        found[key] = first._replace(layers=(*first.layers, *finding.layers))


def _locate(rule: Rule, report: Report, source: Source | None) -> Finding:
    layer = report.layer
    layers = report.layers if layer is None else (layer.name,)
    span = report.span
    if span is None and layer is not None:
        span = _layer_span(layer.node.place, report.argument)
    line, column, end_line, end_column = _positions(source, span)
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=rule.severity,
        message=f"{layer.op}: {report.message}" if layer is not None else report.message,
        help=report.help,
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
        layer=layers[0] if layers else None,
        layers=layers,
        span=span if source is not None else None,
    )


def _layer_span(place: object, argument: str | None) -> Span | None:
    """Where a layer is written: the argument if it is there, else the op."""
    if isinstance(place, Mapping) and place.entries:
        head, value = place.entries[0]
        if argument is not None and isinstance(value, Mapping):
            key = value.key(argument)
            if key is not None:
                return key.span
        return head.span
    return place.span if isinstance(place, Node) else None


def _positions(
    source: Source | None, span: Span | None
) -> tuple[int | None, int | None, int | None, int | None]:
    if source is None or span is None:
        return None, None, None, None
    line, column = source.position(span.start)
    end_line, end_column = source.position(max(span.start, span.end - 1))
    return line, column, end_line, end_column + 1


def _crash(rule: Rule, error: Exception) -> Finding:
    severity: Severity = "error"
    message = f"rule {rule.code} ({rule.name}) failed: {type(error).__name__}: {error}"
    why = "this is a bug in cnncalc; please report it"
    nowhere = (None, None, None, None)
    return Finding("E000", _CRASHED, severity, message, why, *nowhere, None, (), None)

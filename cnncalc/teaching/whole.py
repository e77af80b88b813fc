"""The sums over a network: which formula, how often, adds up to its parameters and operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.shapes import Size
from cnncalc.teaching.formula import Constant, Formula, product
from cnncalc.teaching.operations import mac_lines
from cnncalc.teaching.parameters import parameter_lines
from cnncalc.teaching.stages import Stage, stages
from cnncalc.teaching.worked import Key, Line, Part, Worked


class _Term(NamedTuple):
    """A formula with the layers that it holds for."""

    line: Line
    layers: list[str]


def whole(facts: NetworkFacts) -> Worked:
    """The parameters and multiply-accumulates of a network, added up; equal formulas are one."""
    totals = facts.totals
    shapes = tuple(facts.inputs.values())
    owned = [layer for layer in facts.layers if layer.shares is None]
    parts = (
        _sum("parameters", "Parameters", owned, parameter_lines, totals.n_params),
        _sum("macs", "Multiply-accumulates", facts.layers, mac_lines, totals.n_macs),
    )
    partial = tuple(
        part._replace(notes=("some layers are not known: at least so many",))
        if f"n_{'params' if part.key == 'parameters' else 'macs'}" in totals.partial
        else part
        for part in parts
    )
    name = facts.name or "network"
    return Worked(name, f"{len(facts.layers)} layers", name, shapes, facts.output_shape, partial)


def _sum(
    key: Key,
    title: str,
    layers: list[LayerFacts] | tuple[LayerFacts, ...],
    count: Callable[[Stage], list[Line]],
    result: Size,
) -> Part:
    terms: dict[tuple[str, Formula, bool], _Term] = {}
    for layer in layers:
        for stage in stages(layer.node.lowered):
            for line in count(stage):
                place = (layer.op, line.formula, line.is_statistic)
                terms.setdefault(place, _Term(line, [])).layers.append(layer.name)
    return Part(key, title, tuple(_line(term) for term in terms.values()), result=result)


def _line(term: _Term) -> Line:
    times = len(term.layers)
    if times == 1:
        return term.line._replace(label=term.layers[0])
    formula = product(Constant(times), term.line.formula)
    return term.line._replace(label=f"{term.layers[0]} and {times - 1} more", formula=formula)

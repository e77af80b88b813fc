"""What the tests of the language share: findings of a text, and the flat spec held against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cnncalc
from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.linter.finding import Finding
from cnncalc.spec.flat import flat_spec


def spec(*layers: str, input: str = "8x8x3", head: str = "") -> str:
    """The text of a spec: what stands before the layers, and one line per layer."""
    return "\n".join([f"input: {input}", *([head] if head else []), "layers:", *indented(layers)])


def indented(layers: tuple[str, ...]) -> list[str]:
    return [f"  - {layer}" for layer in layers]


def findings(text: str, **settings: Any) -> list[Finding]:
    """The errors that the linter finds: what makes a spec mean nothing, and no advice."""
    facts = cnncalc.analyze(cnncalc.load(text + "\n", **settings))
    return [finding for finding in cnncalc.lint(facts) if is_error(finding)]


def only(text: str, **settings: Any) -> Finding:
    """The one error that the linter finds."""
    found = findings(text, **settings)
    assert len(found) == 1, "\n".join(f"{f.line}:{f.column} {f.code} {f.message}" for f in found)
    return found[0]


def places(text: str) -> list[tuple[str, int | None, int | None]]:
    """Code, line and column of every error."""
    return [(finding.code, finding.line, finding.column) for finding in findings(text)]


def facts_of(
    text: str, *, variant: str | None = None, define: Mapping[str, Any] | None = None
) -> NetworkFacts:
    """The facts of a spec in which nothing is an error, the flat spec held against them."""
    network = cnncalc.load(text + "\n", variant=variant, define=define)
    facts = cnncalc.analyze(network)
    errors = [f"{f.line}:{f.column} {f.message}" for f in cnncalc.lint(facts) if is_error(f)]
    assert not errors, errors
    if facts.layers:
        check_flat(facts)
    return facts


def is_error(finding: Finding) -> bool:
    return finding.severity == "error"


def check_flat(facts: NetworkFacts) -> None:
    """The flat spec has the same facts and names, and is its own flat spec."""
    text = flat_spec(facts.network)
    again = cnncalc.analyze(cnncalc.load(text))
    assert not again.network.problems, again.network.problems
    assert again.outputs == facts.outputs
    assert again.inputs == facts.inputs
    assert again.totals == facts.totals
    assert [essence(layer) for layer in again.layers] == [essence(layer) for layer in facts.layers]
    assert flat_spec(again.network) == text


def essence(layer: LayerFacts) -> tuple[object, ...]:
    """All that is known about a layer but for its place in the text."""
    return (
        layer.name,
        layer.op,
        layer.inputs,
        layer.input_shapes,
        layer.output_shape,
        layer.figures,
        layer.receptive_field,
        layer.shares,
        [type(fault) for fault in layer.faults],
    )


def names(facts: NetworkFacts) -> list[str]:
    return [layer.name for layer in facts.layers]


def shapes(facts: NetworkFacts) -> list[object]:
    return [layer.output_shape for layer in facts.layers]


def first_layer(text: str) -> Any:
    """The layer object of the first layer of a sound spec."""
    return facts_of(text).layers[0].node.layer

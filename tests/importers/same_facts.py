"""What it means that two networks have the same facts."""

from __future__ import annotations

from typing import Any

from cnncalc.analysis.facts import LayerFacts, NetworkFacts


def layer_facts(layer: LayerFacts) -> dict[str, Any]:
    """All that is known of a layer: name, op, links, shapes, arrays, costs, what it sees."""
    known = layer._asdict()
    del known["node"]  # its arguments, which may say the same in other words
    return {**known, **known.pop("figures")._asdict()}


def check_same_facts(facts: NetworkFacts, others: NetworkFacts) -> None:
    """Hold every layer, in order, the totals, the inputs and the outputs to those of the first."""
    assert [layer.name for layer in others.layers] == [layer.name for layer in facts.layers]
    for layer, other in zip(facts.layers, others.layers, strict=True):
        wanted, got = layer_facts(layer), layer_facts(other)
        differing = {key: (wanted[key], got[key]) for key in wanted if got[key] != wanted[key]}
        assert not differing, layer.name
    assert others.inputs == facts.inputs
    assert others.outputs == facts.outputs
    assert others.totals == facts.totals

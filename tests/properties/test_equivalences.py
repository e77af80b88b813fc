"""Two spellings of one network have the same facts."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.spec.flat import flat_spec
from tests.helpers import facts_of, last_map
from tests.properties.strategies import Drawing, Drawn, Map, Options, Spec, networks

some = settings(max_examples=150)


def layer_facts(layer: LayerFacts) -> tuple[object, ...]:
    """What must agree of a layer; its place in the text is not among it."""
    return (
        layer.name,
        layer.op,
        layer.inputs,
        layer.output_shape,
        layer.figures,
        layer.receptive_field,
        layer.shares,
    )


def network_facts(facts: NetworkFacts) -> tuple[object, ...]:
    return (facts.inputs, facts.outputs, facts.totals, [*map(layer_facts, facts.layers)])


@some
@given(networks())
def test_expanded(drawn: Drawn) -> None:
    facts = facts_of(drawn.text)
    flat = flat_spec(facts.network)
    expanded = facts_of(flat)
    assert network_facts(expanded) == network_facts(facts)
    assert flat_spec(expanded.network) == flat  # there is nothing left to expand


@st.composite
def permuted(draw: st.DrawFn) -> tuple[str, str]:
    """A network with a merge, and the same with the paths of the merge in another order."""
    drawing = Drawing(draw(st.data()), Options())
    rank = drawing.pick(1, 2)
    map_ = Map([drawing.integer(4, 16) for _ in range(rank)], drawing.integer(1, 4))
    spec: Spec = {"input": [*map_.sizes, map_.channels]}
    before = drawing.body(map_)
    merge: Any = drawing.branches(map_)
    ((op, paths),) = merge.items()
    order = draw(st.permutations(range(len(paths))))
    other = {op: [paths[i] for i in order]}
    after = [{"conv": {"filters": 2, "kernel": 3, "padding": "same"}}]
    texts = [
        json.dumps({**spec, "blocks": drawing.blocks, "layers": [*before, merging, *after]})
        for merging in (merge, other)
    ]
    return texts[0], texts[1]


@some
@given(permuted())
def test_permuted_branches(texts: tuple[str, str]) -> None:
    """All but the peak memory, which depends on what is computed when."""
    first, second = map(facts_of, texts)
    assert first.output_shape == second.output_shape
    totals = [
        facts.totals._replace(peak_memory_bytes=None, peak_layer=None) for facts in (first, second)
    ]
    assert totals[0] == totals[1]
    fields = [last_map(facts).receptive_field for facts in (first, second)]
    assert fields[0] == fields[1]
    merged = [facts.layers[-2].receptive_field for facts in (first, second)]
    assert merged[0] == merged[1]
    assert first.layers[-2].n_flops == second.layers[-2].n_flops


@some
@given(networks())
def test_repeats_are_copies(drawn: Drawn) -> None:
    """A `repeat` written out has the same facts, but for the names."""
    written: list[Any] = []
    for entry in drawn.spec["layers"]:
        ((_, arguments),) = entry.items() if isinstance(entry, dict) else [(entry, None)]
        if not isinstance(arguments, dict) or "repeat" not in arguments:
            written.append(entry)
            continue
        own = {key: value for key, value in arguments.items() if key not in ("repeat", "first")}
        ((name, _),) = entry.items()
        written.append({name: {**own, **arguments.get("first", {})}})
        written += [{name: dict(own)} for _ in range(arguments["repeat"] - 1)]
    facts = facts_of(drawn.text)
    copies = facts_of(json.dumps({**drawn.spec, "layers": written}))
    assert network_facts(copies) == network_facts(facts)

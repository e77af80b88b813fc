"""Every network of the zoo, rebuilt in Keras: every layer's shape and every weight's count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import event, given, settings

from cnncalc.analysis.facts import NetworkFacts
from tests.helpers import facts_of, zoo_facts, zoo_names
from tests.oracles.keras_builder import KerasBuilder, Unsupported, weight_counts
from tests.properties.strategies import Drawn, Options, networks

keras: Any = pytest.importorskip("keras")
pytestmark = pytest.mark.oracle


@pytest.fixture(autouse=True)
def _no_values() -> Iterator[None]:
    with keras.StatelessScope(initialize_variables=False):
        yield
    keras.backend.clear_session(free_memory=False)


def compare(facts: NetworkFacts) -> None:
    graph = facts.network.graph
    builder = KerasBuilder(keras, graph)
    for node in graph.nodes:
        layers = builder.build(node)
        assert tuple(builder.tensors[-1].shape[1:]) == node.lowered.output, node.name
        if node.inputs:
            layer = facts.layer(node.name)
            assert (layer.n_params, layer.n_statistics) == weight_counts(layers), node.name


@pytest.mark.parametrize("name", zoo_names())
def test_every_layer(name: str) -> None:
    compare(zoo_facts(name))


@settings(max_examples=200)
@given(networks(Options(dilation=False)))
def test_generated_networks(drawn: Drawn) -> None:
    facts = facts_of(drawn.text)
    try:
        compare(facts)
    except Unsupported as missing:
        event(f"Keras has no {missing}")

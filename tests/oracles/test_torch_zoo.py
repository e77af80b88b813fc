"""Networks of the zoo, and generated ones, rebuilt in PyTorch: every layer's shape and weights."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import event, given, settings

from cnncalc.analysis.facts import NetworkFacts
from tests.helpers import facts_of, zoo_facts, zoo_names
from tests.oracles.torch_builder import TorchBuilder, Unsupported, weight_counts
from tests.properties.strategies import Drawn, networks

torch: Any = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle


def compare(facts: NetworkFacts) -> None:
    builder = TorchBuilder(torch, facts.network.graph)
    for node in facts.network.graph.nodes:
        modules = builder.build(node)
        assert builder.shape() == node.lowered.output, node.name
        if node.inputs:
            layer = facts.layer(node.name)
            assert (layer.n_params, layer.n_statistics) == weight_counts(modules), node.name


@pytest.mark.parametrize("name", zoo_names())
def test_every_layer(name: str) -> None:
    compare(zoo_facts(name))


@settings(max_examples=300)
@given(networks())
def test_generated_networks(drawn: Drawn) -> None:
    try:
        compare(facts_of(drawn.text))
    except Unsupported as missing:
        event(f"PyTorch has no {missing}")

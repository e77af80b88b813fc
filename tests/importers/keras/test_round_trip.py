"""A spec written as Keras's JSON and read again has the same facts, layer by layer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import Phase, event, given, settings

from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.exporters.keras import build_keras
from cnncalc.exporters.keras.plan import Plan, plan_of
from cnncalc.importers.json_text import parse_json
from cnncalc.importers.keras import read_config
from cnncalc.spec.network import Network
from tests.helpers import facts_of, sound, zoo_facts, zoo_names
from tests.properties.strategies import Drawn, Options, networks

keras: Any = pytest.importorskip("keras")
pytestmark = [
    pytest.mark.oracle,
    pytest.mark.filterwarnings("ignore:You are using a softmax over axis:UserWarning"),
]

# Keras strides and dilates in two layers, the first of which has more to do
_KERAS = Options(dilation=False)

EVERY_OWN_CLASS = """
input: 12x12x8
layers:
  - pad: {amount: 1, mode: reflect}
  - pad: {amount: [[1, 0], [0, 1]], mode: edge}
  - celu: 2
  - gelu: {approximate: true}
  - hard_sigmoid: keras2
  - scaled_tanh
  - leaky_relu: -0.1
  - global_response_norm
  - l2_norm: {epsilon: 0.00001}
  - local_response_norm: 3
  - scale: {bias: true}
  - maxout: 2
  - channel_shuffle: 2
  - space_to_depth: 3
  - pixel_shuffle: 3
  - slice: {axis: 0, start: 2, stop: 14}
  - resize: {factor: 1.5}
  - resize: {size: 17, mode: bilinear, align_corners: true}
  - max_pool: {size: 3, padding: 1, dilation: 2, stride: 1}
  - avg_pool: {size: 2, padding: 1}
  - adaptive_avg_pool: 5
  - adaptive_max_pool: 3
  - conv_transpose: {filters: 4, kernel: 3, stride: 2, dilation: 2, padding: 1}
  - max_pool: {size: 2, padding: 1}
  - subsample: 2
  - conv: {filters: 3, kernel: 1, connections: [[0, 1], [2], [1, 3]], trainable: false}
"""


def read_back(facts: NetworkFacts) -> NetworkFacts:
    """The facts of a network that was written as Keras's JSON and read again."""
    with keras.StatelessScope(initialize_variables=False):
        text = build_keras(facts).to_json()
    keras.backend.clear_session(free_memory=False)
    model = read_config(parse_json(text.encode(), "model.json"), name="model.json")
    network = Network.from_data(model.spec())
    assert not network.problems, network.problems
    return sound(analyze(network))


def groups(
    plan: Plan, read: NetworkFacts
) -> Iterator[tuple[LayerFacts, list[LayerFacts], LayerFacts]]:
    """Every layer with those that were made of it, and the one of these that has its shape."""
    found = {layer.name: layer for layer in read.layers}
    nodes = plan.facts.network.graph.nodes
    for index in plan.order:
        if plan.maker_of(nodes[index]) != index or index in plan.makers.values():
            continue  # layers that share have the names of the first of them, numbered
        names = [name for name in plan.names[index] if name in found]
        parts = [found[part] for name in names for part in found if part.startswith(f"{name}/")]
        made = [*parts, *(found[name] for name in names)]
        if made:
            yield plan.facts.layer(nodes[index].name), made, found[names[-1]]


def check_fields(layer: LayerFacts, last: LayerFacts, *, exact: bool) -> None:
    """Hold the receptive field of what was read to that of the layer."""
    mine, theirs = layer.receptive_field, last.receptive_field
    if exact or mine is None or theirs is None:
        assert theirs == mine, layer.name
    else:
        assert theirs.size == mine.size, layer.name


def check_same(facts: NetworkFacts, read: NetworkFacts) -> None:
    """Hold the layers that were read to those that were written."""
    plan = plan_of(facts)
    n_compared = 0
    # an adaptive pooling whose bins are alike is written as a pooling that slides, whose stride is
    # that of its bins and not the quotient of the sizes
    adapts = any(layer.op.startswith("adaptive") for layer in facts.layers)
    for layer, made, last in groups(plan, read):
        assert not any(part.op == "opaque" for part in made), (layer.name, made)
        assert last.output_shape == layer.output_shape, layer.name
        for figure in ("n_params", "n_statistics", "n_macs", "n_trainable_params"):
            total = sum(getattr(part, figure) or 0 for part in made)
            assert total == getattr(layer, figure), (layer.name, figure)
        check_fields(layer, last, exact=not adapts)
        n_compared += 1
    n_layers = len(plan.order)
    n_sharing = sum(facts.network.graph.nodes[index].shares is not None for index in plan.order)
    assert n_compared >= n_layers - 2 * n_sharing
    if n_layers == len(facts.layers):
        for figure in ("n_params", "n_statistics", "n_macs", "n_trainable_params"):
            assert getattr(read.totals, figure) == getattr(facts.totals, figure), figure


def test_own_classes() -> None:
    facts = facts_of(EVERY_OWN_CLASS)
    check_same(facts, read_back(facts))


@pytest.mark.parametrize("name", ["lenet5", "shufflenet-v2-0.5", "googlenet"])
def test_zoo(name: str) -> None:
    check_same(zoo_facts(name), read_back(zoo_facts(name)))


@pytest.mark.slow
@pytest.mark.parametrize("name", zoo_names())
def test_all_of_the_zoo(name: str) -> None:
    check_same(zoo_facts(name), read_back(zoo_facts(name)))


def check_drawn(drawn: Drawn) -> None:
    facts = facts_of(drawn.text)
    try:
        read = read_back(facts)
    except UsageError as refusal:
        if "no cells have no mean" not in str(refusal):
            raise
        event("a window in the padding")
    else:
        check_same(facts, read)


@settings(max_examples=10, phases=[Phase.explicit, Phase.generate])
@given(networks(_KERAS))
def test_generated(drawn: Drawn) -> None:
    check_drawn(drawn)


@pytest.mark.slow
@settings(max_examples=60, phases=[Phase.explicit, Phase.generate])
@given(networks(_KERAS))
def test_generated_more(drawn: Drawn) -> None:
    check_drawn(drawn)


def test_weights_that_are_frozen() -> None:
    facts = facts_of("input: 8x8x3\nlayers:\n  - conv: {filters: 2, kernel: 3, trainable: false}\n")
    assert read_back(facts).totals.n_trainable_params == 0

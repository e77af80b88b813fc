"""A spec written as Keras's JSON and read again has the same facts, layer by layer.

So it has with what cnncalc notes beside Keras's layers; without, as from a live model, the figures
of the Keras layers of every layer add up to its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, event, given, settings

import cnncalc
from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.exporters.keras import build_keras, save_keras, to_keras_json
from cnncalc.exporters.keras.plan import Plan, plan_of
from cnncalc.importers.json_text import parse_json
from cnncalc.importers.keras import read_config
from cnncalc.numeric.weights import scrambled
from cnncalc.spec.network import Network
from tests.helpers import chain, facts_of, sound, zoo_facts, zoo_names
from tests.importers.same_facts import check_same_facts
from tests.numeric.graphs import some_inputs
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
  - scale: {scale: false, bias: true}
  - prelu: {shared: true}
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
        made_names = (name.replace(">", ".") for name in plan.names[index])
        names = [name for name in made_names if name in found]
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
    """Hold the sums over Keras's layers to the layers that they were made of."""
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


def written(facts: NetworkFacts) -> dict[str, Any]:
    """The JSON that `cnncalc export --to keras-json` writes."""
    with keras.StatelessScope(initialize_variables=False):
        text = to_keras_json(facts)
    keras.backend.clear_session(free_memory=False)
    config: dict[str, Any] = json.loads(text)
    return config


def read(config: dict[str, Any]) -> NetworkFacts:
    """The facts of the network in a JSON file."""
    model = read_config(parse_json(json.dumps(config).encode(), "m.json"), name="m.json")
    network = Network.from_data(model.spec())
    assert not network.problems, network.problems
    return sound(analyze(network))


def check_both(facts: NetworkFacts) -> None:
    """Hold what is read to what was written, with and without what the file notes."""
    config = written(facts)
    check_same_facts(facts, read(config))
    del config["cnncalc"]
    check_same(facts, read(config))


def test_own_classes() -> None:
    facts = facts_of(EVERY_OWN_CLASS)
    check_both(facts)
    check_same(facts, read_back(facts))


@pytest.mark.parametrize("name", ["lenet5", "shufflenet-v2-0.5", "googlenet"])
def test_zoo(name: str) -> None:
    check_both(zoo_facts(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", zoo_names())
def test_all_of_the_zoo(name: str) -> None:
    check_both(zoo_facts(name))


def test_a_group_for_each_channel() -> None:
    facts = chain("8x8x4", "group_norm: 4", "instance_norm", "avg_pool: {size: 3, rounding: ceil}")
    check_both(facts)


def test_keras_reads_what_is_noted_beside_its_layers() -> None:
    facts = chain("8x8x3", "conv: {filters: 4, kernel: 3, padding: 1}", "flatten", "dense: 2")
    model = keras.models.model_from_json(json.dumps(written(facts)))
    assert model.count_params() == facts.totals.n_params


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own
@pytest.mark.parametrize(
    "text",
    [
        "{input: 6x6x2, layers: [conv: {filters: 2, kernel: 3, padding: 1}, subsample: 2]}",
        pytest.param(EVERY_OWN_CLASS, marks=pytest.mark.slow, id="own"),
    ],
)
def test_archive(text: str, tmp_path: Path) -> None:
    facts = facts_of(text)
    weights, inputs = scrambled(facts, 1), some_inputs(facts)
    path = tmp_path / "model.keras"
    save_keras(facts, path, weights)
    network = cnncalc.load(path, with_weights=True)
    check_same_facts(facts, analyze(network))
    assert network.origin is not None
    assert set(network.origin.weights) == set(weights)
    (wanted,) = cnncalc.run(facts.network, inputs, weights).values()
    (got,) = cnncalc.run(network, inputs, network.origin.weights).values()
    assert np.array_equal(got, wanted)
    keras.saving.load_model(path, compile=False)


def changed(op: str, **change: Any) -> Callable[[list[Any]], list[Any]]:
    """A note with other arguments of some layers."""

    def lie(note: list[Any]) -> list[Any]:
        return [
            {o: {**words, **(change if o == op else {})}} for e in note for o, words in e.items()
        ]

    return lie


LIES: dict[str, Callable[[list[Any]], Any]] = {
    "no list": lambda note: {"layers": note},
    "numbers": lambda note: [1, 2],
    "nothing": lambda note: [],
    "empty": lambda note: [{} for _ in note],
    "too few": lambda note: note[:-1],
    "another order": lambda note: note[::-1],
    "filters": changed("conv", filters=5),
    "same count": changed("conv", groups=2),
    "stride": changed("conv", stride=2),
    "no bias": changed("conv", bias=False),
    "frozen": changed("conv", trainable=False),
    "small type": changed("conv", dtype="int8"),
    "repeated": changed("relu", repeat=3),
    "dropped": changed("relu", when=False),
    "op": lambda note: [{"tanh" if op == "relu" else op: w} for e in note for op, w in e.items()],
    "opaque": lambda note: [{"opaque": {"output": [1], "params": 0, "macs": 0, "name": "x"}}],
    "units": changed("dense", units=1),
    "from": changed("dense", **{"from": "conv_1"}),
    "expression": changed("dense", units="$(2 * 1)"),
    "huge": changed("conv", padding=10**14),
}


@pytest.mark.parametrize("lie", LIES)
def test_lies(lie: str) -> None:
    facts = chain(
        "8x8x4",
        "conv: {filters: 4, kernel: 3, padding: 1, stride: 3}",
        "relu",
        "max_pool: {size: 3, stride: 2, padding: 1}",
        "flatten",
        "dense: {units: 2, activation: softmax}",
    )
    config = written(facts)
    config["cnncalc"]["layers"] = LIES[lie](config["cnncalc"]["layers"])
    back = read(config)
    for figure in ("n_params", "n_trainable_params", "n_macs", "weight_bytes", "partial"):
        assert getattr(back.totals, figure) == getattr(facts.totals, figure), figure
    ops = [layer.op for layer in back.layers if layer.op != "pad"]
    assert ops == ["conv", "relu", "max_pool", "flatten", "dense"]
    assert back.layers[-1].output_shape == (2,)
    assert back.layers[-1].receptive_field == facts.layers[-1].receptive_field


@pytest.mark.parametrize(
    "note", [None, 1, [], {}, {"layers": []}, {"layers": [], "outputs": [1]}, {"outputs": ["x"]}]
)
def test_notes_that_are_none(note: object) -> None:
    facts = chain("8x8x4", "flatten", "dense: 2")
    config = written(facts)
    config["cnncalc"] = note
    check_same_facts(facts, read(config))


def test_links_that_are_others() -> None:
    facts = facts_of(
        """
        input: 4x4x3
        layers:
          - relu: {name: a, from: input}
          - relu: {name: b, from: input}
          - subtract: [a, b]
        outputs: [a, subtract_1]
        """
    )
    config = written(facts)
    (last,) = config["cnncalc"]["layers"][-1].values()
    last["paths"] = ["b", "a"]
    assert read(config).layer("subtract_1").inputs == ("a", "b")
    last["paths"] = ["a", "b"]
    check_same_facts(facts, read(config))
    config["cnncalc"]["outputs"] = ["b", "subtract_1"]
    assert read(config).outputs == ("a", "subtract_1")


def test_outputs_that_are_others() -> None:
    facts = chain("8x8x4", "flatten", "dense: 2", "softmax")
    config = written(facts)
    config["cnncalc"]["outputs"] = ["dense_1"]
    assert read(config).outputs == ("softmax_1",)


def check_drawn(drawn: Drawn) -> None:
    facts = facts_of(drawn.text)
    try:
        config = written(facts)
    except UsageError as refusal:
        if "no cells have no mean" not in str(refusal):
            raise
        event("a window in the padding")
    else:
        check_same_facts(facts, read(config))
        del config["cnncalc"]
        check_same(facts, read(config))


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

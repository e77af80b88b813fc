"""Shapes of inputs: the model's own, given ones, and open ones."""

from __future__ import annotations

from typing import Any

import pytest

from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.errors import CnncalcError, UsageError
from cnncalc.importers.keras import read_config
from cnncalc.spec.network import Network
from tests.importers.keras.test_hostile import layer, model
from tests.importers.keras.test_keras2 import after, conv, functional, source


def facts_of_config(data: dict[str, Any], **inputs: tuple[int, ...]) -> NetworkFacts:
    return analyze(Network.from_data(read_config(data, name="m.json", inputs=inputs).spec()))


def open_model() -> dict[str, Any]:
    layers = [source("left", [None, None, 3]), source("right", [8, 8, 3]), conv("c", after("left"))]
    return functional(*layers, inputs=["left", "right"], outputs=[["c", 0, 0], ["right", 0, 0]])


def test_an_open_size_has_to_be_given() -> None:
    with pytest.raises(UsageError) as caught:
        facts_of_config(open_model())
    assert str(caught.value) == (
        "m.json: input 'left' has the shape ?×?×3 in the model; "
        "give one, channels last: --input 224x224x3"
    )
    facts = facts_of_config(open_model(), left=(5, 6, 3))
    assert facts.layer("c").output_shape == (5, 6, 4)


def test_an_input_that_is_an_output() -> None:
    facts = facts_of_config(open_model(), left=(5, 6, 3))
    assert list(facts.outputs) == ["c", "right/output"]


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"middle": (8, 8, 3)}, "there is no input 'middle'; there is 'left', 'right'"),
        ({"left": (8, 3)}, "has 3 axes without the batch"),
    ],
)
def test_inputs_that_do_not_suit(inputs: dict[str, tuple[int, ...]], words: str) -> None:
    with pytest.raises(CnncalcError, match=words):
        facts_of_config(open_model(), **inputs)


def test_the_only_input_needs_no_name() -> None:
    data = model(layer("ReLU", "r", "x"), end="r")
    assert facts_of_config(data, input=(4, 5, 3)).layer("r").output_shape == (4, 5, 3)


def test_declared_shapes_hold_for_declared_inputs_only() -> None:
    data = model(layer("Lambda", "l", "x"), layer("ReLU", "r", "l"), end="r")
    assert facts_of_config(data).layer("l").output_shape == (8, 8, 3)
    assert facts_of_config(data, x=(9, 9, 3)).layer("l").output_shape is None


def test_channels_first_is_given_channels_last() -> None:
    layers = [source("x", [3, None, None]), conv("c", after("x"), data_format="channels_first")]
    data = functional(*layers, inputs=["x"], outputs=[["c", 0, 0]])
    assert facts_of_config(data, x=(9, 7, 3)).layer("c").output_shape == (9, 7, 4)


def test_a_sequence_that_was_never_built() -> None:
    dense = {"class_name": "Dense", "config": {"name": "d", "units": 3}}
    data = {"class_name": "Sequential", "config": {"name": "s", "layers": [dense]}}
    with pytest.raises(UsageError, match=r"input 'input' has no shape in the model"):
        facts_of_config(data)
    assert facts_of_config(data, input=(5,)).totals.n_params == 18


def test_half_precision() -> None:
    policy = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float16"}}
    half = model(layer("Dense", "d", "x", units=3, dtype=policy), end="d")
    mixed = model(layer("Dense", "d", "x", units=3, dtype="mixed_float16"), end="d")
    assert facts_of_config(half).totals.weight_bytes == 24
    assert facts_of_config(mixed).totals.weight_bytes == 48


def test_quantised_weights_are_not_understood() -> None:
    policy = {"class_name": "QuantizedDTypePolicy", "config": {"name": "int8_from_float32"}}
    data = model(layer("Dense", "d", "x", units=3, dtype=policy), end="d")
    (found,) = facts_of_config(data).layers
    assert (found.op, found.n_params) == ("opaque", None)


def test_layers_of_other_packages_are_not_understood() -> None:
    data = model(layer("Dense", "d", "x", units=3), end="d")
    data["config"]["layers"][1] |= {"module": "mine.layers", "registered_name": "mine>Dense"}
    (found,) = facts_of_config(data).layers
    assert (found.op, getattr(found.node.layer, "kind", None)) == ("opaque", "Dense")


def test_minus_infinity_around_a_map() -> None:
    """A padding that is a max pooling's own, and one that something else reads."""
    pad = layer("Pad", "p", "x", pad_width=[[0, 0], [1, 1], [1, 1], [0, 0]], mode="constant")
    pad["module"] = "keras.src.ops.numpy"
    pad["inbound_nodes"][0]["kwargs"]["constant_values"] = float("-inf")
    pool = layer("MaxPooling2D", "m", "p", pool_size=3, strides=2)
    facts = facts_of_config(model(pad, pool, end="m"))
    assert [found.op for found in facts.layers] == ["max_pool"]
    assert facts.layer("m").output_shape == (4, 4, 3)
    facts = facts_of_config(model(pad, layer("ReLU", "r", "p"), end="r"))
    assert [found.op for found in facts.layers] == ["opaque", "relu"]
    assert facts.layer("r").output_shape == (10, 10, 3)

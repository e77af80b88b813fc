"""The models of keras.applications: every layer's shape and the counts exactly as Keras says."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import pytest

from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.importers.json_text import parse_json
from cnncalc.importers.keras import read_config
from cnncalc.spec.network import Network
from tests.helpers import sound

keras: Any = pytest.importorskip("keras")
pytestmark = pytest.mark.oracle

QUICK = ["MobileNetV2", "ConvNeXtTiny"]
REST = sorted(name for name in dir(keras.applications) if name[0].isupper() and name not in QUICK)
OPEN_SIZES = {"MobileNetV3Large", "MobileNetV3Small"}  # Keras builds them for any height and width


def read(model: Any, *shape: int) -> NetworkFacts:
    """The facts of a model by way of its JSON, of which everything must be understood."""
    given = {"input": shape} if shape else {}
    config = parse_json(model.to_json().encode(), "model.json")
    network = Network.from_data(read_config(config, name="model.json", inputs=given).spec())
    assert not network.problems, network.problems
    facts = sound(analyze(network))
    assert not any(layer.op == "opaque" for layer in facts.layers)
    return facts


def layers_of(model: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """All layers, those of nested models by the name of the model and their own."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from layers_of(layer, f"{prefix}{layer.name}.")
        elif type(layer).__name__ != "InputLayer":
            yield f"{prefix}{layer.name}", layer


def count(variables: list[Any]) -> int:
    return sum(prod(variable.shape) for variable in variables)


def check(model: Any, facts: NetworkFacts) -> None:
    ours = {layer.name: layer for layer in facts.layers}
    for name, layer in layers_of(model):
        shape = tuple(layer.output.shape[1:])
        mine = ours[name].output_shape or ()
        assert len(mine) == len(shape), name
        assert all(b in (None, a) for a, b in zip(mine, shape, strict=True)), (name, mine, shape)
        counts = (ours[name].n_params or 0) + (ours[name].n_statistics or 0)
        assert counts == layer.count_params(), name
    totals = facts.totals
    assert totals.n_params + totals.n_statistics == model.count_params()
    assert totals.n_trainable_params == count(model.trainable_weights)
    frozen = totals.n_params - totals.n_trainable_params
    assert frozen + totals.n_statistics == count(model.non_trainable_weights)


def check_application(name: str) -> None:
    with keras.StatelessScope(initialize_variables=False):  # variables get no values
        model = getattr(keras.applications, name)(weights=None)
    if name in OPEN_SIZES:
        with pytest.raises(UsageError, match=r"--input 224x224x3"):
            read(model)
    check(model, read(model, *((224, 224, 3) if name in OPEN_SIZES else ())))
    keras.backend.clear_session(free_memory=False)


@pytest.mark.parametrize("name", QUICK)
def test_application(name: str) -> None:
    check_application(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", REST)
def test_all_applications(name: str) -> None:
    check_application(name)


def test_there_are_forty() -> None:
    assert len(QUICK) + len(REST) >= 40


def test_frozen_backbone() -> None:
    with keras.StatelessScope(initialize_variables=False):
        backbone = keras.applications.MobileNetV2(
            input_shape=(64, 64, 3), weights=None, include_top=False, alpha=0.35
        )
        backbone.trainable = False
        head = [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(5)]
        model = keras.Sequential([backbone, *head], name="transfer")
    facts = read(model)
    assert facts.totals.n_trainable_params == 1280 * 5 + 5
    check(model, facts)
    assert facts.layers[0].name == f"{backbone.name}.Conv1"
